#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on files that break a habit: licence line, head comment, length.

A source over 500 lines must say in its head why: a line with "long because".
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["include", "lib", "tools", "test", "fuzz", "benchmarks", "utils", "examples",
           "grammars", "cmake", "docs"]
SPDX = "SPDX-License-Identifier: Apache-2.0"
CODE = {".h", ".cpp", ".go", ".py", ".sh", ".g4"}
LIMIT = 500
# What LLVM's rules and ours keep out of C++ sources.
BANNED = re.compile(r"\bdynamic_cast\b|<(?:iostream|regex|sstream)>")
LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def files() -> list[Path]:
    found = [ROOT / "dev", ROOT / ".ci" / "run"]
    for folder in FOLDERS:
        found += [p for p in (ROOT / folder).rglob("*") if p.is_file()
                  and "__pycache__" not in p.parts and "Inputs" not in p.parts]
    return sorted(found)


def faults(path: Path) -> list[str]:
    text = path.read_text(errors="replace")
    lines = text.splitlines()
    head = lines[:2]
    out = []
    if path.suffix in CODE and path.parent.parent != ROOT / "examples" / "hello":
        if not any(SPDX in line for line in head):
            out.append("no SPDX line on top")
        if len(lines) > LIMIT and not any("long because" in line for line in lines[:30]):
            out.append(f"{len(lines)} lines: split it, or say on top why it is long because ...")
    if path.suffix in {".h", ".cpp"} and head and head[0] != "// " + SPDX:
        out.append("the first line is not the SPDX line")
    if path.suffix in {".h", ".cpp"} and (len(lines) < 3 or lines[1] != "//"
                                          or not lines[2].startswith("// ")):
        out.append("no paragraph under the SPDX line that says what this file is")
    if path.suffix in {".h", ".cpp"} and (banned := BANNED.search(text)):
        out.append(f"{banned[0]} is not used here")
    if path.suffix in CODE and path.name != "check_files.py" and LEFT_OVER.search(text):
        out.append("something is left to do")
    if text and not text.endswith("\n") and path.suffix in CODE:
        out.append("no newline at the end")
    return out


def main() -> int:
    bad = 0
    for path in files():
        for fault in faults(path):
            print(f"{path.relative_to(ROOT)}: {fault}")
            bad += 1
    print(f"files: {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
