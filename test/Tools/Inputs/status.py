#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""status.py STATUS COMMAND...: runs COMMAND; fails unless it exits with STATUS."""
import subprocess
import sys

status = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
if status != int(sys.argv[1]):
    sys.exit(f"{sys.argv[2]}: exit status {status}, not {sys.argv[1]}")
