#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a client takes to tell a daemon of 50,000 files: llbc and buildctl in
turns, to the same peer, which does nothing but count; and one look at each of
the files by a program that does nothing else.

    benchmarks/sync.py --bin build/bin --oracle build/oracle [--runs 5]

The peer is test/Oracle/fakedaemon. Time is taken from its question to the last
file that it is told of; each run asks seven times. Beside it stands the processor
time of the whole client, start and all, and its peak memory.
"""
import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import trees
from timed import Spent, timed


def listen(tools: argparse.Namespace, socket: Path,
           client: list[object]) -> tuple[list[float], Spent]:
    """Milliseconds of each answer, and what the client cost."""
    daemon = tools.oracle / "fakedaemon"
    peer = subprocess.Popen([daemon, socket, "listen"], stdout=subprocess.PIPE, text=True)
    try:
        while not socket.exists():
            time.sleep(0.01)
        spent = timed(tools.bin, client, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)
    finally:
        peer.terminate()
        socket.unlink(missing_ok=True)
    said, _ = peer.communicate()
    times = [float(t) for t in re.findall(r"entries, .* ([\d.]+) ms", said)]
    return times, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--oracle", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    tools = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        context.mkdir()
        trees.many_files(context, 50_000)
        socket = Path(folder) / "socket"
        address = f"unix://{socket}"
        clients: dict[str, list[object]] = {
            "buildctl": [tools.oracle / "buildctl", "--addr", address, "build",
                         "--progress=plain", "--frontend=dockerfile.v0",
                         f"--local=context={context}", f"--local=dockerfile={context}"],
            "llbc": [tools.bin / "llbc", f"--builder=buildkit://{address}", "--progress=plain",
                     "--output=type=image,name=x,push=true", context / "Dockerfile"]}
        answers: dict[str, list[float]] = {name: [] for name in clients}
        costs: dict[str, list[Spent]] = {name: [] for name in clients}
        looks = []
        for _ in range(tools.runs):
            looks.append(timed(tools.bin, [tools.bin / "llb-walk", context],
                               stdout=subprocess.DEVNULL).clock * 1000)
            for name, client in clients.items():
                times, spent = listen(tools, socket, client)
                answers[name] += times
                costs[name].append(spent)
    look = statistics.median(looks)
    median = {name: statistics.median(times) for name, times in answers.items()}
    print(f"{os.cpu_count()} processors. Looking at each file: {look:.1f} ms.\n")
    print("| client | an answer, ms | of a look | seven answers, s of processor | peak, MB |")
    print("|---|--:|--:|--:|--:|")
    for name in clients:
        print(f"| {name} | {median[name]:.1f} | {median[name] / look:.2f} | "
              f"{statistics.median(c.processor for c in costs[name]):.2f} | "
              f"{statistics.median(c.megabytes for c in costs[name]):.0f} |")
    print(f"\nbuildctl / llbc: {median['buildctl'] / median['llbc']:.1f}x")


if __name__ == "__main__":
    main()
