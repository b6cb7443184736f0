#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times builds by llbc against BuildKit and buildah, in one run on one machine.

    benchmarks/engine.py --bin build/bin --oracle build/oracle [--write docs/Performance.md]

Builders take turns; a row's figure is the median of its runs. Where a row says
nothing of an output, llbc and BuildKit write none: the result stays in their
caches. buildah commits an image. --rows and
--builders choose, --runs is how often short rows are repeated (long ones half as
often, those of minutes once), --megabytes makes the large tree smaller.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import trees
from timed import timed

ROOT = Path(__file__).resolve().parent.parent
MARK = "<!-- measured by ./dev bench engine -->"
ROWS = ("small", "steps", "copies", "files", "tree")
BUILDERS = ("buildah", "buildkit", "llbc")


@dataclass
class Job:
    """One build as every builder is asked for it."""
    context: Path
    cache: bool = True
    # As buildctl has it; None: no output.
    compression: str | None = None
    # Done before each run, not timed.
    before: Callable[[], None] | None = None
    # The builder forgets all it has before each run.
    cold: bool = False


@dataclass
class Cost:
    seconds: float
    megabytes: float
    # Of the output, in megabytes; 0 if there is none.
    size: float = 0


def run(tools: argparse.Namespace, command: list[object], **more: object) -> Cost:
    """One run, with the peak memory of the process and its children."""
    with tempfile.TemporaryFile() as log:
        try:
            spent = timed(tools.bin, command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                          **more)
        except subprocess.CalledProcessError as error:
            log.seek(0)
            text = log.read().decode(errors="replace")
            raise SystemExit(f"{error}\n{text[-3000:]}") from error
    return Cost(spent.clock, spent.megabytes)


def size_of(path: Path) -> float:
    return path.stat().st_size / 1e6 if path.exists() else 0


class Llbc:
    name = "llbc"

    def __init__(self, tools: argparse.Namespace, work: Path) -> None:
        self.tools, self.program = tools, tools.bin / "llbc"
        self.root, self.out, self.index = work / "llbc", work / "llbc.tar", work / "hashes"
        mirrors = work / "mirrors.conf"
        mirrors.write_text('[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\n'
                           f'location = "{os.environ["REGISTRY"]}"\ninsecure = true\n')
        self.env = os.environ | {"CONTAINERS_REGISTRIES_CONF": str(mirrors)}

    def forget(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.index, ignore_errors=True)

    def build(self, job: Job) -> Cost:
        self.out.unlink(missing_ok=True)
        output = (f"type=oci,dest={self.out},compression={job.compression}"
                  if job.compression else "type=cacheonly")
        cost = run(self.tools, [self.program, "--root", self.root, f"--hash-index={self.index}",
                    "--progress=quiet", "--output", output, *([] if job.cache else ["--no-cache"]),
                    job.context / "Dockerfile"], env=self.env)
        return Cost(cost.seconds, cost.megabytes, size_of(self.out))


class BuildKit:
    name = "buildkit"

    def __init__(self, tools: argparse.Namespace, work: Path) -> None:
        self.tools, self.program = tools, tools.oracle / "buildctl"
        self.out = work / "buildkit.tar"
        folder = Path(os.environ["IMAGE_LOCK"]).parent
        daemons = subprocess.run(["pgrep", "-f", f"^buildkitd --config {folder}/"],
                                 capture_output=True, text=True, check=True).stdout.split()
        self.daemon = Path("/proc") / daemons[0]

    def forget(self) -> None:
        run(self.tools, [self.program, "prune", "--all"])

    def build(self, job: Job) -> Cost:
        self.out.unlink(missing_ok=True)
        # The daemon's peak begins anew.
        (self.daemon / "clear_refs").write_text("5")
        output = [] if job.compression is None else [
            "--output", f"type=oci,dest={self.out},compression={job.compression}"]
        cost = run(self.tools, [self.program, "build", "--frontend=dockerfile.v0",
                    f"--local=context={job.context}", f"--local=dockerfile={job.context}",
                    *([] if job.cache else ["--no-cache"]), *output])
        peak = re.search(r"VmHWM:\s*(\d+)", (self.daemon / "status").read_text())
        assert peak
        return Cost(cost.seconds, int(peak[1]) / 1024, size_of(self.out))


