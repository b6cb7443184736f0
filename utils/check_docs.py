#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if the tour of the tree misses a folder or a document links to nothing."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "docs" / "Architecture.md"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# Folders whose children the tour names too.
DEEP = ["lib", "tools", "test"]


def folders() -> list[str]:
    top = [p.name for p in ROOT.iterdir()
           if p.is_dir() and not p.name.startswith((".", "build"))]
    deep = [f"{name}/{p.name}" for name in DEEP for p in (ROOT / name).iterdir()
            if p.is_dir() and p.name != "__pycache__"]
    return sorted(top + deep)


def main() -> int:
    tour = TOUR.read_text()
    bad = [f"docs/Architecture.md: the tour misses {name}/"
           for name in folders() if f"{name}/" not in tour]
    for named in re.findall(r"`((?:lib|tools|test|utils|include|docs|fuzz)/[\w./]*)`", tour):
        if not (ROOT / named).exists():
            bad.append(f"docs/Architecture.md: there is no {named}")
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"),
                     *(ROOT / "examples").glob("*.md")]:
        for link in LINK.findall(document.read_text()):
            if "://" not in link and not (document.parent / link).exists():
                bad.append(f"{document.relative_to(ROOT)}: no {link}")
    print("\n".join(bad) if bad else "documents: the tour is whole, links resolve")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
