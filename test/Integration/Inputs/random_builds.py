#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds random Dockerfiles with and without passes and compares the images.

  random_builds.py --seed N --count N [--keep DIR] [--tools DIR]

Runs under buildkit-env.sh, which gives BUILDKIT_HOST and IMAGE_LOCK. Each case
is a random context and a random Dockerfile, made to bring about what passes
must be careful with: destinations that overlap, directories of several modes
and owners, links, archives, owners by name. It is built four times: as it is,
with -O1, with -O2 and a listing of the base's directories, and as text whose
paths were made unclean, linked with a copy of itself and optimised by llb-opt.
Root file system, config, and the number of layers against that of history
entries must agree. A Dockerfile that does not build as it is proves nothing and
is counted apart.
"""
import argparse
import collections
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# When the files of the contexts were written.
OLD = 1_000_000_000
DIRS = ["/", "/d/", "/d/e/", "/opt/", "/srv/x/", "/etc/", "/l/", "/tmp/"]
FILES = ["/d/a", "/d/b", "/d/e/a", "/opt/a", "/new/a", "/new/b", "/l/a", "/bin/own", "/d"]
SOURCES = ["a", "b", "sub", "sub/c", "f*", "sub/", "x/y"]


def make_context(rng: random.Random, root: Path) -> None:
    for name in ["a", "b", "f1", "f2", "sub/c", "sub/e/a", "sub/e/d", "x/y"]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} {rng.randrange(1000)}\n")
        path.chmod(rng.choice([0o644, 0o600, 0o755]))
        os.utime(path, (OLD, OLD))
    (root / "sub/e").chmod(rng.choice([0o755, 0o700]))
    os.symlink("e", root / "sub/link")
    with tarfile.open(root / "t.tar", "w") as tar:
        for name, mode in (("d", 0o711), ("d/t", 0o644)):
            info = tarfile.TarInfo(name)
            info.mode = mode
            if name == "d":
                info.type = tarfile.DIRTYPE
            tar.addfile(info)


def copy_line(rng: random.Random, stages: int, base: str) -> str:
    flags = []
    if rng.random() < 0.25:
        flags.append("--chown=" + rng.choice(["7", "7:8", "0:9"] if base == "scratch"
                                           else ["7", "7:8", "nobody", "nobody:nogroup"]))
    if rng.random() < 0.2:
        flags.append("--chmod=" + rng.choice(["640", "755", "700"]))
    if rng.random() < 0.1:
        flags.append("--link")
    if stages and rng.random() < 0.3:
        flags.append(f"--from={rng.randrange(stages)}")
        return " ".join(["COPY", *flags, rng.choice(["/d*", "/opt*", "/d/*", "/out*", "/etc/pass*"]),
                         rng.choice(DIRS)])
    if rng.random() < 0.08:
        return "ADD t.tar " + rng.choice(DIRS)
    if rng.random() < 0.5:
        source = rng.choice([s for s in SOURCES if s not in ("f*",)])
        return " ".join(["COPY", *flags, source, rng.choice(FILES)])
    sources = rng.sample(SOURCES, rng.choice([1, 1, 2]))
    return " ".join(["COPY", *flags, *sources, rng.choice(DIRS)])


def make_dockerfile(rng: random.Random) -> str:
    lines = []
    count = rng.choice([1, 1, 2])
    for stage in range(count):
        base = rng.choice(["scratch", "busybox", "busybox"])
        lines.append(f"FROM {base}")
        if base == "busybox" and rng.random() < 0.3:
            lines.append("RUN " + rng.choice([
                "mkdir -m 700 /d", "ln -s opt /l", "mkdir -p /d/e && chown 5 /d/e",
                "echo 1 > /out1", "echo nobody:x:77:77::/:/bin/sh > /etc/passwd"]))
        for _ in range(rng.randrange(2, 8)):
            roll = rng.random()
            if roll < 0.15:
                lines.append("WORKDIR " + rng.choice(["/d", "/d/e", "/srv/x", "/new"]))
            elif roll < 0.2:
                lines.append("ENV A=1")
            elif roll < 0.25 and base == "busybox":
                lines.append("RUN " + rng.choice(["true", "rm -rf /d/a", "echo 2 > /out2"]))
            else:
                lines.append(copy_line(rng, stage, base))
    return "\n".join(lines) + "\n"


def read_image(path: Path) -> dict:
    with tarfile.open(path) as tar:
        def blob(digest: str) -> bytes:
            return tar.extractfile("blobs/" + digest.replace(":", "/")).read()
        index = json.loads(tar.extractfile("index.json").read())
        manifest = json.loads(blob(index["manifests"][0]["digest"]))
        while "manifests" in manifest:
            manifest = json.loads(blob(manifest["manifests"][0]["digest"]))
        config = json.loads(blob(manifest["config"]["digest"]))
        files: dict = {}
        for layer in manifest["layers"]:
            apply_layer(files, blob(layer["digest"]))
    history = config.get("history") or []
    return {"files": files, "config": config.get("config"),
            "layers": len(manifest["layers"]),
            "created_by": [h.get("created_by") for h in history],
            "entries": sum(not h.get("empty_layer") for h in history)}


def apply_layer(files: dict, data: bytes) -> None:
    entries = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            name = os.path.normpath("/" + member.name).strip("/")
            content = tar.extractfile(member).read() if member.isreg() else b""
            entries[name] = (member.type, oct(member.mode), member.uid, member.gid,
                             member.linkname, hashlib.sha256(content).hexdigest(),
                             # Directories and what RUN writes get the time of the build.
                             int(member.mtime) if member.mtime < OLD + 10 else 0)
    for name in entries:
        folder, _, base = name.rpartition("/")
        if base.startswith(".wh."):
            victim = (folder + "/" if folder else "") + base[4:]
            for path in [p for p in files if p == victim or p.startswith(victim + "/")]:
                del files[path]
    for name, entry in entries.items():
        if name.rpartition("/")[2].startswith(".wh."):
            continue
        if entry[0] != tarfile.DIRTYPE:
            for path in [p for p in files if p.startswith(name + "/")]:
                del files[path]
        files[name] = entry


class Case:
    def __init__(self, folder: Path, tools: Path | None, lock: Path) -> None:
        self.folder, self.lock = folder, lock
        self.tool = lambda name: str(tools / name) if tools else name

    def run(self, *command: str, data: bytes | None = None) -> bytes:
        done = subprocess.run(command, input=data, cwd=self.folder / "context",
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-600:]}")
        return done.stdout

    def llbc(self, *options: str) -> bytes:
        return self.run(self.tool("llbc"), f"--image-lock={self.lock}", "Dockerfile", *options)

    def build(self, name: str, definition: bytes, config: str) -> dict:
        out = self.folder / f"{name}.tar"
        attrs = f"type=oci,dest={out},compression=uncompressed,force-compression=true"
        self.run("buildctl", "build", "--progress=plain", "--local", "context=.", "--output",
                 attrs + ("," + config if config else ""), data=definition)
        return read_image(out)

    def compiled(self, name: str, *options: str) -> dict:
        config = self.llbc("--emit=config", "--buildctl", *options).decode().strip()
        return self.build(name, self.llbc(*options), config)

    def unclean(self, name: str, config: str) -> dict:
        text = self.llbc("--emit=text").decode()
        dirty = re.sub(r'(copy \S+ )"/([^"]*)" -> "/', r'\1"/./\2" -> "//', text)
        dirty = re.sub(r'mkdir "/', 'mkdir "/.//', dirty)
        (self.folder / "one.txt").write_text(text)
        (self.folder / "two.txt").write_text(dirty)
        definition = self.run(self.tool("llb-opt"), "-O2", f"--image-lock={self.lock}",
                              "--verify-each", "--result=two", "../one.txt", "../two.txt")
        return self.build(name, definition, config)


def list_dirs(files: dict) -> list:
    listing = [{"path": "/", "mode": "755"}]
    for name, entry in sorted(files.items()):
        if not name:
            continue
        if entry[0] == tarfile.DIRTYPE:
            listing.append({"path": "/" + name, "mode": entry[1][2:], "uid": entry[2],
                            "gid": entry[3]})
        elif entry[0] != tarfile.REGTYPE:
            listing.append({"path": "/" + name, "type": "other"})
    return listing


def differences(before: dict, after: dict, history: bool) -> list[str]:
    found = []
    for path in sorted(set(before["files"]) | set(after["files"])):
        old, new = before["files"].get(path), after["files"].get(path)
        if old != new:
            found.append(f"/{path}: {old} became {new}")
    if before["config"] != after["config"]:
        found.append("the config differs")
    if history:
        if after["layers"] != after["entries"]:
            found.append(f"{after['layers']} layers, {after['entries']} history entries")
        if before["created_by"] != after["created_by"]:
            found.append("the history tells of other steps")
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)

    def new_case(number: int, dockerfile: str, lock: Path) -> Case:
        folder = work / str(number)
        (folder / "context").mkdir(parents=True)
        (folder / "context/Dockerfile").write_text(dockerfile)
        return Case(folder, args.tools, lock)

    lock = Path(os.environ["IMAGE_LOCK"])
    base = new_case(-1, "FROM busybox\n", lock).compiled("base")
    document = json.loads(lock.read_text())
    for image in document["images"]:
        image["dirs"] = list_dirs(base["files"])
    listed = work / "lock.json"
    listed.write_text(json.dumps(document))

    count: collections.Counter = collections.Counter()
    for number in range(args.count):
        rng = random.Random(f"{args.seed}/{number}")
        dockerfile = make_dockerfile(rng)
        case = new_case(number, dockerfile, listed)
        make_context(rng, case.folder / "context")
        try:
            before = case.compiled("O0")
        except RuntimeError as error:
            count["no build"] += 1
            (case.folder / "why.txt").write_text(str(error))
            continue
        count["built"] += 1
        config = case.llbc("--emit=config", "--buildctl").decode().strip()
        faults = []
        for name in ("O1", "O2", "linked"):
            try:
                after = (case.unclean(name, config) if name == "linked"
                         else case.compiled(name, "-" + name))
            except RuntimeError as error:
                faults.append(f"{name}: {error}")
                continue
            faults += [f"{name}: {text}" for text in
                       differences(before, after, history=name != "linked")]
            count["layers before"] += before["layers"]
            count["layers after"] += after["layers"]
        if faults:
            count["differ"] += 1
            print(f"case {number} of seed {args.seed} differs:\n{dockerfile}"
                  + "\n".join(faults[:10]), file=sys.stderr)
    print(f"{args.count} cases from seed {args.seed}: {count['built']} built, "
          f"{count['no build']} do not build, {count['differ']} differ "
          f"({count['layers before']} layers became {count['layers after']})")
    return 1 if count["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