class Buildah:
    name = "buildah"

    def __init__(self, tools: argparse.Namespace, work: Path) -> None:
        self.tools = tools
        self.store = ["--root", work / "buildah", "--runroot", work / "buildah-run",
                      "--storage-driver", "overlay"]
        self.out = work / "buildah.tar"
        self.context = work / "buildah-context"
        self.registry = os.environ["REGISTRY"]

    def forget(self) -> None:
        run(self.tools, ["buildah", *self.store, "rmi", "-af"])

    def build(self, job: Job) -> Cost:
        file = self.context.with_suffix(".Dockerfile")
        file.write_text((job.context / "Dockerfile").read_text().replace(
            "docker.io", self.registry))
        cost = run(self.tools, ["buildah", *self.store, "bud", "--isolation=chroot",
                    "--tls-verify=false", "--layers" if job.cache else "--no-cache",
                    "-t", "made", "-f", file, job.context])
        if job.compression is None:
            return cost
        self.out.unlink(missing_ok=True)
        push = run(self.tools, ["buildah", *self.store, "push", "-q", *(
            ["--disable-compression"] if job.compression == "uncompressed" else
            ["--compression-format", job.compression]), "made", f"oci-archive:{self.out}"])
        return Cost(cost.seconds + push.seconds, max(cost.megabytes, push.megabytes),
                    size_of(self.out))


@dataclass
class Table:
    tools: argparse.Namespace
    builders: list
    lines: list[str] = field(default_factory=list)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def head(self) -> str:
        return ("| build | " + " | ".join(f"{each.name}, s" for each in self.builders)
                + " | BuildKit / llbc | output, MB | peak memory, MB |\n|---|"
                + "--:|" * (len(self.builders) + 3))

    def row(self, name: str, job: Job, runs: int, without: set[str] = frozenset()) -> None:
        print(f"== {name}", file=sys.stderr, flush=True)
        builders = [each for each in self.builders if each.name not in without]
        costs: dict[str, list[Cost]] = {each.name: [] for each in builders}
        for _ in range(max(runs, 1)):
            for each in builders:
                if job.cold:
                    each.forget()
                if job.before:
                    job.before()
                costs[each.name].append(each.build(job))
        middle = {key: Cost(statistics.median(one.seconds for one in all_),
                            max(one.megabytes for one in all_), all_[-1].size)
                  for key, all_ in costs.items()}
        for key, cost in middle.items():
            self.seconds[name, key] = cost.seconds
        shown = [show(middle[each.name].seconds) if each.name in middle else "—"
                 for each in self.builders]
        ratio = "—"
        if {"buildkit", "llbc"} <= middle.keys():
            ratio = f"{middle['buildkit'].seconds / middle['llbc'].seconds:.1f}x"
        sizes = " / ".join(f"{cost.size:.1f}" for cost in middle.values()
                           if job.compression is not None) or "—"
        peaks = " / ".join(f"{cost.megabytes:.0f}" for cost in middle.values())
        self.lines.append(f"| {name} | {' | '.join(shown)} | {ratio} | {sizes} | {peaks} |")
        print(self.lines[-1], file=sys.stderr, flush=True)


def show(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}" if seconds >= 1 \
        else f"{seconds:.3f}" if seconds >= 0.1 else f"{seconds:.4f}"


def small_rows(table: Table, inputs: Path, runs: int) -> None:
    context = trees.made(inputs, "small", trees.small)
    table.row("COPY and RUN, cold", Job(context, cold=True), runs)
    table.row("COPY and RUN, without cache", Job(context, cache=False), runs)
    table.row("COPY and RUN, nothing changed", Job(context), 2 * runs)
    table.row("COPY and RUN, nothing changed, gzip", Job(context, compression="gzip"), runs)


