#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says whether it stayed within bounds.

    measured.py SECONDS MEGABYTES COMMAND...

Processor time and peak memory are measured, so other work on the machine does
not count. A sanitized build gets five times the time and three times the
memory. Prints `exit status N, within bounds` or what was exceeded; the
command's errors go to standard error, its output nowhere.
"""
import os
import sys

SLOWER, LARGER = (5, 3) if os.environ.get("LLB_SANITIZED") == "ON" else (1, 1)


def main() -> int:
    seconds, megabytes, command = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    files = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    took, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    good = took <= seconds * SLOWER and peak <= megabytes * LARGER
    what = "within bounds" if good else f"NOT within bounds: {took:.1f} s, {peak:.0f} MB"
    print(f"exit status {os.waitstatus_to_exitcode(status)}, {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
