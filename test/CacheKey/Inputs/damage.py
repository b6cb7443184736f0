#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damages the one index of a folder in several ways, and uses it each time.

    damage.py FOLDER EXPECTED COMMAND...

COMMAND must print what EXPECTED holds, warn once of the damage, and not again.
"""
import subprocess
import sys
from pathlib import Path

FOLDER, EXPECTED = Path(sys.argv[1]), Path(sys.argv[2]).read_text()
(INDEX,) = FOLDER.glob("*.idx")


def run() -> "tuple[str, str]":
    done = subprocess.run(sys.argv[3:], capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


whole = INDEX.read_bytes()
assert len(whole) > 200, "an index of two files is longer"
damages = {
    "cut off": whole[:-1],
    "empty": b"",
    "another byte": whole[:-60] + bytes([whole[-60] ^ 1]) + whole[-59:],
    "another version": whole[:12] + b"9" + whole[13:],
    "half": whole[:len(whole) // 2],
    "more": whole + b"\0",
}
for name, data in damages.items():
    INDEX.write_bytes(data)
    output, said = run()
    again, quiet = run()
    good = (output == again == EXPECTED and not quiet
            and "is damaged; all files are read, and it is written anew [cannot-read]" in said)
    print(f"{name}: {'noticed' if good else 'WRONG: ' + said + quiet}")
