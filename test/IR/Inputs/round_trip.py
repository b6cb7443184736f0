#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""round_trip.py FOLDER [JOIN]: every *.llb in it survives text and back.

A definition read and written keeps its operations, byte for byte and in order;
its text gives the same definition, and that the same text. JOIN definitions are
taken as one: their encodings in a row are that of their union. Definitions that
are refused must be so by the assembler and the disassembler.
"""
import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path


def run(tool: str, data: bytes) -> bytes | None:
    done = subprocess.run([tool], input=data, capture_output=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{tool}: exit status {done.returncode}: {done.stderr!r}")
    return done.stdout if done.returncode == 0 else None


def operations(definition: bytes) -> list[bytes]:
    """Definition.def; all other fields of it have lengths as well."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = definition[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(definition):
        tag = varint()
        if tag & 7 == 0:
            varint()
            continue
        if tag & 7 in (1, 5):
            at += 8 if tag & 7 == 1 else 4
            continue
        if tag & 7 != 2:
            # Groups come only among unknown fields, which are written last.
            break
        size = varint()
        if tag >> 3 == 1:
            found.append(definition[at:at + size])
        at += size
    return found


def check(name: str, definition: bytes) -> str:
    """Empty, or what is wrong."""
    once, text = run("llb-as", definition), run("llb-dis", definition)
    if once is None or text is None:
        return "" if once is text else f"{name}: one tool refuses it"
    if operations(once) != operations(definition):
        return f"{name}: operations differ after reading and writing"
    back = run("llb-as", text)
    if back != once:
        return f"{name}: its text gives another definition"
    if run("llb-dis", back) != text:
        return f"{name}: its text gives another text"
    return ""


files = sorted(Path(sys.argv[1]).glob("*.llb"))
join = int(sys.argv[2]) if len(sys.argv) > 2 else 1
groups = [files[i:i + join] for i in range(0, len(files), join)]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = list(filter(None, pool.map(
        lambda group: check(group[0].name, b"".join(f.read_bytes() for f in group)),
        groups)))
print("\n".join(faults[:20]))
print(f"{len(files)} definitions, {len(faults)} faults")
