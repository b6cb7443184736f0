# SPDX-License-Identifier: Apache-2.0
"""Builds one thing many times at once over one store.

    several_builds.py [--rounds=N] [--builds=N] [--seed=N] [--kill] DIR LLBC...

Each step adds a line to a file of its own in a cache mount, so what ran twice
shows. Two files want two locked caches, each in another order. With --kill some
of the builds are killed at a random moment; then a step may run again, but no
build may wait for a dead one, every blob of the store has its digest, what the
others wrote is the same image, and the store can be pruned.
"""
import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

STEPS = 4
SECONDS = 120


def dockerfile(order: list[str]) -> str:
    lines = ["FROM scratch", "COPY busybox /bin/sh"]
    for step in range(STEPS):
        lines.append("RUN --mount=type=cache,id=count,target=/c "
                     f"echo ran >> /c/step{step}; sleep 0.2; echo {step} > /{step}")
    mounts = " ".join(f"--mount=type=cache,id={name},sharing=locked,target=/{name}"
                      for name in order)
    lines.append(f"RUN {mounts} echo {order[0]} > /last")
    return "\n".join(lines) + "\n"


def start(llbc: list[str], folder: Path, build: int) -> subprocess.Popen:
    log = open(folder / f"log{build}", "w")
    return subprocess.Popen(
        [*llbc, "--emit=oci", f"--root={folder}/root", "--hash-index=none",
         "--progress=plain", f"--iidfile={folder}/id{build}",
         f"--context={folder.parent}/context", "-o", f"{folder}/out{build}.tar",
         f"{folder.parent}/file{build % 2}"],
        stdout=log, stderr=log, start_new_session=True)


def check_blobs(root: Path) -> None:
    for blob in (root / "blobs/sha256").iterdir():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name, blob


def run_round(llbc: list[str], folder: Path, builds: int, kill: random.Random | None) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    running = [start(llbc, folder, i) for i in range(builds)]
    killed = set()
    if kill:
        for build in kill.sample(range(builds), builds // 2):
            time.sleep(kill.uniform(0, 0.4))
            running[build].send_signal(signal.SIGKILL)
            killed.add(build)
    end = time.monotonic() + SECONDS
    for build, process in enumerate(running):
        try:
            status = process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            sys.exit(f"build {build} hangs:\n" + (folder / f"log{build}").read_text())
        if build not in killed and status:
            sys.exit(f"build {build} failed:\n" + (folder / f"log{build}").read_text())
    # A build that was killed late may have been done.
    for kind in (0, 1):
        images = {(folder / f"id{i}").read_text() for i in range(kind, builds, 2)
                  if i not in killed}
        assert len(images) <= 1, images
    counted = [len(path.read_text().splitlines())
               for step in range(STEPS)
               for path in (folder / "root/cache").glob(f"*/base*/fs/step{step}")]
    assert len(counted) == STEPS, counted
    assert max(counted) <= 1 + len(killed), counted
    # Nothing is lost: all is cached now, and what dead builds left is swept up.
    for build in (0, 1):
        assert start(llbc, folder, build).wait() == 0
        log = (folder / f"log{build}").read_text()
        done = re.findall(r"^#\d+ DONE", log, re.M)
        # Unless all of its kind were killed.
        if not set(range(build, builds, 2)) <= killed:
            assert len(done) == len(re.findall("load build context", log)), log
    for name in ("tmp", "work"):
        assert not list((folder / "root" / name).iterdir()), name
    check_blobs(folder / "root")
    assert str(folder) not in Path("/proc/mounts").read_text()
    subprocess.run([*llbc, "prune", f"--root={folder}/root"], check=True,
                   stdout=subprocess.DEVNULL)
    waited = sum("runs elsewhere" in (folder / f"log{i}").read_text()
                 for i in range(2, builds))
    return f"{max(counted)} {waited > 0}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--builds", type=int, default=8)
    parser.add_argument("--seed", type=int,
                        default=int(os.environ.get("LLB_RANDOM_SEED", "1")))
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("dir")
    parser.add_argument("llbc", nargs="+")
    args = parser.parse_args()
    folder = Path(args.dir)
    (folder / "context").mkdir(parents=True, exist_ok=True)
    shutil.copy("/bin/busybox", folder / "context/busybox")
    (folder / "file0").write_text(dockerfile(["a", "b"]))
    (folder / "file1").write_text(dockerfile(["b", "a"]))
    print("seed", args.seed)
    chance = random.Random(args.seed)
    results = [run_round(args.llbc, folder / "round", args.builds,
                         chance if args.kill else None)
               for _ in range(args.rounds)]
    if args.kill:
        print(len(results), "rounds, nothing lost")
    else:
        print(len(results), "rounds,", "each step once,"
              if all(result == "1 True" for result in results) else results,
              "nothing lost")


main()
