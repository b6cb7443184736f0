#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""odd_definitions.py FOLDER: definitions that BuildKit's client never writes.

Written by hand over the wire format, so that no encoder of ours is trusted.
"""
import hashlib
import sys
from pathlib import Path


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def data(field: int, content: bytes | str) -> bytes:
    if isinstance(content, str):
        content = content.encode()
    return varint(field << 3 | 2) + varint(len(content)) + content


def digest(op: bytes) -> str:
    return "sha256:" + hashlib.sha256(op).hexdigest()


def user(of: bytes | str, index: int = 0) -> bytes:
    """Op.inputs with one input."""
    name = of if isinstance(of, str) else digest(of)
    return data(1, data(1, name) + (number(2, index) if index else b""))


def source(name: str) -> bytes:
    return data(3, data(1, name))


def definition(*ops: bytes) -> bytes:
    return b"".join(data(1, op) for op in ops)


PLATFORM = data(10, data(1, "amd64") + data(2, "linux"))
EMPTY = data(11, b"")
UNKNOWN = number(99, 7)

base = source("http://a")
odd = source("http://a") + PLATFORM + EMPTY
null = user(odd) + data(5, data(2, data(1, "k")))
split = user(null) + EMPTY + data(4, data(2, data(7, data(1, "/x"))))
known = PLATFORM + EMPTY + source("http://b") + UNKNOWN

FILES = {
    # The source before its platform, a null in a map, and an index left out.
    "order": definition(odd, null, split, user(split)),
    "platform-last": definition(odd, user(odd)),
    # Fields that this version does not know, at each level.
    "unknown": definition(known, user(known)) + UNKNOWN
    + data(2, data(1, digest(known)) + data(2, number(1, 1) + UNKNOWN))
    + data(3, UNKNOWN + data(2, data(1, "Dockerfile") + UNKNOWN)),
    # An operation of a kind that this version does not know.
    "newer": definition(base, user(base) + data(77, "body"),
                        user(user(base) + data(77, "body"))),
    # What a daemon crashed on, or could: everything that may be absent is.
    "empty-exec": definition(data(2, b""), user(data(2, b""))),
    "empty-file": definition(data(4, data(2, b"")), user(data(4, data(2, b"")))),
    "empty-diff": definition(data(7, b""), user(data(7, b""))),
    "empty-build": definition(data(5, b""), user(data(5, b""))),
    "nothing": definition(b""),
    "no-digest": definition(base, data(1, b"")),
    "bad-digest": definition(base, user("sha256:zz")),
    "escape": definition(base, user("\x1b[2Jgone")),
    "self": definition(base, user(digest(b"self"))),
    "index-high": definition(base, user(base, 5)),
    "index-negative": definition(base, user(base, -1)),
    # Users first, and one operation twice.
    "shuffled": definition(user(odd), odd, base, odd, user(odd)),
    # Broken: a length past the end, an end of no group, a field number 0, a
    # string where a message should be, a varint without end.
    "cut": definition(base)[:-3],
    "group": definition(b"\x0c"),
    "tag": definition(b"\x00\x00"),
    "type": definition(b"\x50\x01"),
    "varint": definition(b"\xff" * 12),
    "no-definition": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
}

for name, content in FILES.items():
    (Path(sys.argv[1]) / f"{name}.llb").write_bytes(content)
