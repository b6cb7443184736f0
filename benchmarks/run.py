#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times llbc against BuildKit's own frontend, in one run on one machine.

    benchmarks/run.py --bin build/bin --oracle build/oracle [--write docs/Performance.md]

In process: the median of warm runs, Dockerfile text to serialised LLB. Process:
the median of whole runs of `llbc` and of `gofrontend`, a program around
BuildKit's frontend and nothing else, taken in turns. Before anything is timed,
both must give the same operations. --cpu counts processor time instead of the
clock's, for a machine that has other work; --quick leaves out what takes
BuildKit more than a second.
"""
import argparse
import dataclasses
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import inputs
from timed import timed

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "examples" / "images.lock.json"
# BuildKit's time grows with the square of a chain's length: 10,000 steps take
# it ten seconds, 100,000 would take it a quarter of an hour.
TOO_LONG = {"100,000 RUN"}
SLOW = {"10,000 RUN", "10,000 COPY"}
MARK = "<!-- measured by ./dev bench -->"


@dataclasses.dataclass
class Cost:
    """Milliseconds of one run, by the clock and of processor time."""
    clock: float
    cpu: float


def output(command: list[object], stdin: Path | None = None) -> bytes:
    with open(stdin or "/dev/null", "rb") as source:
        return subprocess.run([str(word) for word in command], stdin=source, check=True,
                              stdout=subprocess.PIPE).stdout


def run_once(command: list[object], stdin: Path | None = None) -> Cost:
    """One run as a process, its output thrown away."""
    words = [str(word) for word in command]
    files = [(os.POSIX_SPAWN_OPEN, 0, str(stdin or "/dev/null"), os.O_RDONLY, 0),
             (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    begin = time.perf_counter()
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    clock = (time.perf_counter() - begin) * 1000
    if status:
        raise SystemExit(f"{' '.join(words)}: failed")
    return Cost(clock, (usage.ru_utime + usage.ru_stime) * 1000)


def peak_memory(tools: Path, command: list[object], stdin: Path | None = None) -> float:
    """Peak resident MB. Asked of a small program: a process begins with the peak
    of whoever started it."""
    with open(stdin or "/dev/null", "rb") as source:
        return timed(tools, command, stdin=source, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL).megabytes


class Bench:
    def __init__(self, tools: argparse.Namespace) -> None:
        self.tools = tools

    def time_of(self, cost: Cost) -> float:
        return cost.cpu if self.tools.cpu else cost.clock

    def in_process(self, commands: list[list[object]], rounds: int) -> list[float]:
        """Median time of the runs that each command makes and tells, in turns: the
        machine may be slower for some seconds."""
        times: list[list[float]] = [[] for _ in commands]
        for _ in range(rounds):
            for command, mine in zip(commands, times):
                mine += json.loads(output(command))["cpu" if self.tools.cpu else "milliseconds"]
        return [statistics.median(mine) for mine in times]

    def in_turns(self, commands: list[tuple[list[object], Path | None]],
                 runs: int) -> list[float]:
        """Median time of each command, run in turns."""
        costs: list[list[Cost]] = [[] for _ in commands]
        for turn in range(runs + 1):
            for (command, stdin), mine in zip(commands, costs):
                cost = run_once(command, stdin)
                # The first run warms up and counts if it is the only one.
                if turn > 0:
                    mine.append(cost)
        return [statistics.median(self.time_of(cost) for cost in mine) for mine in costs]


def show(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(theirs: float | None, ours: float) -> str:
    if theirs is None:
        return "—"
    factor = theirs / ours
    return f"{factor:,.1f}x" if factor < 20 else f"{factor:,.0f}x"


def progress(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)


def compile_row(name: str, path: Path, bench: Bench, work: Path) -> str:
    tools = bench.tools
    llbc = [tools.bin / "llbc", f"--image-lock={LOCK}", "--local-unique-id=context", path]
    go = [tools.oracle / "gofrontend", "-image-lock", LOCK]
    big = path.stat().st_size > 5000
    runs = 5 if big else 100
    ours_bytes = work / "ours.llb"
    ours_bytes.write_bytes(output(llbc))
    ours_warm = [tools.bin / "llb-bench", 4 if big else 200, LOCK, path]
    theirs = theirs_process = None
    if name not in TOO_LONG:
        theirs_bytes = work / "theirs.llb"
        theirs_bytes.write_bytes(output([*go, path]))
        dump = [tools.oracle / "buildctl", "debug", "dump-llb"]
        if output(dump, ours_bytes) != output(dump, theirs_bytes):
            raise SystemExit(f"{name}: llbc and BuildKit disagree; nothing to compare")
        rounds = 1 if name in SLOW else 3 if big else 5
        theirs, ours = bench.in_process(
            [[*go, "-runs", 3 if big else 60, path], ours_warm], rounds)
    else:
        ours, = bench.in_process([ours_warm], 3)
    if name in TOO_LONG:
        ours_process, = bench.in_turns([(llbc, None)], runs)
    elif name in SLOW:
        theirs_process, = bench.in_turns([([*go, path], None)], 1)
        ours_process, = bench.in_turns([(llbc, None)], runs)
    else:
        theirs_process, ours_process = bench.in_turns(
            [([*go, path], None), (llbc, None)], runs)
    return (f"| {name} | {show(theirs)} | {show(ours)} | {ratio(theirs, ours)} "
            f"| {show(theirs_process)} | {show(ours_process)} "
            f"| {ratio(theirs_process, ours_process)} |")


def start_up(bench: Bench, work: Path) -> str:
    """What llbc adds to a program that does nothing."""
    path = inputs.write(work)["typical, 60 lines, 7 stages"]
    llbc = [bench.tools.bin / "llbc", f"--image-lock={LOCK}", path]
    empty, ours = bench.in_turns(
        [([bench.tools.bin / "llb-empty"], None), (llbc, None)], 200)
    return (f"An empty static program takes {show(empty)} ms, `llbc` on the typical file "
            f"{show(ours)} ms: {show(ours - empty)} ms more.")


def per_line(bench: Bench, paths: dict[str, Path]) -> str:
    """Whether a long file costs more a line than a short one."""
    progress("time per RUN line")
    counts = [1000] if bench.tools.quick else [1000, 10000, 100000]
    times = bench.in_process([[bench.tools.bin / "llb-bench", max(3, 60000 // count), LOCK,
                               paths[f"{count:,} RUN"]] for count in counts], 5)
    micros = {count: time * 1000 / count for count, time in zip(counts, times)}
    shown = ", ".join(f"{value:.3g} µs of {count:,}" for count, value in micros.items())
    return (f"A RUN line takes {shown} lines in process: the largest is "
            f"{max(micros.values()) / min(micros.values()):.2f} times the smallest.")


def dump_rows(definition: Path, bench: Bench) -> list[str]:
    rows = []
    for name, flags in (("JSON", []), ("dot", ["--dot"])):
        theirs = [bench.tools.oracle / "buildctl", "debug", "dump-llb", *flags]
        ours = [bench.tools.bin / "dump-llb", *flags, definition]
        if output(theirs, definition) != output(ours):
            raise SystemExit(f"dump-llb {name}: the outputs differ; nothing to compare")
        theirs_time, ours_time = bench.in_turns([(theirs, definition), (ours, None)], 5)
        theirs_size = peak_memory(bench.tools.bin, theirs, definition)
        ours_size = peak_memory(bench.tools.bin, ours)
        rows.append(f"| {name} | {show(theirs_time)} | {show(ours_time)} "
                    f"| {ratio(theirs_time, ours_time)} "
                    f"| {show(theirs_size)} | {show(ours_size)} "
                    f"| {show(ours_size / theirs_size)} |")
    return rows


def copied(folder: Path, to: Path) -> Path:
    """The programs as an installation has them, on both sides: a file that a linker
    wrote page by page is kept in memory so, and starts a twelfth more slowly."""
    return Path(shutil.copytree(folder, to))


def machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {platform.system()} {platform.release()}"


def measure(bench: Bench, work: Path) -> str:
    tools = bench.tools
    paths = inputs.write(work)
    load = os.getloadavg()[1]
    clock = "of processor time" if tools.cpu else "by the clock"
    lines = [f"Machine: {machine()}, {os.cpu_count()} processors; the load was {load:.1f}. "
             f"Milliseconds {clock}.", "",
             "| Dockerfile | BuildKit, in process | llbc, in process | ratio "
             "| BuildKit, process | llbc, process | ratio |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for name, path in paths.items():
        if tools.quick and name in TOO_LONG | SLOW:
            continue
        progress(name)
        lines.append(compile_row(name, path, bench, work))
    lines += ["", per_line(bench, paths), "", start_up(bench, work)]
    progress("dump-llb")
    definition = work / "definition.llb"
    largest = "1,000 RUN" if tools.quick else "100,000 RUN"
    definition.write_bytes(output([tools.bin / "llbc", f"--image-lock={LOCK}",
                                   "--local-unique-id=context", paths[largest]]))
    lines += ["", f"`dump-llb` on {largest}, {definition.stat().st_size / 1e6:.3g} MB of LLB:", "",
              "| form | `buildctl debug dump-llb` | `dump-llb` | ratio "
              "| peak memory, MB | ours, MB | share |", "|---|--:|--:|--:|--:|--:|--:|"]
    return "\n".join(lines + dump_rows(definition, bench)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "bin")
    parser.add_argument("--oracle", type=Path, default=ROOT / "build" / "oracle")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="count processor time")
    parser.add_argument("--write", type=Path, help="put the tables into this document")
    tools = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llb-bench-") as work:
        tools.bin = copied(tools.bin, Path(work) / "bin")
        tools.oracle = copied(tools.oracle, Path(work) / "oracle")
        tables = measure(Bench(tools), Path(work))
    print(tables)
    if tools.write:
        head, _, rest = tools.write.read_text().partition(MARK + "\n")
        tail = rest.partition(MARK + "\n")[2]
        tools.write.write_text(f"{head}{MARK}\n{tables}{MARK}\n{tail}")


if __name__ == "__main__":
    main()
