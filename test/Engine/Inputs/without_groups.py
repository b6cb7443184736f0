#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command in a control group that may have none below it.

    without_groups.py COMMAND...
"""
import os
import subprocess
import sys
import tempfile


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "cgroup2", "none", folder], check=True)
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            own = next(line[3:].strip() for line in file if line.startswith("0::"))
        parent = folder + own
        group = os.path.join(parent, f"test-without-groups-{os.getpid()}")
        os.mkdir(group)

        def move(where: str) -> None:
            with open(os.path.join(where, "cgroup.procs"), "w", encoding="utf-8") as file:
                file.write(str(os.getpid()))

        try:
            with open(os.path.join(group, "cgroup.max.descendants"), "w",
                      encoding="utf-8") as file:
                file.write("0")
            move(group)
            return subprocess.run(sys.argv[1:]).returncode
        finally:
            move(parent)
            os.rmdir(group)
            subprocess.run(["umount", folder], check=True)


if __name__ == "__main__":
    sys.exit(main())
