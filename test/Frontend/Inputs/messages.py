#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every file of a folder, which must all fail, and prints what llbc says.

    messages.py FOLDER [OPTION...]

Each line of a message is put behind a `|`, so that white space in front of a
caret counts. A file is named for the mistake in it; `end` is none.
"""
import subprocess
import sys
from pathlib import Path


def main() -> int:
    for path in sorted(Path(sys.argv[1]).iterdir()):
        if path.name == "end":
            continue
        done = subprocess.run(
            ["llbc", path.name, "--resolve=never", "--emit=config", *sys.argv[2:]],
            cwd=path.parent, capture_output=True, text=True, check=False)
        print(f"{path.name}: exit {done.returncode}")
        for line in done.stderr.splitlines():
            print(f"| {line}".rstrip())
        if done.returncode != 1 or done.stdout:
            print(f"{path.name} was to fail and to print nothing else", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