def crun_seconds(tools: argparse.Namespace, work: Path) -> float:
    """What `crun run` of a program that does nothing takes, in a mount namespace
    in which it runs."""
    bundle = work / "bundle"
    (bundle / "rootfs" / "bin").mkdir(parents=True)
    shutil.copy("/bin/busybox", bundle / "rootfs" / "bin" / "true")
    subprocess.run(["crun", "spec"], cwd=bundle, check=True)
    spec = json.loads((bundle / "config.json").read_text())
    spec["process"] |= {"terminal": False, "args": ["/bin/true"]}
    # As in a build, containers have the network of the machine.
    spec["linux"]["namespaces"] = [each for each in spec["linux"]["namespaces"]
                                   if each["type"] not in ("network", "cgroup")]
    (bundle / "config.json").write_text(json.dumps(spec))
    loop = ("mount -t cgroup2 none /sys/fs/cgroup; for i in $(seq {}); do "
            "crun --cgroup-manager=disabled run -b . bench-$i; done")
    times = {}
    for count in (1, 41):
        times[count] = statistics.median(
            run(tools, ["unshare", "-m", "sh", "-ec", loop.format(count)], cwd=bundle).seconds
            for _ in range(3))
    return (times[41] - times[1]) / 40


def step_rows(table: Table, inputs: Path, runs: int, work: Path) -> list[str]:
    for count in (10, 100):
        context = trees.made(inputs, f"runs{count}", trees.run_steps, count)
        table.row(f"{count} RUN, without cache", Job(context, cache=False),
                  runs if count == 10 else runs // 2)
    container = crun_seconds(table.tools, work) * 1000
    texts = []
    for each in table.builders:
        step = (table.seconds["100 RUN, without cache", each.name]
                - table.seconds["10 RUN, without cache", each.name]) / 90 * 1000
        texts.append(f"{step:.1f} ms with {each.name}")
    return ["", f"A RUN of nothing takes {', '.join(texts)}; `crun run` of it alone "
            f"takes {container:.1f} ms."]


def copy_rows(table: Table, inputs: Path, runs: int) -> None:
    context = trees.made(inputs, "copies50", trees.copy_steps, 50)
    table.row("50 COPY, without cache", Job(context, cache=False), runs)
    table.row("50 COPY, nothing changed", Job(context), runs)


def file_rows(table: Table, inputs: Path, runs: int) -> list[str]:
    count = table.tools.files
    context = trees.made(inputs, f"files{count}", trees.many_files, count)
    slow = set() if table.tools.all else {"buildah"}
    changed = context / "d7" / "file700"
    turn = 0

    def touch() -> None:
        nonlocal turn
        turn += 1
        changed.write_text(f"{os.getpid()} {turn}\n")

    name = f"COPY of {count:,} files"
    table.row(f"{name}, cold", Job(context, cold=True), 1, slow)
    table.row(f"{name}, one changed", Job(context, before=touch), runs // 2, slow)
    # What was just written might change once more within the clock's grain.
    time.sleep(3)
    for each in table.builders:
        if each.name not in slow:
            each.build(Job(context))
    table.row(f"{name}, nothing changed", Job(context), runs, slow)
    walk = statistics.median(
        run(table.tools, [table.tools.bin / "llb-walk", context]).seconds for _ in range(5))
    mine = table.seconds[f"{name}, nothing changed", "llbc"]
    return ["", f"Looking at each of the {count:,} files takes {show(walk)} s, llbc on nothing "
            f"changed {mine / walk:.1f} times that."]


def tree_rows(table: Table, inputs: Path, runs: int, work: Path) -> list[str]:
    size = table.tools.megabytes
    context = trees.made(inputs, f"tree{size}", trees.large_tree, size)
    slow = set() if table.tools.all else {"buildah"}
    for each in table.builders:
        if each.name not in slow:
            each.build(Job(context, compression="uncompressed"))
    for form in ("gzip", "zstd", "uncompressed"):
        table.row(f"{size} MB, without cache, {form}",
                  Job(context, cache=False, compression=form), runs // 4, slow)
        table.row(f"{size} MB, the same result again, {form}",
                  Job(context, compression=form), runs // 2, slow)
    # What a build without compression can't do without.
    limit = (f"tar cf - -C {context} tree | tee {work}/limit.tar | "
             "openssl dgst -sha256 >/dev/null")
    least = statistics.median(run(table.tools, ["sh", "-c", limit]).seconds for _ in range(3))
    (work / "limit.tar").unlink()
    mine = table.seconds[f"{size} MB, without cache, uncompressed", "llbc"]
    return ["", f"`tar` of the {size} MB into a file and into SHA-256 takes {show(least)} s, llbc "
            f"without compression {mine / least:.2f} times that."]


def measure(tools: argparse.Namespace, work: Path) -> str:
    kinds = {"llbc": Llbc, "buildkit": BuildKit, "buildah": Buildah}
    table = Table(tools, [kinds[name](tools, work) for name in BUILDERS
                          if name in tools.builders])
    inputs = tools.inputs or work / "inputs"
    notes: list[str] = []
    before = os.getloadavg()[1]
    if "small" in tools.rows:
        small_rows(table, inputs, tools.runs)
    if "steps" in tools.rows:
        notes += step_rows(table, inputs, tools.runs, work)
    if "copies" in tools.rows:
        copy_rows(table, inputs, tools.runs)
    if "files" in tools.rows:
        notes += file_rows(table, inputs, tools.runs)
    if "tree" in tools.rows:
        notes += tree_rows(table, inputs, tools.runs, work)
    order = ", ".join(each.name for each in table.builders)
    return "\n".join([
        f"{os.cpu_count()} processors, a load of {before:.1f} before. Seconds by the clock, "
        f"medians. Outputs and peak memory are those of {order}, in that order.", "",
        table.head(), *table.lines, *notes]) + "\n"


def with_daemon() -> None:
    """Starts this program again where a buildkitd and a registry run."""
    with tempfile.TemporaryDirectory(prefix="llb-bench-") as work:
        env = os.environ | {"SNAPSHOTTER": "overlayfs"}
        tools = Path(sys.argv[sys.argv.index("--oracle") + 1] if "--oracle" in sys.argv
                     else ROOT / "build" / "oracle").resolve()
        env["PATH"] = f"{tools}:{env['PATH']}:/usr/sbin"
        script = ROOT / "test" / "Integration" / "Inputs" / "buildkit-env.sh"
        sys.exit(subprocess.run([script, f"{work}/env", sys.executable, *sys.argv],
                                env=env).returncode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "bin")
    parser.add_argument("--oracle", type=Path, default=ROOT / "build" / "oracle")
    parser.add_argument("--rows", type=lambda text: text.split(","), default=ROWS)
    parser.add_argument("--builders", type=lambda text: text.split(","), default=BUILDERS)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--files", type=int, default=50000)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--all", action="store_true", help="buildah in rows of minutes, too")
    parser.add_argument("--inputs", type=Path, help="where the contexts are, or are made")
    parser.add_argument("--write", type=Path, help="put the table into this document")
    tools = parser.parse_args()
    if "REGISTRY" not in os.environ:
        with_daemon()
    tools.bin, tools.oracle = tools.bin.resolve(), tools.oracle.resolve()
    with tempfile.TemporaryDirectory(prefix="llb-bench-") as work:
        text = measure(tools, Path(work))
    print(text)
    if tools.write:
        head, _, rest = tools.write.read_text().partition(MARK + "\n")
        tail = rest.partition(MARK + "\n")[2]
        tools.write.write_text(f"{head}{MARK}\n{text}{MARK}\n{tail}")


if __name__ == "__main__":
    main()
