#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs build_check.py on every directory below DIRS, or on each Nth.

  build_check.py CHECKER DIRS [N [OPTION...]]   with BUILDKIT_HOST and REGISTRY set

The options are for llbc.
"""
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

checker, folder, *rest = sys.argv[1:]
step, options = int(rest[0]) if rest else 1, rest[1:]
directories = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
with tempfile.NamedTemporaryFile("w", suffix=".sh") as wrapper:
    wrapper.write(f"#!/bin/sh\nexec {shlex.join([shutil.which('llbc'), *options])} \"$@\"\n")
    wrapper.flush()
    os.chmod(wrapper.name, 0o755)
    # A file that is open for writing cannot be run.
    wrapper.file.close()
    sys.exit(subprocess.run(
        [sys.executable, checker, "--llbc", wrapper.name, "-v",
         "--addr", os.environ["BUILDKIT_HOST"], "--registry", os.environ["REGISTRY"]]
        + directories[::step]).returncode)
