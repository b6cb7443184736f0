# SPDX-License-Identifier: Apache-2.0
"""The contexts that builds are timed on, the same on every machine.

Each is made once below a folder. Text and machine code are cut from pools that
are larger than any compressor's window, so that files repeat each other no more
than those of a real system do.
"""
import os
import random
from pathlib import Path

MEGABYTE = 1_000_000
FROM = "FROM docker.io/library/busybox:latest\n"


def small(top: Path) -> Path:
    (top / "app.txt").write_text("hello\n")
    (top / "Dockerfile").write_text(FROM + "COPY app.txt /app.txt\nRUN cat /app.txt > /done\n")
    return top


def run_steps(top: Path, count: int) -> Path:
    (top / "Dockerfile").write_text(FROM + "".join(f"RUN : {i}\n" for i in range(count)))
    return top


def copy_steps(top: Path, count: int) -> Path:
    lines = []
    for i in range(count):
        (top / f"file{i}").write_text(f"{i}\n" * 100)
        lines.append(f"COPY file{i} /to/file{i}\n")
    (top / "Dockerfile").write_text(FROM + "".join(lines))
    return top


def many_files(top: Path, count: int) -> Path:
    """`count` files, a hundred a directory, 560 bytes each on average."""
    rng = random.Random(1)
    pool = text_pool(rng, 4 * MEGABYTE)
    for i in range(count):
        folder = top / f"d{i // 100}"
        if i % 100 == 0:
            folder.mkdir()
        size = rng.randrange(100, 1020)
        start = rng.randrange(len(pool) - size)
        (folder / f"file{i}").write_bytes(pool[start:start + size])
    (top / "Dockerfile").write_text("FROM scratch\nCOPY . /files/\n")
    return top


def text_pool(rng: random.Random, size: int) -> bytes:
    """Words as often as words are, the nth one in proportion to 1/n, in phrases."""
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(rng.choices(letters, range(26, 0, -1), k=rng.randrange(2, 11)))
             for _ in range(20000)]
    weights = [1 / (n + 5) for n in range(len(words))]
    phrases: list[str] = []
    length = 0
    while length < size:
        words_here = rng.choices(words, weights, k=7000)
        for i in range(0, 7000, 7):
            # A program says many things again soon.
            again = rng.random()
            phrases.append(phrases[-int(again * 250) - 1] if again < 0.4 and len(phrases) > 100
                           else " ".join(words_here[i:i + 7]) + ";\n    ")
            length += len(phrases[-1])
    return "".join(phrases).encode()[:size]


def code_pool(rng: random.Random, size: int) -> bytes:
    """Instructions: some are common, operands are not."""
    common = [rng.randbytes(rng.randrange(2, 8)) for _ in range(3000)]
    weights = [1 / (n + 20) for n in range(len(common))]
    parts: list[bytes] = []
    length = 0
    while length < size:
        some = rng.choices(common, weights, k=4000)
        operands = rng.randbytes(4000)
        block = b"".join(op + operands[i:i + 1] if i % 3 else op for i, op in enumerate(some))
        parts.append(block)
        length += len(block)
    return b"".join(parts)[:size]


def large_tree(top: Path, megabytes: int) -> Path:
    """A tenth random, a third machine code, the rest text, 17 kB a file."""
    rng = random.Random(2)
    text = text_pool(rng, 48 * MEGABYTE)
    code = code_pool(rng, 32 * MEGABYTE)
    count = megabytes * 60
    tree = top / "tree"
    left = {"bin": megabytes * MEGABYTE // 3, "rnd": megabytes * MEGABYTE // 10,
            "src": megabytes * MEGABYTE * 17 // 30}
    for i in range(count):
        kind = "bin" if i % 10 < 2 else "rnd" if i % 50 == 7 else "src"
        folder = tree / kind / f"p{i // 600}" / f"q{i // 60 % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        share = {"bin": 5, "rnd": 50, "src": 1000 / 780}[kind] * left[kind] / count
        size = int(min(rng.lognormvariate(0, 1.3) / 2.33 * share, 24 * MEGABYTE))
        if kind == "rnd":
            data = rng.randbytes(size)
        else:
            pool = text if kind == "src" else code
            start = rng.randrange(max(1, len(pool) - size))
            data = pool[start:start + size]
        (folder / f"f{i}.{kind}").write_bytes(data)
    (top / "Dockerfile").write_text("FROM scratch\nCOPY tree /\n")
    return top


def made(folder: Path, name: str, make, *arguments) -> Path:
    """The context `name` below `folder`, made if it is not there."""
    done = folder / name
    if not done.is_dir():
        half = folder / (name + ".half")
        half.mkdir(parents=True)
        make(half, *arguments)
        os.rename(half, done)
    return done
