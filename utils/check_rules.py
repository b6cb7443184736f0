#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if the table of rules in docs/Checks.md is not that of Checks.def.

With --write it is rewritten. Which rules have an edit that mends them is read
from lib/Check: a fix... function in the call that reports the rule.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "include" / "llb" / "Support" / "Checks.def"
PAGE = ROOT / "docs" / "Checks.md"
STRING = r'"((?:[^"\\]|\\.)*)"'
RULE = re.compile(rf"^LLB_CHECK\(\s*(\w+),\s*{STRING},\s*(true|false),"
                  rf"((?:\s*{STRING})+),((?:\s*{STRING})+)\)", re.M)
BEGIN, END = "<!-- rules -->\n", "<!-- end of rules -->"


def joined(text: str) -> str:
    strings = "".join(m[1] for m in re.finditer(STRING, text))
    return strings.replace('\\"', '"').replace("|", "\\|")


def mended() -> set[str]:
    """The rules that are reported with a fix."""
    code = "".join(p.read_text() for p in (ROOT / "lib" / "Check").glob("*.cpp"))
    return set(re.findall(r"warn\(\s*diag::(\w+),[^;]*?\bfix\w+\(", code))


def table() -> str:
    fixes = mended()
    lines = ["| rule | what it says | fix |", "|---|---|---|"]
    for match in sorted(RULE.finditer(TABLE.read_text()), key=lambda m: m[1]):
        name = f"`{match[1]}`"
        if match[3] == "true":
            name += " (experimental)"
        lines.append(f"| {name} | {joined(match[6])} | "
                     f"{'yes' if match[1] in fixes else ''} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    page = PAGE.read_text()
    head, rest = page.split(BEGIN, 1)
    old, tail = rest.split(END, 1)
    new = table()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(head + BEGIN + new + END + tail)
        return 0
    if old == new:
        print(f"rules: {new.count(chr(10)) - 2} in docs/Checks.md")
        return 0
    print("docs/Checks.md: the table of rules is old; run utils/check_rules.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
