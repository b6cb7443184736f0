#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""long.py COUNT: a Dockerfile of COUNT steps, every fifth with a mount."""
import sys

print("FROM alpine")
for i in range(int(sys.argv[1])):
    mount = "" if i % 5 else "--mount=from=busybox,target=/m "
    print(f"RUN {mount}echo {i} > /f")
