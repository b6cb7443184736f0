#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times llbc against BuildKit's own frontend, in one run on one machine.

    benchmarks/run.py --bin build/bin --oracle build/oracle [--write docs/Performance.md]

In process: the median of warm runs, Dockerfile text to serialised LLB. Process:
the median of whole runs of `llbc` and of `gofrontend`, a program around
BuildKit's frontend and nothing else. Before anything is timed, both must give
the same operations. --quick leaves out what takes BuildKit more than a second.
"""
import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "examples" / "images.lock.json"
# BuildKit's time grows with the square of a chain's length: 10,000 steps take
# it ten seconds, 100,000 would take it a quarter of an hour.
TOO_LONG = {"100,000 RUN"}
SLOW = {"10,000 RUN", "10,000 COPY"}
MARK = "<!-- measured by ./dev bench -->"


def output(command: list[object], stdin: Path | None = None) -> bytes:
    with open(stdin or "/dev/null", "rb") as source:
        return subprocess.run([str(word) for word in command], stdin=source, check=True,
                              stdout=subprocess.PIPE).stdout


def in_process(command: list[object]) -> float:
    return statistics.median(json.loads(output(command))["milliseconds"])


def as_process(command: list[object], work: Path, runs: int, stdin: Path | None = None) -> float:
    """Median milliseconds of a whole run, output thrown away."""
    report = work / "hyperfine.json"
    output(["hyperfine", "-N", "--style", "none", "--warmup", 1 if runs < 10 else 5,
            "--runs", runs, "--export-json", report, *(["--input", stdin] if stdin else []),
            " ".join(str(word) for word in command)])
    return json.loads(report.read_text())["results"][0]["median"] * 1000


def max_rss(command: list[object], stdin: Path | None = None) -> float:
    """Peak resident size in MB."""
    with open(stdin or "/dev/null", "rb") as source:
        done = subprocess.run(["/usr/bin/time", "-f", "%M", *map(str, command)], stdin=source,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return int(done.stderr.split()[-1]) / 1024


def show(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(theirs: float | None, ours: float) -> str:
    return "—" if theirs is None else f"{theirs / ours:,.0f}x"


def progress(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)


def compile_row(name: str, path: Path, tools: argparse.Namespace, work: Path) -> str:
    llbc = [tools.bin / "llbc", f"--image-lock={LOCK}", "--local-unique-id=context", path]
    go = [tools.oracle / "gofrontend", "-image-lock", LOCK]
    big = path.stat().st_size > 5000
    runs = 5 if big else 200
    ours_bytes = work / "ours.llb"
    ours_bytes.write_bytes(output(llbc))
    theirs = theirs_process = None
    if name not in TOO_LONG:
        theirs_bytes = work / "theirs.llb"
        theirs_bytes.write_bytes(output([*go, path]))
        dump = [tools.oracle / "buildctl", "debug", "dump-llb"]
        if output(dump, ours_bytes) != output(dump, theirs_bytes):
            raise SystemExit(f"{name}: llbc and BuildKit disagree; nothing to compare")
        theirs = in_process([*go, "-runs", 3 if big else 300, path])
        theirs_process = as_process([*go, path], work, 3 if name in SLOW else max(5, runs // 4))
    ours = in_process([tools.bin / "llb-bench", runs if big else 1000, LOCK, path])
    ours_process = as_process(llbc, work, runs)
    return (f"| {name} | {show(theirs)} | {show(ours)} | {ratio(theirs, ours)} "
            f"| {show(theirs_process)} | {show(ours_process)} "
            f"| {ratio(theirs_process, ours_process)} |")


def dump_rows(definition: Path, tools: argparse.Namespace, work: Path) -> list[str]:
    rows = []
    for name, flags in (("JSON", []), ("dot", ["--dot"])):
        theirs = [tools.oracle / "buildctl", "debug", "dump-llb", *flags]
        ours = [tools.bin / "dump-llb", *flags, definition]
        if output(theirs, definition) != output(ours):
            raise SystemExit(f"dump-llb {name}: the outputs differ; nothing to compare")
        times = as_process(theirs, work, 3, definition), as_process(ours, work, 5)
        sizes = max_rss(theirs, definition), max_rss(ours)
        rows.append(f"| {name} | {show(times[0])} | {show(times[1])} | {ratio(*times)} "
                    f"| {show(sizes[0])} | {show(sizes[1])} |")
    return rows


def machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {platform.system()} {platform.release()}"


def measure(tools: argparse.Namespace, work: Path) -> str:
    paths = inputs.write(work)
    lines = [f"Machine: {machine()}. Times in ms.", "",
             "| Dockerfile | BuildKit, in process | llbc, in process | ratio "
             "| BuildKit, process | llbc, process | ratio |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for name, path in paths.items():
        if tools.quick and name in TOO_LONG | SLOW:
            continue
        progress(name)
        lines.append(compile_row(name, path, tools, work))
    progress("dump-llb")
    definition = work / "definition.llb"
    largest = "1,000 RUN" if tools.quick else "100,000 RUN"
    definition.write_bytes(output([tools.bin / "llbc", f"--image-lock={LOCK}",
                                   "--local-unique-id=context", paths[largest]]))
    lines += ["", f"`dump-llb` on {largest}, {definition.stat().st_size / 1e6:.3g} MB of LLB:", "",
              "| form | `buildctl debug dump-llb` | `dump-llb` | ratio "
              "| peak memory, MB | ours, MB |", "|---|--:|--:|--:|--:|--:|"]
    return "\n".join(lines + dump_rows(definition, tools, work)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "bin")
    parser.add_argument("--oracle", type=Path, default=ROOT / "build" / "oracle")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path, help="put the tables into this document")
    tools = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llb-bench-") as work:
        tables = measure(tools, Path(work))
    print(tables)
    if tools.write:
        head, _, rest = tools.write.read_text().partition(MARK + "\n")
        tail = rest.partition(MARK + "\n")[2]
        tools.write.write_text(f"{head}{MARK}\n{tables}{MARK}\n{tail}")


if __name__ == "__main__":
    main()
