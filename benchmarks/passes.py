#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what passes cost and what they gain, for docs/Passes.md.

  benchmarks/passes.py --bin build/bin [--cases FILE.jsonl] [--quick] [--write]

Speed: modules of up to a million operations through `llb-opt -O2`. Effect: a
Dockerfile of 200 COPY lines, built cold and on a new base by a real buildkitd;
this part needs test/Integration/Inputs/buildkit-env.sh around the whole and is
left out without it. Platforms: recorded multi-platform cases, each platform
compiled alone and then all linked, counted before and after. `--write` puts the
tables into docs/Passes.md, behind a mark that utils/gen_docs.py keeps.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/Integration/Inputs"))
MARK = "<!-- measured by benchmarks/passes.py -->"
COPIES = 200
PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7"]


def run(*command: str, data: bytes | None = None, cwd: Path | None = None) -> bytes:
    return subprocess.run(command, input=data, cwd=cwd, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


# ---- speed ----


def module_text(count: int) -> str:
    """Chains of copies with other work between them, about `count` operations."""
    lines = ['%base = source "docker-image://docker.io/library/busybox:latest"',
             '%ctx = source "local://context"']
    top = "%base"
    for number in range(count // 10):
        for step in range(6):
            name = f"%{number}-{step}"
            lines.append(f'{name} = file {top} {{\n  copy %ctx "/src/{number % 97}/{step}" -> '
                         f'"/srv/{number}/{step}/" {{ createDestPath, allowWildcard }}\n}}')
            top = name
        lines += [f'%{number}-x = exec ["/bin/sh", "-c", "make {number}"] {{\n  cwd = "/"\n'
                  f'  bind {top} -> "/" => #0\n}}',
                  f'%{number}-a = file scratch {{\n  copy %ctx "/a" -> "/a/{number}"'
                  ' { createDestPath }\n}',
                  f'%{number}-b = file %{number}-a {{\n  copy %ctx "/b" -> "/b/{number}"'
                  ' { createDestPath }\n}',
                  f"%{number}-m = merge %{number}-x, %{number}-b"]
        top = f"%{number}-m"
    return "\n".join(lines) + f"\nreturn {top}\n"


def cost(runs: int, *command) -> tuple[float, float]:
    """Processor seconds and MB of the cheapest run."""
    best = None
    for _ in range(runs):
        with subprocess.Popen(command) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{command} failed")
        now = (usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        best = min(best or now, now)
    return best


def speed(tool: Path, work: Path, quick: bool) -> str:
    rows = []
    for count in [10_000, 100_000] + ([] if quick else [1_000_000]):
        path = work / f"{count}.llb"
        path.write_bytes(run(str(tool / "llb-as"), data=module_text(count).encode()))
        runs = 5 if count < 1_000_000 else 2
        reading, _ = cost(runs, tool / "llb-opt", "-O0", "--disable-output", path)
        whole, memory = cost(runs, tool / "llb-opt", "-O2", "--disable-output", path)
        rows.append([f"{count:,}", f"{whole - reading:.2f} s", f"{reading:.2f} s",
                     f"{memory:.0f} MB"])
        path.unlink()
    return ("### Speed\n\nChains of copies, runs and merges; processor time, the best of several runs.\n\n"
            + table(["operations", "passes of `-O2`", "reading and checking", "memory"], rows))


# ---- effect ----


class Builds:
    """Builds 200 COPY lines by the daemon of buildkit-env.sh."""

    def __init__(self, tool: Path, work: Path) -> None:
        self.tool, self.work = tool, work
        self.context = work / "context"
        self.context.mkdir()
        for number in range(COPIES):
            (self.context / f"f{number}").write_text(f"{number}\n")
        (self.context / "Dockerfile").write_text("FROM busybox\n" + "".join(
            f"COPY f{number} /srv/app/{number // 20}/f{number}\n" for number in range(COPIES)))
        self.bare = json.loads(Path(os.environ["IMAGE_LOCK"]).read_text())
        self.bare["images"] = self.bare["images"][:1]
        self.bases = [self.bare["images"][0]["digest"], self.other_base()]

    def other_base(self) -> str:
        """The digest of a base that differs in one file."""
        definition = run(str(self.tool / "llb-as"), data=(
            '%a = source "docker-image://docker.io/library/busybox:latest"\n'
            '%0 = file %a {\n  mkfile "/etc/motd" { mode = 0o644, data = "new" }\n}\nreturn %0\n').encode())
        name = f"{os.environ['REGISTRY']}/library/busybox:new"
        meta = self.work / "meta.json"
        run("buildctl", "build", "--output", f"type=image,name={name},push=true",
            "--metadata-file", str(meta), data=definition)
        return json.loads(meta.read_text())["containerimage.digest"]

    def lock(self, base: int, dirs: list | None) -> Path:
        lock = json.loads(json.dumps(self.bare))
        lock["images"][0]["digest"] = self.bases[base]
        if dirs:
            lock["images"][0]["dirs"] = dirs
        path = self.work / "lock.json"
        path.write_text(json.dumps(lock))
        return path

    def build(self, base: int, dirs: list | None, level: str) -> tuple[float, int, Path]:
        """Seconds, file operations that ran, and the image."""
        definition = run(str(self.tool / "llbc"), f"--image-lock={self.lock(base, dirs)}", level,
                         "Dockerfile", cwd=self.context)
        out = self.work / "out.tar"
        start = time.monotonic()
        done = subprocess.run(
            ["buildctl", "build", "--progress=rawjson", "--local", "context=.", "--output",
             f"type=oci,dest={out},compression=uncompressed"], input=definition, cwd=self.context,
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seconds = time.monotonic() - start
        vertexes: dict = {}
        for line in done.stderr.splitlines():
            for vertex in json.loads(line).get("vertexes") or []:
                vertexes.setdefault(vertex["digest"], {}).update(vertex)
        ran = [vertex for vertex in vertexes.values()
               if "COPY" in vertex["name"] and not vertex["name"].startswith("LINK")
               and vertex.get("completed") and not vertex.get("cached")]
        return seconds, len(ran), out


def effect(tool: Path, work: Path) -> str:
    from built_image import list_dirs, read_image
    builds = Builds(tool, work)
    _, _, out = builds.build(0, None, "-O0")
    # The base's own directories: what 200 COPY lines add lies in /srv.
    dirs = [entry for entry in list_dirs(read_image(out)["files"])
            if not entry["path"].startswith("/srv")]
    rows = []
    for name, level, listing in [("-O0", "-O0", None), ("-O1, so `merge`", "-O1", None),
                                 ("-O2 with the base's `dirs`", "-O2", dirs)]:
        run("buildctl", "prune", "--all")
        cold, _, out = builds.build(0, listing, level)
        layers = read_image(out)["layers"] - 1
        _, again, _ = builds.build(1, listing, level)
        rows.append([name, f"{cold:.1f} s", str(layers), str(again)])
    return (f"### Effect\n\n{COPIES} COPY lines, built by buildkitd with the native snapshotter on"
            " busybox.\n\n" + table(["passes", "built cold", "layers above the base",
                                     "copying steps run again on a new base"], rows))


# ---- platforms ----


CROSS = """FROM --platform=$BUILDPLATFORM busybox AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN download
COPY . .
FROM build AS compile
ARG TARGETARCH
RUN compile $TARGETARCH
FROM busybox
COPY etc /etc/app/
COPY --from=compile /app /bin/app
"""


def compiled(tool: Path, work: Path, case: dict, target: str) -> Path | None:
    """One platform's definition; nothing if it does not compile."""
    folder = work / "case"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(case["dockerfile"])
    (folder / "lock.json").write_text(json.dumps(case.get("lock") or {"version": 1, "images": []}))
    out = work / (target.replace("/", "-") + ".llb")
    options = [f"--opt={key}={value}" for key, value in (case.get("opts") or {}).items()
               if key not in ("platform", "multi-platform")]
    done = subprocess.run(
        [tool / "llbc", "--image-lock=lock.json", "--resolve=never", f"--platform={target}",
         *options, "Dockerfile", "-o", out], cwd=folder, capture_output=True, check=False)
    return None if done.returncode else out


def count_linked(tool: Path, level: str, paths: list[Path]) -> tuple[int, int]:
    """Operations, and sources among them, of all linked."""
    text = run(str(tool / "llb-opt"), level, "-S", *map(str, paths)).decode()
    operations = re.findall(r"^%\S+ = (\w+)", text, re.M)
    return len(operations), operations.count("source")


def platforms(tool: Path, work: Path, cases: Path | None) -> str:
    rows = []

    def add(name: str, group: list[dict]) -> None:
        counts, used = [[0, 0] for _ in range(3)], 0
        for case in group:
            paths = [compiled(tool, work, case, target) for target in PLATFORMS]
            if None in paths:
                continue
            used += 1
            shared = "--passes=canonicalize,dedup,dce"
            for index, level in enumerate(["-O0", shared, "-O2"]):
                for kind, number in enumerate(count_linked(tool, level, paths)):
                    counts[index][kind] += number
        rows.append([name.format(used)] + [f"{operations} ({sources})"
                                           for operations, sources in counts])

    add("a cross compiler, below", [{"dockerfile": CROSS}])
    if cases:
        read = [json.loads(line) for line in cases.read_text().splitlines()]
        add("{} recorded cases for several platforms",
            [case for case in read if "," in (case.get("opts") or {}).get("platform", "")])
    return ("### Platforms\n\nThree platforms, each compiled alone, then linked: operations and,"
            " in brackets,\nsources among them. What stages of `$BUILDPLATFORM` and sources have"
            " in common is\nthere once.\n\n"
            + table(["", "linked", "after `canonicalize,dedup,dce`", "after `-O2`"], rows)
            + "\n```dockerfile\n" + CROSS + "```\n")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    tool = args.bin.absolute()
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        parts.append(speed(tool, work, args.quick))
        if "BUILDKIT_HOST" in os.environ:
            parts.append(effect(tool, work))
        parts.append(platforms(tool, work, args.cases))
    text = "\n".join(parts)
    print(text)
    if args.write:
        page = ROOT / "docs" / "Passes.md"
        kept = page.read_text().split(MARK)[0].rstrip("\n")
        page.write_text(f"{kept}\n\n{MARK}\n\n## Measured\n\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
