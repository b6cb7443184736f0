#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py FOLDER [JOIN]: dump-llb and `buildctl debug dump-llb` print the
same of every *.llb in it, in both forms, and of each cut short in the middle.

JOIN definitions are taken as one, since starting buildctl is what takes time:
their encodings in a row are that of their union.
"""
import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path


def dump(command: list[str], definition: bytes) -> tuple[int, bytes]:
    done = subprocess.run(command, input=definition, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.returncode, done.stdout


def compare(group: list[Path]) -> None:
    whole = b"".join(file.read_bytes() for file in group)
    for flags in [], ["--dot"]:
        for definition in (whole, whole[:len(whole) // 2]):
            ours = dump(["dump-llb", *flags], definition)
            theirs = dump(["buildctl", "debug", "dump-llb", *flags], definition)
            if ours != theirs:
                sys.exit(f"{group[0]}: {len(definition)} of {len(whole)} bytes, "
                         f"{flags}: {ours} instead of {theirs}")


files = sorted(Path(sys.argv[1]).glob("*.llb"))
join = int(sys.argv[2]) if len(sys.argv) > 2 else 1
groups = [files[i:i + join] for i in range(0, len(files), join)]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    list(pool.map(compare, groups))
print(f"{len(files)} agree")
