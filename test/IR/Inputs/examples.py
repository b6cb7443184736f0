#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples.py DOCUMENT: its blocks of `llb`, as one file with lines to split it."""
import re
import sys
from pathlib import Path

blocks = re.findall(r"^```llb\n(.*?)^```$", Path(sys.argv[1]).read_text(), re.M | re.S)
print("; -----\n".join(blocks), end="")
