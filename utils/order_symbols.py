#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the list of functions that a run of a program calls, for the linker.

    utils/order_symbols.py tools/llbc/llbc.order build/bin/llbc ARGUMENTS...
    utils/order_symbols.py --add tools/llbc/llbc.order build/bin/llbc OTHERS...

The program runs under valgrind's callgrind. A name that no longer exists is
ignored by the linker, and a new function is as slow to start as without a list,
so the list needs to be made anew only now and then (docs/Performance.md).
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# Functions of usual runs, put side by side; made by utils/order_symbols.py.
"""


def called(command: list[str]) -> set[str]:
    """The functions of the program itself, by their names in its symbol table."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "calls"
        subprocess.run(["valgrind", "-q", "--tool=callgrind", "--demangle=no",
                        f"--callgrind-out-file={result}", *command],
                       check=True, stdout=subprocess.DEVNULL)
        text = result.read_text()
    names = re.findall(r"^c?fn=\(\d+\) (\S+)", text, re.MULTILINE)
    # A recursive function has its depth behind its name.
    return {re.sub(r"'\d+$", "", name) for name in names if not name.startswith("0x")}


def main() -> None:
    arguments = sys.argv[1:]
    add = arguments[:1] == ["--add"]
    order, command = Path(arguments[add]), arguments[add + 1:]
    names = called(command)
    if add:
        names |= {line for line in order.read_text().splitlines() if not line.startswith("#")}
    order.write_text(HEAD + "".join(f"{name}\n" for name in sorted(names)))


if __name__ == "__main__":
    main()
