#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""definitions.py CASES FOLDER: the definition that BuildKit's own frontend makes
of each recorded case that compiles without options, as FOLDER/NUMBER.llb.

Prints how many there are.
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def compile_case(numbered: tuple[int, dict]) -> bool:
    number, case = numbered
    with tempfile.TemporaryDirectory(prefix="llb-definitions-") as name:
        folder = Path(name)
        (folder / "Dockerfile").write_bytes(case["dockerfile"].encode())
        (folder / "lock.json").write_text(json.dumps(case["lock"]))
        out = Path(sys.argv[2]) / f"{number:05}.llb"
        done = subprocess.run(
            ["llb-oracle", "-image-lock", folder / "lock.json", "-llb", out,
             folder / "Dockerfile"], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{case['case']}: {done.stderr}")
    return done.returncode == 0


def main() -> None:
    with open(sys.argv[1]) as lines:
        cases = [case for case in map(json.loads, lines)
                 if case["mode"] == "direct" and case["expected"].get("outputs")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = sum(pool.map(compile_case, enumerate(cases)))
    print(f"{done} of {len(cases)} definitions")


main()
