#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a library includes or links what it must not know.

The table below is the whole rule: what each library may use, apart from
itself. A private header, one beside its .cpp, is for that library alone. The
grammar's tables, yaml-cpp and exceptions stay inside lib/Frontend; ANTLR is for
utils/grammar-tables and the test that compares.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ALLOWED: dict[str, set[str]] = {
    "Support": set(),
    "AST": {"Support"},
    "Frontend": {"AST", "Support"},
    "Check": {"AST", "Support"},
    "IR": {"Support"},
    # Which files of a directory count, and for which operation.
    "Context": {"IR", "Support"},
    "CacheKey": {"Context", "IR", "Support"},
    "Diff": {"CacheKey", "Context", "IR", "Support"},
    "Passes": {"CacheKey", "IR", "Support"},
    "Reduce": {"IR", "Support"},
    "Lower": {"Check", "AST", "IR", "Support"},
    "Registry": {"Support"},
    "Engine": {"CacheKey", "Context", "IR", "Registry", "Support"},
    "Backend": {"Engine", "IR", "Registry", "Support"},
    # llbc inside BuildKit: a driver of its own, with a daemon for a host.
    "Gateway": {"Frontend", "Lower", "Check", "AST", "IR", "Support"},
    # llbc outside of it: a session, and a build whose frontend is the gateway's.
    "BuildKit": {"Context", "Engine", "Gateway", "IR", "Registry", "Support"},
    # LLB written from C++, for other programs to link.
    "API": {"IR", "Support"},
}
# The driver knows every library. Tools reach the compile path through it alone;
# the IR's own tools use the IR and its passes. Fuzzers, benchmarks and tests may
# use anything.
ALLOWED["Driver"] = set(ALLOWED)
TOOLS = {"Driver", "Support", "IR", "Passes", "CacheKey", "Diff", "Reduce", "Registry",
         "Engine", "Backend", "Gateway", "BuildKit", "Lower", "Context"}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
EXCEPTION = re.compile(r"\b(?:try\s*\{|catch\s*\(|throw\b)")
LINKS = re.compile(r"llb_add_library\(\s*LLB(\w+)(.*?)\n?\)", re.S)


def sources(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in {".h", ".cpp", ".def"})


def is_inside(header: Path, library: str) -> bool:
    """Whether a relative include stays in its library's folder."""
    path = header.resolve()
    return any(path.is_relative_to(ROOT / base / library)
               for base in ("lib", "include/llb", "")) or path.is_relative_to(ROOT / "tools")


def check_file(path: Path, library: str, allowed: set[str], complain) -> None:
    private = path.is_relative_to(ROOT / "lib") or path.is_relative_to(ROOT / "tools")
    for number, line in enumerate(path.read_text().splitlines(), 1):
        code = line.split("//")[0]
        if library != "Frontend" and EXCEPTION.search(re.sub(r'"[^"]*"', "", code)):
            complain(path, number, "exceptions are for lib/Frontend alone")
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match[1] or match[2]
        if name.startswith("llb/"):
            target = name.split("/")[1]
            if target != library and target not in allowed:
                complain(path, number, f"{library} must not include {name}")
            if not (ROOT / "include" / name).is_file():
                complain(path, number, f"no header {name}")
        elif name.startswith("antlr4"):
            complain(path, number, f"{name} is for utils/grammar-tables alone")
        elif name.startswith(("Dockerfile", "yaml-cpp")) and library != "Frontend":
            complain(path, number, f"{name} is for lib/Frontend alone")
        elif match[1] and not is_inside(path.parent / name, library):
            complain(path, number, f"{name} reaches out of its library")
        elif match[1] and not private:
            complain(path, number, f"a public header includes {name}, a private one")


def check_links(path: Path, complain) -> None:
    for match in LINKS.finditer(path.read_text()):
        library, body = match[1], match[2]
        for target in re.findall(r"\bLLB(\w+)", body.partition("DEPENDS")[2]):
            if target in ALLOWED and target not in ALLOWED[library] | {library}:
                complain(path, 0, f"{library} must not link {target}")


def main() -> int:
    faults: list[str] = []

    def complain(path: Path, number: int, text: str) -> None:
        faults.append(f"{path.relative_to(ROOT)}:{number}: {text}")

    for base in (ROOT / "lib", ROOT / "include" / "llb"):
        for folder in sorted(p for p in base.iterdir() if p.is_dir()):
            if folder.name not in ALLOWED:
                complain(folder, 0, "a library that utils/check_layering.py does not know")
                continue
            for path in sources(folder):
                check_file(path, folder.name, ALLOWED[folder.name], complain)
            if (folder / "CMakeLists.txt").is_file():
                check_links(folder / "CMakeLists.txt", complain)
    for path in sources(ROOT / "tools"):
        check_file(path, "tools", TOOLS, complain)
    print("\n".join(faults) if faults else "layering: every arrow points down")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
