#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds random directories with buildkitd and llbc, by build_check.py.

  random_check.py CHECKER FOLDER [--seed=N] [--count=N]

BUILDKIT_HOST and REGISTRY are set. Case I of seed S is directory S+I below
FOLDER; those that differ stay there. The last line counts.
"""
import argparse
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from random_directories import make_directory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checker", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--count", type=int, default=40)
    args = parser.parse_args()
    args.checker, args.folder = args.checker.absolute(), args.folder.absolute()
    shutil.rmtree(args.folder, ignore_errors=True)
    cases = [args.folder / str(args.seed + i) for i in range(args.count)]
    for case in cases:
        make_directory(int(case.name), case)
    os.chdir(args.folder)
    output, differing = check(args.checker, cases)
    built = re.search(r"(\d+) that buildkitd builds", output)
    print(output)
    if differing:
        # A busy buildkitd now and then loses the time of a directory that it
        # receives: what differs counts if it does so twice.
        output, differing = check(args.checker, [args.folder / name for name in differing])
        print("again:", output)
    for case in cases:
        if case.name not in differing:
            shutil.rmtree(case)
    print(f"{args.count} directories from seed {args.seed}: {built[1] if built else 'none'} built, "
          f"{len(differing)} differ")
    return 1 if differing or not built else 0


def check(checker: Path, cases: list[Path]) -> tuple[str, list[str]]:
    """What the checker prints, and the names of the cases that differ."""
    done = subprocess.run(
        [sys.executable, checker, "--llbc", shutil.which("llbc"), "-v",
         "--addr", os.environ["BUILDKIT_HOST"], "--registry", os.environ["REGISTRY"],
         *(case.name for case in cases)], capture_output=True, text=True)
    return done.stdout + done.stderr, re.findall(r"^(\d+): ", done.stdout, re.M)


if __name__ == "__main__":
    sys.exit(main())
