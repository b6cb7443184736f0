#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints every keyword of Stmts.def, one a line, in upper and lower case.

    words.py SOURCE_TREE

Of one statement first the Ickfile's spellings, then the Dockerfile's.
"""
import re
import sys
from pathlib import Path

TABLE = (Path(sys.argv[1]) / "include/llb/AST/Stmts.def").read_text()
for docker, ick in re.findall(r'^LLB_STMT\(\w+,\s*"([^"]+)",\s*"([^"]+)"\)', TABLE, re.M):
    for word in [*ick.split("|"), docker]:
        print(word)
        print(word.lower())
