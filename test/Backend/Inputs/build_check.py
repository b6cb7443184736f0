#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs build_check.py on every directory below DIRS.

  build_check.py CHECKER DIRS   with BUILDKIT_HOST and REGISTRY set
"""
import os
import shutil
import subprocess
import sys

checker, folder = sys.argv[1:]
sys.exit(subprocess.run(
    [sys.executable, checker, "--llbc", shutil.which("llbc"), "-v",
     "--addr", os.environ["BUILDKIT_HOST"], "--registry", os.environ["REGISTRY"]]
    + sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())).returncode)
