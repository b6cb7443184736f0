#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a Dockerfile whose second line makes it SIZE bytes long, until nobody
reads on."""
import sys

left = int(sys.argv[1])
piece = b"FROM scratch\nRUN "
try:
    while left > 0:
        left -= sys.stdout.buffer.write(piece[:left])
        piece = b"x" * (1 << 20)
    sys.stdout.buffer.flush()
except BrokenPipeError:
    sys.stdout = None
