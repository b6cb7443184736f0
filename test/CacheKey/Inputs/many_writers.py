#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets many runs share an index whose files change between them.

    many_writers.py LLB-OPT MODULE    over folders that it makes itself
"""
import subprocess
import sys
from pathlib import Path

*TOOL, MODULE = sys.argv[1:]
SHARED = Path("shared")
SHARED.mkdir()
for number in range(300):
    (SHARED / f"f{number}").write_text(f"{number}\n")


def start(index: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([*TOOL, "--print-keys", f"--hash-index={index}", "--context=shared",
                             MODULE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


runs = damaged = wrong = 0
for turn in range(5):
    for number in range(turn, 300, 7):
        (SHARED / f"f{number}").write_text(f"{number} in turn {turn}\n")
    truth = start("none").communicate()[0]
    for run in [start("many") for _ in range(8)]:
        output, errors = run.communicate()
        runs += 1
        damaged += "damaged" in errors
        wrong += output != truth
# Once more, from what they left behind: neither wrong nor damaged.
output, errors = start("many").communicate()
print(f"{runs} runs, {damaged + bool(errors)} damaged, {wrong + (output != truth)} wrong")
