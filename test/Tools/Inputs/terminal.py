#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py COMMAND...: runs COMMAND with a terminal as its standard output.

Prints what it wrote to that terminal in hexadecimal, lets its standard error
through and exits with its status.
"""
import os
import pty
import subprocess
import sys

ours, theirs = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdout=theirs, stdin=subprocess.DEVNULL)
os.close(theirs)
written = b""
while True:
    try:
        chunk = os.read(ours, 4096)
    except OSError:
        break
    if not chunk:
        break
    written += chunk
print("terminal:", written.hex())
sys.exit(child.wait())
