#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds each LLB text with a real buildkitd and with llbc, and compares the layers.

  llb_check.py FILE...   below buildkit-env.sh; what differs is listed

Layers are not compressed and times are clamped, so equal layers are equal bytes.
"""
import difflib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PLAIN = "compression=uncompressed,rewrite-timestamp=true,source-date-epoch=1600000000"


def run(command: list[str], **options) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"{' '.join(command)}:\n{done.stdout.decode()[-2000:]}")


def layers(path: Path) -> list[bytes]:
    with tarfile.open(path) as layout:
        def blob(digest: str) -> bytes:
            return layout.extractfile("blobs/" + digest.replace(":", "/")).read()
        index = json.load(layout.extractfile("index.json"))
        manifest = json.loads(blob(index["manifests"][0]["digest"]))
        return [blob(layer["digest"]) for layer in manifest["layers"]]


def listing(layer: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        return [f"{entry.name} {entry.type!r} {entry.mode:o} {entry.uid}:{entry.gid} "
                f"{entry.size} {entry.mtime} {entry.linkname}" for entry in tar]


def main() -> int:
    registry = os.environ["REGISTRY"]
    status = 0
    with tempfile.TemporaryDirectory(dir=Path(os.environ["IMAGE_LOCK"]).parent) as name:
        work = Path(name)
        (work / "registries.conf").write_text(
            '[[registry]]\nprefix = "docker.io"\n[[registry.mirror]]\n'
            f'location = "{registry}"\ninsecure = true\n')
        environment = {**os.environ, "CONTAINERS_REGISTRIES_CONF": str(work / "registries.conf")}
        for file in sys.argv[1:]:
            case = Path(file).name.split(".")[0]
            binary = work / "graph.llb"
            run(["llb-as", file, "-o", str(binary)])
            with binary.open("rb") as graph:
                run(["buildctl", "build", "--progress", "plain", "--output",
                     f"type=oci,dest={work}/theirs.tar,{PLAIN}"], stdin=graph)
            run(["llbc", f"--root={work}/store", "--progress=quiet",
                 "--output", f"type=oci,dest={work}/ours.tar,{PLAIN}", file], env=environment)
            theirs, ours = layers(work / "theirs.tar"), layers(work / "ours.tar")
            print(f"{case}: {len(theirs)} layers, "
                  + ("same" if theirs == ours else "DIFFERENT"), flush=True)
            if theirs == ours:
                continue
            status = 1
            for at in range(max(len(theirs), len(ours))):
                sides = [listing(side[at]) if at < len(side) else ["no layer"]
                         for side in (theirs, ours)]
                print(*difflib.unified_diff(*sides, f"layer {at} of buildkitd", "of llbc",
                                            n=0, lineterm=""), sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
