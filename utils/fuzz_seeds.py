#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects seeds for one fuzz target: utils/fuzz_seeds.py TARGET FOLDER.

Every test is a seed. Files that split-file takes apart count part by part. The
targets that read LLB also get what this build's llbc makes of the Dockerfiles,
and random definitions with every field where BuildKit's tools are built. Archives
are the hostile ones of a test, plain and compressed; of other files and answers of
registries there is a small one each, here. Where the first byte of an input
chooses a reader, it does in the seeds.
"""
import bz2
import gzip
import hashlib
import importlib.util
import json
import lzma
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"^(?:#|//|;)?\s*---\s+(\S+)\s*$", re.M)


def parts(path: Path) -> list[tuple[str, str]]:
    """Name and text of each part, or of the whole file."""
    text = path.read_text(errors="replace")
    pieces = PART.split(text)
    out = [(path.name, pieces[0])]
    out += list(zip(pieces[1::2], pieces[2::2]))
    return out


def texts(kind: str) -> list[str]:
    found = []
    for folder in ("test", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            if not path.is_file() or "Oracle" in path.parts or path.suffix in {".py", ".cpp"}:
                continue
            for name, text in parts(path):
                is_llb = name.endswith(".llb.txt")
                is_dockerfile = not is_llb and re.search(r"^\s*FROM\s", text, re.M | re.I)
                is_ickfile = not is_llb and re.search(r"^\s*COME[_ ]FROM\s", text, re.M | re.I)
                if {"llb": is_llb, "dockerfile": is_dockerfile,
                        "ickfile": is_ickfile or is_dockerfile,
                        "mockerfile": re.search(r"^images:", text, re.M)}[kind]:
                    found.append(text)
    return found


def tool(name: str) -> Path | None:
    """A program of this checkout's builds, the release's first."""
    for folder in ("build/bin", "build-dev/bin", "build-fuzz/bin", "build/oracle"):
        if (ROOT / folder / name).exists():
            return ROOT / folder / name
    return None


def answer(command: list[object], text: bytes) -> list[bytes]:
    """What a command writes; nothing if it fails."""
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True,
                          check=False, timeout=30)
    return [done.stdout] if done.returncode == 0 else []


def compiled(emit: str) -> list[bytes]:
    """The Dockerfiles of the tests as LLB in one of its forms."""
    llbc = tool("llbc")
    found = []
    for text in texts("dockerfile")[:300] if llbc else []:
        found += answer([llbc, "-", "--resolve=never", "--local-unique-id=context",
                         f"--emit={emit}", "-o", "-"], text.encode())
    return found


def random_definitions() -> list[bytes]:
    randdef = tool("randdef")
    found = []
    for style in ([], ["-wild"]) if randdef else []:
        with tempfile.TemporaryDirectory(prefix="llb-seeds-") as work:
            answer([randdef, "-count", 60, *style, "-out", work], b"")
            found += [path.read_bytes() for path in sorted(Path(work).iterdir())]
    return found


def llb_texts() -> list[bytes]:
    dis = tool("llb-dis")
    found = [text.encode() for text in texts("llb")] + compiled("text")
    for definition in random_definitions() if dis else []:
        found += answer([dis, "-"], definition)
    return found


def archives() -> list[bytes]:
    """Applied as layers (0), unpacked (1) and listed (2)."""
    path = ROOT / "test/Engine/Inputs/hostile_tars.py"
    spec = importlib.util.spec_from_file_location("hostile_tars", path)
    module = importlib.util.module_from_spec(spec)
    saved = sys.argv
    # They aim at the folder that fuzz/unpack.cpp looks after.
    sys.argv = ["hostile_tars.py", "/dev/shm/llbc-fuzz"]
    spec.loader.exec_module(module)
    sys.argv = saved
    cases = {**module.CASES, "whiteouts": [
        module.entry(module.F, "d/.wh.f"), module.entry(module.F, ".wh.s"),
        module.entry(module.D, "d"), module.entry(module.F, "d/.wh..wh..opq")]}
    tars = [tar for tar in map(module.write_tar, cases.values()) if len(tar) < 16384]
    few = module.write_tar(cases["dir-becomes-link"])
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        tars += [pack(few), pack(few)[:-40], pack(few[:1024]) + pack(few[1024:])]
    # A frame of zstd with one raw block, and one that is to be skipped.
    tars.append(b"\x50\x2a\x4d\x18\x04\0\0\0skip\x28\xb5\x2f\xfd\x80\x58" +
                struct.pack("<I", len(few)) + (len(few) << 3 | 1).to_bytes(3, "little") + few)
    return [kind + tar for tar in tars for kind in (b"0", b"1", b"2")]


HASH = "sha256:" + 64 * "a"


def read_files() -> list[bytes]:
    def dump(value: object) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    record = struct.pack("<QqqQII32sB7x", 3, 5, 6, 7, 3, 4, bytes(32), 1) + b"d/f" + b"0\0a\0"
    layer = {"mediaType": "m", "digest": HASH, "size": 7, "diffId": HASH, "form": "base",
             "created": 1, "description": "COPY", "below": []}
    records = {"version": 1,
               "layers": [layer, {**layer, "below": [0]}, {**layer, "form": "zstd:3", "below": [0, 1]}],
               "results": [{"key": HASH + ":0", "layers": [0, 2]}]}
    image = {"ref": "docker.io/library/a:1", "platform": "linux/amd64", "digest": HASH,
             "config": {"os": "linux"},
             "dirs": [{"path": "/", "mode": "755"}, {"path": "/x", "type": "other"}]}
    index = {"schemaVersion": 2, "manifests": [
        {"digest": HASH, "annotations": {"org.opencontainers.image.ref.name": "one"}},
        {"digest": HASH, "annotations": {"io.containerd.image.name": "two"}}]}
    docker = {"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}, "r:5000": {"identitytoken": "t"},
                        "s": {"username": "u", "password": "p"}},
              "credHelpers": {"x": "pass"}, "credsStore": "store"}
    conf = b"""unqualified-search-registries = ["a"]
