#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py FOLDER: dump-llb and `buildctl debug dump-llb` print the same of
every *.llb in it, in both forms, and of each cut short in the middle."""
import subprocess
import sys
from pathlib import Path


def dump(command: list[str], definition: bytes) -> tuple[int, bytes]:
    done = subprocess.run(command, input=definition, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.returncode, done.stdout


files = sorted(Path(sys.argv[1]).glob("*.llb"))
for file in files:
    whole = file.read_bytes()
    for flags in [], ["--dot"]:
        for definition in (whole, whole[:len(whole) // 2]):
            ours = dump(["dump-llb", *flags], definition)
            theirs = dump(["buildctl", "debug", "dump-llb", *flags], definition)
            if ours != theirs:
                sys.exit(f"{file}: {len(definition)} of {len(whole)} bytes, "
                         f"{flags}: {ours} instead of {theirs}")
print(f"{len(files)} agree")
