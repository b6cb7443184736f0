#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds with archives that are made to reach out of where they are unpacked.

    hostile_tars.py FOLDER LLBC

Each archive is unpacked by ADD and is the second layer of a base image in an OCI
layout. Whatever llbc says of it, a folder of this machine that the archives aim
at must stay as it was, nothing may crash, and memory stays below a bound. Prints
how many were built and how many refused, and each fault.
"""
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tarfile

FOLDER, LLBC = os.path.abspath(sys.argv[1]), sys.argv[2:]
CANARY = os.path.join(FOLDER, "canary")
MEMORY_MB, SECONDS = 1000, 60
# A sanitizer keeps what is freed: 256 MB of it, and what lies between.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS":
               os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=16"}

D, F, S, H = tarfile.DIRTYPE, tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def entry(kind: bytes, name: str, **members) -> tuple:
    return kind, name, members


UP = "../" * 30
CASES: dict[str, list] = {
    "dot-dot": [entry(F, UP + CANARY + "/new", content=b"x")],
    "absolute": [entry(F, CANARY + "/new", content=b"x"), entry(F, CANARY + "/f", content=b"x")],
    "dot-dot-inside": [entry(D, "a"), entry(F, "a/../../new", content=b"x")],
    "through-link": [entry(S, "s", link=CANARY), entry(F, "s/f", content=b"x")],
    "through-root-link": [entry(S, "s", link="/"), entry(F, "s" + CANARY + "/f", content=b"x")],
    "through-relative-link": [entry(S, "s", link=UP), entry(F, "s" + CANARY + "/f", content=b"x")],
    "through-chain": [entry(S, "a", link="b"), entry(S, "b", link="c"), entry(S, "c", link=CANARY),
                      entry(F, "a/f", content=b"x")],
    "through-proc": [entry(S, "s", link="/proc/self/root" + CANARY), entry(F, "s/f", content=b"x")],
    "through-cwd": [entry(S, "s", link="/proc/self/cwd"), entry(F, "s/f", content=b"x")],
    "over-link": [entry(S, "s", link=CANARY + "/f"), entry(F, "s", content=b"x")],
    "hard-link-absolute": [entry(H, "h", link=CANARY + "/f"), entry(F, "h", content=b"x")],
    "hard-link-dot-dot": [entry(H, "h", link=UP + CANARY + "/f", mode=0o777)],
    "hard-link-through-link": [entry(S, "s", link=CANARY), entry(H, "h", link="s/f", mode=0o777)],
    "hard-link-to-link": [entry(S, "s", link=CANARY + "/f"), entry(H, "h", link="s", mode=0o777),
                          entry(F, "h", content=b"x")],
    "hard-link-to-itself": [entry(H, "h", link="h")],
    "mode-through-link": [entry(S, "s", link=CANARY + "/d"), entry(D, "s", mode=0o777)],
    "dir-becomes-link": [entry(D, "d"), entry(F, "d/a"), entry(S, "d", link=CANARY),
                         entry(F, "d/f", content=b"x")],
    "link-becomes-dir": [entry(S, "d", link=CANARY), entry(D, "d"), entry(F, "d/f", content=b"x")],
    "whiteout-through-link": [entry(S, "s", link=CANARY), entry(F, "s/.wh.f")],
    "opaque-through-link": [entry(S, "s", link=CANARY), entry(F, "s/.wh..wh..opq")],
    "whiteout-dot-dot": [entry(D, "a"), entry(F, "a/.wh...")],
    "whiteout-dot": [entry(D, "a"), entry(F, "a/.wh..")],
    "whiteout-nothing": [entry(D, "a"), entry(F, "a/.wh.")],
    "whiteout-slash": [entry(F, ".wh.." + "/" + UP + CANARY + "/f")],
    "parent-itself": [entry(D, "..", mode=0o777), entry(D, "../", mode=0o777)],
    "root-itself": [entry(D, "./", mode=0o111), entry(D, "/", mode=0o111)],
    "pax-path": [entry(F, "x", pax={"path": UP + CANARY + "/new"}, content=b"x")],
    "pax-link": [entry(S, "x", pax={"linkpath": CANARY}, link="y"), entry(F, "x/f", content=b"x")],
    "nul-in-name": [entry(F, "x", pax={"path": "a\0" + UP + CANARY + "/new"}, content=b"x")],
    "long-name": [entry(F, "n" * 300, content=b"x")],
    "long-path": [entry(F, "/".join(["n" * 200] * 30), content=b"x")],
    "deep": [entry(D, "d/" * 100000)],
    "block-device": [entry(tarfile.BLKTYPE, "disk", device=(254, 0)), entry(F, "disk", content=b"x")],
    "fifo-then-file": [entry(tarfile.FIFOTYPE, "p"), entry(F, "p", content=b"x"),
                       entry(tarfile.FIFOTYPE, "q"), entry(H, "q2", link="q")],
    "huge-sparse": [entry(F, "big", pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                                         "GNU.sparse.name": "big",
                                         "GNU.sparse.realsize": str(8 << 60)}, content=b"0\n" * 256)],
    "huge-size": [entry(F, "big", pax={"size": str((1 << 63) - 1)})],
    "negative-size": [entry(F, "big", pax={"size": "-1"})],
    "huge-xattr": [entry(F, "x", pax={"SCHILY.xattr.user.a": "x" * (3 << 20)})],
    "odd-xattr": [entry(F, "x", pax={"SCHILY.xattr.": "x", "SCHILY.xattr.trusted.overlay.opaque": "y",
                                     "SCHILY.xattr.trusted.overlay.redirect": "/" + UP})],
    "bad-id": [entry(F, "x", pax={"uid": "-1", "gid": str(1 << 63)})],
}


def write_tar(entries: list) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for kind, name, members in entries:
            info = tarfile.TarInfo(name)
            info.type, info.mode = kind, members.get("mode", 0o755)
            info.linkname = members.get("link", "")
            info.pax_headers = members.get("pax", {})
            if "device" in members:
                info.devmajor, info.devminor = members["device"]
            content = members.get("content", b"")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def write_layout(folder: str, layers: list) -> None:
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)

    def add(data: bytes, media: str) -> dict:
        name = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, name), "wb") as file:
            file.write(data)
        return {"mediaType": f"application/vnd.oci.image.{media}",
                "digest": "sha256:" + name, "size": len(data)}

    ids = ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in layers]
    config = add(json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                             "rootfs": {"type": "layers", "diff_ids": ids}}).encode(),
                 "config.v1+json")
    manifest = add(json.dumps({"schemaVersion": 2, "config": config,
                               "layers": [add(tar, "layer.v1.tar") for tar in layers]}).encode(),
                   "manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "one"}
    for name, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}),
                        ("index.json", {"schemaVersion": 2, "manifests": [manifest]})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file)


def state() -> list:
    found = []
    for folder, dirs, files in os.walk(CANARY):
        for name in sorted(dirs) + sorted(files) + ["."]:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            content = open(path, "rb").read() if os.path.isfile(path) else b""
            found.append((path, info.st_mode, info.st_uid, info.st_nlink, info.st_mtime_ns, content))
    return found


def build(name: str, *args: str) -> tuple[int, str]:
    def limit() -> None:
        # What is not paged in does not count, and sanitizers map terabytes.
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))

    done = subprocess.run([*LLBC, "--root", os.path.join(FOLDER, "root"), "--emit=tar",
                           "--progress=quiet", "-o", os.path.join(FOLDER, "out.tar"), *args],
                          stderr=subprocess.PIPE, text=True, errors="replace",
                          timeout=SECONDS, preexec_fn=limit, env=ENVIRONMENT)
    return done.returncode, done.stderr


def main() -> int:
    os.makedirs(os.path.join(CANARY, "d"))
    with open(os.path.join(CANARY, "f"), "w", encoding="utf-8") as file:
        file.write("of this machine\n")
    before = state()
    built = refused = faults = 0
    below = write_tar([entry(D, "d"), entry(F, "f", content=b"below")])
    for name, entries in CASES.items():
        tar = write_tar(entries)
        folder = os.path.join(FOLDER, "case-" + name)
        os.makedirs(folder)
        with open(os.path.join(folder, "a.tar"), "wb") as file:
            file.write(tar)
        with open(os.path.join(folder, "add.Dockerfile"), "w", encoding="utf-8") as file:
            file.write("FROM scratch\nADD a.tar /x/\n")
        with open(os.path.join(folder, "base.Dockerfile"), "w", encoding="utf-8") as file:
            file.write("FROM base\nCOPY add.Dockerfile /x\n")
        write_layout(os.path.join(folder, "layout"), [below, tar])
        for kind, args in (("add", []),
                           ("base", ["--build-context", f"base=oci-layout://{folder}/layout:one"])):
            try:
                status, said = build(name, *args, os.path.join(folder, kind + ".Dockerfile"))
            except subprocess.TimeoutExpired:
                status, said = -1, f"not done in {SECONDS} s"
            fault = ""
            if status not in (0, 1) or (status == 1 and "error: " not in said):
                fault = f"status {status}: {said}"
            elif state() != before:
                fault = "this machine's files have changed"
            if fault:
                faults += 1
                print(f"{name} {kind}: {fault}")
            built += status == 0
            refused += status == 1
            if os.environ.get("VERBOSE"):
                print(f"{name} {kind}: {status} {said.splitlines()[-4:] if said else ''}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if peak > MEMORY_MB:
        faults += 1
        print(f"{peak} MB of memory")
    print(f"{len(CASES)} archives, {built} builds, {refused} refusals, {faults} faults")
    return faults != 0


if __name__ == "__main__":
    sys.exit(main())
