# SPDX-License-Identifier: Apache-2.0
"""Writes the definitions of bombs.test into a folder."""
import hashlib
import sys
from pathlib import Path


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def digest(op: bytes) -> bytes:
    return b"sha256:" + hashlib.sha256(op).hexdigest().encode()


def operand(op: bytes) -> bytes:
    return field(1, field(1, digest(op)))


SOURCE = field(3, field(1, b"docker-image://docker.io/library/alpine:latest"))


def merge_of(op: bytes, count: int) -> bytes:
    """An operation with `count` inputs, all the same."""
    inputs = b"".join(field(1, b"\x08" + varint(i) if i else b"") for i in range(count))
    return operand(op) * count + field(6, inputs)


def chain(count: int) -> bytes:
    """Each operation is the input of the next."""
    ops = [SOURCE]
    for _ in range(count):
        ops.append(merge_of(ops[-1], 1))
    return b"".join(field(1, op) for op in [*ops, operand(ops[-1])])


def wide(count: int) -> bytes:
    op = merge_of(SOURCE, count)
    return b"".join(field(1, part) for part in (SOURCE, op, operand(op)))


BOMBS = {
    "length.llb": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    "varint.llb": b"\x0a" + b"\xff" * 1000000,
    "groups.llb": b"\x7b" * 1000000,
    "chain.llb": chain(100000),
    "wide.llb": wide(1000000),
    "braces.llb.txt": b"%a = exec " + b"{" * 1000000,
    "brackets.llb.txt": b"%a = exec { meta { args = " + b"[" * 1000000 + b"]" * 1000000,
    "skipped.llb.txt": b"%a = exec { nothing = " + b"[{(" * 1000000 + b")}]" * 1000000 + b" }",
    "undefined.llb.txt": b"".join(b"%%a%d = merge %%b%d\n" % (i, i) for i in range(50000)),
    "string.llb.txt": b'%a = source "' + b"\\" * 3000001,
    "braces.json": b'{"Op":' * 1000000,
}

for name, data in BOMBS.items():
    (Path(sys.argv[1]) / name).write_bytes(data)
