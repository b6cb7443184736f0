# SPDX-License-Identifier: Apache-2.0
"""Builds on a file system that is full at one point or another.

    disk_full.py [--points=N] DIR LLBC...

mounts a tmpfs of N sizes on DIR/disk, the largest a bit too small. A build there
ends with a message that says so, and leaves no output, mount or process; with
more room the next one works, and each blob of its image has its digest.
"""
import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

KIB = 1024
# What the build takes at most, found by trying.
NEEDED = 9000


def run(llbc: list[str], disk: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*llbc, "--emit=oci", f"--root={disk}/root", "--hash-index=none",
         "--compression=none", "--progress=plain", "-o", f"{disk}/out.tar",
         f"{disk.parent}/ctx/Dockerfile"], capture_output=True, text=True)


def check_image(path: Path) -> None:
    with tarfile.open(path) as tar:
        blobs = [entry for entry in tar if entry.isfile() and "sha256/" in entry.name]
        for entry in blobs:
            body = tar.extractfile(entry).read()
            assert hashlib.sha256(body).hexdigest() == entry.name.rsplit("/")[-1]
    assert len(blobs) == 5, blobs


def try_size(llbc: list[str], disk: Path, kib: int) -> str:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", disk], check=True)
    try:
        full = run(llbc, disk)
        said = full.stderr
        if full.returncode == 0:
            check_image(disk / "out.tar")
            return "done"
        errors = [line for line in said.splitlines() if "error:" in line]
        if full.returncode != 1 or len(errors) != 1:
            sys.exit(f"{kib} KiB: status {full.returncode}\n{said}")
        if not any(word in said for word in ("No space left", "disk is full",
                                       "bytes are free in")):
            sys.exit(f"{kib} KiB: no word of the disk\n{said}")
        if (disk / "out.tar").exists():
            sys.exit(f"{kib} KiB: half an output\n{said}")
        subprocess.run(["mount", "-o", f"remount,size={64 * KIB}k", disk], check=True)
        again = run(llbc, disk)
        if again.returncode:
            sys.exit(f"{kib} KiB, then more: status {again.returncode}\n{said}\n{again.stderr}")
        check_image(disk / "out.tar")
        assert not list((disk / "root/tmp").iterdir())
        return errors[0].split("error: ", 1)[1]
    finally:
        subprocess.run(["umount", disk], check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("dir")
    parser.add_argument("llbc", nargs="+")
    args = parser.parse_args()
    folder = Path(args.dir).resolve()
    (folder / "ctx").mkdir(parents=True, exist_ok=True)
    (folder / "disk").mkdir(exist_ok=True)
    shutil.copy("/bin/busybox", folder / "ctx/busybox")
    (folder / "ctx/Dockerfile").write_text(
        "FROM scratch\nCOPY busybox /bin/sh\n"
        "RUN head -c 1000000 /dev/zero > /zeros\nCOPY busybox /two\n")
    said = []
    for point in range(args.points):
        said.append(try_size(args.llbc, folder / "disk",
                             64 + point * NEEDED // args.points))
        if args.verbose:
            print(64 + point * NEEDED // args.points, said[-1])
    failed = sum(text != "done" for text in said)
    print(f"{args.points} sizes, {failed} too small, none half-written")


main()
