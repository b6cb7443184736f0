#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys of docs/CacheKeys.md's second example, from its text alone: no llbc.

    recompute.py DIR    prints the keys of the source and of both copies
"""
import hashlib
import os
import stat
import sys


def entry(top: str, path: str) -> bytes:
    """One file as a content key has it."""
    full = os.path.join(top, path)
    info = os.lstat(full)
    content = b""
    if stat.S_ISREG(info.st_mode):
        with open(full, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest().encode()
    elif stat.S_ISLNK(info.st_mode):
        content = os.readlink(full).encode()
    names = [] if stat.S_ISLNK(info.st_mode) else sorted(
        name for name in os.listxattr(full) if not name.startswith(("security.", "system.")))
    fields = [path.encode(), b"%o" % info.st_mode, b"0:0", content, b"%d" % len(names)]
    for name in names:
        fields += [name.encode(), os.getxattr(full, name).hex().encode()]
    return b"".join(field + b"\0" for field in fields)


def content_key(top: str, paths: list[str]) -> str:
    paths = sorted(paths, key=lambda path: path.replace("/", "\0"))
    data = b"llb-content-key/1\n" + b"".join(entry(top, path) for path in paths)
    return "sha256:" + hashlib.sha256(data).hexdigest()


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: "bytes | str | int") -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def key(op: bytes, content: str = "") -> str:
    tail = b"\n" + content.encode() if content else b""
    return "sha256:" + hashlib.sha256(b"llb-cache-key/2\n" + op + tail).hexdigest()


def copy(src: str, dest: str, base: int, inputs: list[str]) -> bytes:
    body = field(1, src) + field(2, dest) + field(4, -1) + field(6, 1) + field(11, -1)
    action = field(1, base) + field(2, len(inputs) - 1) + field(4, body)
    return b"".join(field(1, field(1, each)) for each in inputs) + field(4, field(2, action))


TOP = sys.argv[1]
EVERYTHING = [os.path.relpath(os.path.join(folder, name), TOP)
              for folder, folders, files in os.walk(TOP) for name in folders + files]
print(key(field(3, field(1, "local://context")), content_key(TOP, EVERYTHING)))
first = key(copy("/tree", "/a", -1, [content_key(
    TOP, [path for path in EVERYTHING if (path + "/").startswith("tree/")])]))
print(first)
print(key(copy("/tree/b", "/c", 0, [first, content_key(TOP, ["tree/b"])])))
