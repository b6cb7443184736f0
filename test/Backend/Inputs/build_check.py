#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs build_check.py on every directory below DIRS, or on each Nth.

  build_check.py CHECKER DIRS [N]   with BUILDKIT_HOST and REGISTRY set
"""
import os
import shutil
import subprocess
import sys

checker, folder, *step = sys.argv[1:]
directories = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
sys.exit(subprocess.run(
    [sys.executable, checker, "--llbc", shutil.which("llbc"), "-v",
     "--addr", os.environ["BUILDKIT_HOST"], "--registry", os.environ["REGISTRY"]]
    + directories[::int(step[0]) if step else 1]).returncode)
