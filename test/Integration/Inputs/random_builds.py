#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds random inputs with and without passes and compares the images.

  random_builds.py --count N [--seed N] [--keep DIR] [--only CASE] [--jobs N]
                   [--break-rule RULE[@CASE]]...

The seed is that of LLB_RANDOM_SEED, else 1, if it is not given.

Runs under buildkit-env.sh, which gives BUILDKIT_HOST and IMAGE_LOCK. Each case is
a random context and, in turn, a Dockerfile, a graph as LLB text, or a Dockerfile
for two platforms. It is built as it is and after passes:

  Dockerfiles   -O1; -O2 with a listing of the base's directories; as text whose
                paths were made unclean, linked with a copy of itself and optimised
  platforms     -O1, and -O2 with `pin` and `strip`, all platforms in one module
  graphs        -O1, -O2, and passes in a random order

Root file system (paths, types, modes, owners, links, capabilities, devices,
content, the time of what is older than the build), config, and the number of
layers against that of history entries must agree. What does not build as it is
proves nothing and is counted apart. With `--break-rule` llb-opt does not keep a
rule of its passes, to show that this is found: there are only graphs then, and
those are built of which the broken passes make something else than sound ones,
up to the first that differs, or CASE alone.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from built_image import OLD, differences, list_dirs, read_image
from random_dockerfile import make_context, make_dockerfile, make_for_platforms
from random_graph import make_graph

PLATFORMS = ["linux/amd64", "linux/arm64"]
PASSES = ["canonicalize", "dedup", "merge", "merge(max=2)", "parallel-copy", "dce", "pin", "strip"]


class Case:
    """One input in a folder of its own. `check` builds it in all ways."""

    def __init__(self, folder: Path, lock: Path, flags: list[str]) -> None:
        self.folder, self.lock, self.flags = folder, lock, flags
        self.time = OLD + int(folder.name)
        self.count: collections.Counter = collections.Counter()
        self.faults: list[str] = []
        folder.mkdir(parents=True)

    def run(self, *command: str, data: bytes | None = None) -> bytes:
        done = subprocess.run(command, input=data, cwd=self.folder / "context",
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-600:]}")
        return done.stdout

    def opt(self, *options: str) -> bytes:
        return self.run("llb-opt", f"--image-lock={self.lock}", "--verify-each", *options)

    def build(self, name: str, definition: bytes, config: str) -> dict:
        out = self.folder / f"{name}.tar"
        attrs = f"type=oci,dest={out},compression=uncompressed,force-compression=true"
        self.run("buildctl", "build", "--progress=plain", "--local", "context=.", "--output",
                 attrs + ("," + config if config else ""), data=definition)
        image = read_image(out)
        out.unlink()
        return image

    def compare(self, name: str, before: dict, build, history: bool) -> None:
        try:
            after = build()
        except RuntimeError as error:
            self.faults.append(f"{name}: {error}")
            return
        self.faults += [f"{name}: {text}" for text in differences(before, after, history)]
        self.count["layers before"] += before["layers"]
        self.count["layers after"] += after["layers"]

    def text(self) -> str:
        raise NotImplementedError

    def check(self) -> None:
        raise NotImplementedError


class DockerfileCase(Case):
    def __init__(self, *args, make=make_dockerfile, rng: random.Random) -> None:
        super().__init__(*args)
        self.dockerfile = make(rng)
        self.fill(rng)

    def fill(self, rng: random.Random) -> None:
        (self.folder / "context").mkdir()
        (self.folder / "context/Dockerfile").write_text(self.dockerfile)
        make_context(rng, self.folder / "context", self.time)

    def text(self) -> str:
        return self.dockerfile

    def llbc(self, *options: str) -> bytes:
        return self.run("llbc", f"--image-lock={self.lock}", "Dockerfile", *options)

    def compiled(self, name: str, *options: str) -> dict:
        config = self.llbc("--emit=config", "--buildctl", *options).decode().strip()
        return self.build(name, self.llbc(*options), config)

    def unclean(self, name: str, config: str) -> dict:
        text = self.llbc("--emit=text").decode()
        dirty = re.sub(r'(copy \S+ )"/([^"]*)" -> "/', r'\1"/./\2" -> "//', text)
        dirty = re.sub(r'mkdir "/', 'mkdir "/.//', dirty)
        (self.folder / "one.txt").write_text(text)
        (self.folder / "two.txt").write_text(dirty)
        return self.build(name, self.opt("-O2", "--result=two", "../one.txt", "../two.txt"), config)

    def check(self) -> None:
        before = self.compiled("O0")
        config = self.llbc("--emit=config", "--buildctl").decode().strip()
        for level in ("-O1", "-O2"):
            self.compare(level, before, lambda level=level: self.compiled(level, level), True)
        self.compare("linked", before, lambda: self.unclean("linked", config), False)


class PlatformCase(DockerfileCase):
    def __init__(self, *args, rng: random.Random) -> None:
        super().__init__(*args, make=make_for_platforms, rng=rng)

    def outputs(self, *options: str) -> list[tuple[bytes, str]]:
        bundle = json.loads(self.llbc("--emit=bundle", "--platform=" + ",".join(PLATFORMS), *options))
        if "error" in bundle:
            raise RuntimeError(str(bundle["error"]))
        found = []
        for output in bundle["outputs"]:
            config = json.dumps(output["image"]).replace('"', '""')
            definition = self.run("llb-opt", "-", data="\n".join(
                json.dumps(op) for op in output["ops"]).encode())
            found.append((definition, f'"containerimage.config={config}"'))
        return found

    def check(self) -> None:
        before = [self.build("O0", *output) for output in self.outputs()]
        for options in (["-O1"], ["-O2", "--passes=pin,strip"]):
            outputs = self.outputs(*options)
            for platform, old, new in zip(PLATFORMS, before, outputs, strict=True):
                self.compare(f"{options[0]} for {platform}", old,
                             lambda new=new: self.build("after", *new), True)


