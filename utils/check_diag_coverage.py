#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a message of *Diags.def, Checks.def or Remarks.def is in no test.

A test names a message by its tag in brackets, `[unknown-instruction]`, by its
rule, `StageNameCasing`, or by its text with something in place of each `{0}`.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "include" / "llb" / "Support"

# Messages that no test can bring about, each with the reason.
UNTESTED: dict[str, str] = {
    "Roundtrip": "it would be a fault of the program",
    "BadImageReference": "only a daemon with a source policy names another image",
}

STRING = r'"((?:[^"\\]|\\.)*)"'


def entries() -> dict[str, str]:
    """Each id with its format string."""
    diags = "".join(path.read_text() for path in sorted(TABLES.glob("*Diags.def")))
    checks = (TABLES / "Checks.def").read_text()
    found: dict[str, str] = {}
    for match in re.finditer(rf"^LLB_DIAG\(\s*(\w+),\s*\w+,((?:\s*{STRING})+)\s*\)",
                             diags, re.M):
        found[match[1]] = "".join(m[1] for m in re.finditer(STRING, match[2]))
    for match in re.finditer(
            rf"^LLB_CHECK\(\s*(\w+),\s*{STRING},\s*\w+,((?:\s*{STRING})+)\s*,", checks, re.M):
        found[match[1]] = "".join(m[1] for m in re.finditer(STRING, match[3]))
    remarks = (ROOT / "include/llb/Passes/Remarks.def").read_text()
    for match in re.finditer(rf"^LLB_REMARK\(\s*(\w+),\s*{STRING}\s*\)", remarks, re.M):
        # An id is a common word: only the text counts.
        found["remark " + match[1]] = match[2]
    return found


def remedies() -> dict[str, str]:
    """Each id with the format string of its remedy."""
    text = (TABLES / "Remedies.def").read_text()
    return {match[1]: match[2] for match in
            re.finditer(rf"^LLB_REMEDY\(\s*(\w+),\s*{STRING}\s*\)", text, re.M)}


def tag(name: str) -> str:
    """As lib/Support/Diagnostics.cpp makes it: CannotRead is cannot-read."""
    name = re.sub(r"(?<=[^A-Z])([A-Z])|(?<!^)([A-Z])(?=[a-z])", r"-\1\2", name)
    return name.lower()


def text_pattern(text: str) -> str:
    """A pattern for the message; empty if it has too little text of its own."""
    text = text.encode().decode("unicode_escape")
    pieces = re.split(r"\{\d*(?::[^}]*)?\}", text.replace("{{", "{").replace("}}", "}"))
    if max(len(piece.strip()) for piece in pieces) < 8:
        return ""
    return ".*?".join(re.escape(piece) for piece in pieces)


def tests() -> str:
    files = (p for p in (ROOT / "test").rglob("*")
             if p.is_file() and "Oracle" not in p.parts
             and p.suffix in {".test", ".txt", ".Dockerfile", ".cpp"})
    return "\n".join(p.read_text(errors="replace") for p in sorted(files))


def main() -> int:
    corpus, names = tests(), entries()
    if not names:
        print("no messages found in the tables")
        return 1
    bad = 0
    for name, text in sorted(names.items()):
        pattern = text_pattern(text)
        covered = (f"[{tag(name)}]" in corpus
                   or re.search(rf"\b{name}\b", corpus) is not None
                   or (pattern != "" and re.search(pattern, corpus) is not None))
        if covered and name in UNTESTED:
            print(f"{name}: has a test now; drop it from UNTESTED")
            bad += 1
        if not covered and name not in UNTESTED:
            print(f"{name} [{tag(name)}]: in no test: {text}")
            bad += 1
    for name, text in sorted(remedies().items()):
        if not re.search(text_pattern(text), corpus):
            print(f"{name}: its remedy is in no test: {text}")
            bad += 1
    for name in sorted(set(UNTESTED) - set(names)):
        print(f"{name}: in UNTESTED but in no table")
        bad += 1
    print(f"diagnostics: {len(names)} messages, {bad} without a test or misfiled")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