[[registry]]
prefix = "*.example"
location = "reg.example:5000/a"
blocked = true
[[registry.mirror]]
location = "m/b"
insecure = true
pull-from-mirror = "digest-only"
"""
    return [b"0" + dump([records, index, -1.5e3, "\u00fc\n", True, None]),
            b"1\x01" + record, b"1\x02" + record + record.replace(b"d/f", b"d/g"),
            b"2" + dump({"version": 1, "images": [image]}), b"3" + dump(records),
            b"4" + dump({"llbc.cache.v1": records}), b"5" + dump(index), b"6" + dump(docker),
            b"7" + conf, b"8# c\n*.o\n!a/**/b?\n[a-c]/\\*\n/d\n",
            b"9root:x:0:0:root:/root:/bin/sh\nwheel:x:10:a,b\n"]


def read_answers() -> list[bytes]:
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": HASH, "size": 2},
                           "layers": [{"mediaType": "m", "digest": HASH, "size": 9}]})
    index = json.dumps({"schemaVersion": 2, "manifests": [
        {"digest": HASH, "platform": {"os": "linux", "architecture": "arm", "variant": "v6"}}]})
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [HASH]}})
    bearer = 'Bearer realm="https://a/t?x=\\"y",service=s,scope="repository:a:pull"'
    texts = ["0" + manifest + "\0" + config, "0" + index + "\0" + manifest + "\0" + config,
             "1" + bearer, '1Basic realm="r"', "2Retry-After: 120\r\n", "2Range: 0-1023\r\n",
             "2Link: </v2/_catalog?n=1>; rel=\"next\"\r\n", "2Content-Range: bytes 5-9/10\r\n",
             "2Location:/v2/uploads/1\r\n", '3{"token":"t"}', '3{"access_token":"t","expires_in":60}']
    return [text.encode() for text in texts]


def main() -> int:
    target, folder = sys.argv[1], Path(sys.argv[2])
    if target == "parse_llb":
        seeds = llb_texts()
    elif target == "read_binary":
        seeds = compiled("llb") + random_definitions()
    elif target in ("unpack", "read_files", "read_answers"):
        seeds = {"unpack": archives, "read_files": read_files,
                 "read_answers": read_answers}[target]()
    else:
        kind = {"parse_ickfile": "ickfile",
                "parse_mockerfile": "mockerfile"}.get(target, "dockerfile")
        seeds = [text.encode() for text in texts(kind)]
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    print(f"{target}: {len(seeds)} seeds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