class GraphCase(Case):
    def __init__(self, *args, rng: random.Random) -> None:
        super().__init__(*args)
        image = json.loads(self.lock.read_text())["images"][0]
        digest = rng.choice([image["digest"], image["digest"], image["older"]])
        self.graph, self.results = make_graph(rng, self.folder.name, digest)
        self.passes = ",".join(rng.sample(PASSES, rng.randrange(1, len(PASSES) + 1)))
        (self.folder / "graph.llb.txt").write_text(self.graph)
        (self.folder / "context").mkdir()
        make_context(rng, self.folder / "context", self.time)

    def text(self) -> str:
        return self.graph + f"; --passes={self.passes}\n"

    def check(self) -> None:
        for result in self.results:
            def define(*options: str, result=result) -> bytes:
                return self.opt(f"--result={result}", "../graph.llb.txt", *options)

            def built(option: str, result=result, define=define) -> dict:
                return self.build(result, define(*self.flags, option), "")
            options = ["-O1", "-O2", f"--passes={self.passes}"]
            if self.flags:
                options = [option for option in options if not self.is_kept(define, option)]
            if not options:
                continue
            before = self.build(result, define("-O0"), "")
            for option in options:
                self.compare(f"{option} of {result}", before,
                             lambda option=option, built=built: built(option), False)

    def is_kept(self, define, option: str) -> bool:
        """Whether passes that break their rule make what sound ones do."""
        sound = define(option)
        try:
            return define(*self.flags, option) == sound
        except RuntimeError:
            return False


KINDS = [DockerfileCase, GraphCase, DockerfileCase, GraphCase, PlatformCase]


def push_older(case: Case) -> str:
    """The digest of another image of the base's name, which its tag meant once."""
    name = f"{os.environ['REGISTRY']}/library/busybox:older"
    dockerfile = case.folder / "context/Dockerfile"
    dockerfile.write_text("FROM busybox\nRUN echo older > /etc/older\n")
    told = case.folder / "older.json"
    case.run("buildctl", "build", "--progress=plain", "--metadata-file", str(told), "--output",
             f"type=image,name={name},push=true", data=case.llbc())
    return json.loads(told.read_text())["containerimage.digest"]


def listed_lock(work: Path) -> Path:
    """The lock with each base's directories, and the base for both platforms; as
    `older`, which llbc does not read, an image that the lock does not name."""
    lock = Path(os.environ["IMAGE_LOCK"])
    document = json.loads(lock.read_text())
    case = DockerfileCase(work / "0", lock, [], make=lambda rng: "FROM busybox\n",
                          rng=random.Random(0))
    listing = list_dirs(case.compiled("base")["files"])
    older = push_older(case)
    others = []
    for image in document["images"]:
        image.update(dirs=listing, older=older)
        config = {**image["config"], "architecture": "arm64"}
        others.append({**image, "platform": "linux/arm64", "config": config})
    document["images"] += others
    listed = work / "lock.json"
    listed.write_text(json.dumps(document))
    return listed


def check_case(kind, folder: Path, lock: Path, flags: list[str], seed: int,
               number: int) -> tuple[str, Case]:
    case = kind(folder, lock, flags, rng=random.Random(f"{seed}/{number}"))
    try:
        case.check()
    except RuntimeError as error:
        (case.folder / "why.txt").write_text(str(error))
        return "no build", case
    return "differ" if case.faults else "agree", case


def find_broken(args, work: Path, lock: Path) -> int:
    """Tells of each rule the first graph that shows it broken."""
    missed = 0
    for rule in args.break_rule:
        rule, _, only = rule.partition("@")
        for number in [int(only)] if only else range(args.count):
            # The folder's number is that of the case: it is the time of its files.
            folder = work / rule / str(number + 1)
            _, case = check_case(GraphCase, folder, lock, [f"--break-rule={rule}"],
                                 args.seed, number)
            if case.faults:
                print(f"{rule}@{number}: {case.faults[0].splitlines()[0]}", flush=True)
                break
        else:
            missed += 1
            print(f"{rule}: not found in {args.count} graphs of seed {args.seed}", flush=True)
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LLB_RANDOM_SEED", "1")))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", type=int)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--break-rule", action="append")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    if args.keep:
        return work_in(args.keep.absolute(), args)
    with tempfile.TemporaryDirectory() as work:
        return work_in(Path(work), args)


def work_in(work: Path, args) -> int:
    lock = listed_lock(work)
    if args.break_rule:
        return find_broken(args, work, lock)
    return build_all(args, work, lock)


def build_all(args, work: Path, lock: Path) -> int:
    """Tells of the cases whose images differ, and how many of all there are."""
    def run(number: int) -> tuple[str, Case]:
        kind = KINDS[number % len(KINDS)]
        return check_case(kind, work / str(number + 1), lock, [], args.seed, number)

    numbers = range(args.count) if args.only is None else [args.only]
    count: collections.Counter = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for number, (outcome, case) in zip(numbers, pool.map(run, numbers), strict=True):
            count += case.count
            count[outcome] += 1
            if case.faults:
                print(f"case {number} of seed {args.seed} differs:\n{case.text()}"
                      + "\n".join(case.faults[:10]), file=sys.stderr)
    print(f"{len(numbers)} cases from seed {args.seed}: {count['agree'] + count['differ']} built, "
          f"{count['no build']} do not build, {count['differ']} differ "
          f"({count['layers before']} layers became {count['layers after']})")
    return 1 if count["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
