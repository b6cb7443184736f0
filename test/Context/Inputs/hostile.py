#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays out the contexts of hostile.test in a directory."""
import os
import sys


def nest(name: str, levels: int) -> int:
    """A chain of directories; returns a descriptor of the innermost one."""
    os.mkdir(name)
    folder = os.open(name, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    return folder


def write(folder: int, name: bytes) -> None:
    file = os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=folder)
    os.write(file, b"x")
    os.close(file)


os.chdir(sys.argv[1])
os.close(nest("deep", 3000))
bottom = nest("nested", 1000)
write(bottom, b"bottom")
os.close(bottom)
with open("nested/z-after", "w", encoding="ascii") as after:
    after.write("x")

os.mkdir("loops")
for link, target in (("a", "b"), ("b", "a"), ("self", "self"),
                     ("out", "/etc")):
    os.symlink(target, "loops/" + link)

os.mkdir("names")
names = os.open("names", os.O_RDONLY)
write(names, b"line\nfeed")
write(names, b"bad\xff")
os.mkfifo("names/pipe")
