# SPDX-License-Identifier: Apache-2.0
"""Makes a cache of llbc in a directory wrong in one way.

    hostile_cache.py CASE CACHE COPY

copies CACHE to COPY and changes that as CASE says. Documents keep digests that
are right unless the case is about them.
"""
import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

CASE, CACHE, COPY = sys.argv[1:]
DIR = Path(COPY)
BLOBS = DIR / "blobs/sha256"
shutil.rmtree(DIR, ignore_errors=True)
shutil.copytree(CACHE, DIR)


def put(body: bytes) -> str:
    name = hashlib.sha256(body).hexdigest()
    (BLOBS / name).write_bytes(body)
    return "sha256:" + name


def blob(digest: str) -> Path:
    return BLOBS / digest.removeprefix("sha256:")


index = json.loads((DIR / "index.json").read_text())
manifest = json.loads(blob(index["manifests"][0]["digest"]).read_text())
config = json.loads(blob(manifest["config"]["digest"]).read_text())
# The last layer of the longest result is what the image ends with.
top = max((result["layers"] for result in config["results"]), key=len)[-1]
layer = config["layers"][top]
path = blob(layer["digest"])


def archive(entries: list[tuple[str, bytes, str]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, text in entries:
            entry = tarfile.TarInfo(name)
            entry.type = kind
            if kind == tarfile.REGTYPE:
                entry.size = len(text)
            else:
                entry.linkname = text
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def replace_layer(tar: bytes) -> None:
    body = gzip.compress(tar)
    layer.update(digest=put(body), size=len(body),
                 diffId="sha256:" + hashlib.sha256(tar).hexdigest())


config_text = None
if CASE == "flipped":
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
elif CASE == "truncated":
    path.write_bytes(path.read_bytes()[:-9])
elif CASE == "deleted":
    path.unlink()
elif CASE == "fifo":
    path.unlink()
    os.mkfifo(path)
elif CASE == "no tar":
    replace_layer(b"no tar at all" * 100)
elif CASE == "another tar":
    layer["diffId"] = "sha256:" + "0" * 64
elif CASE == "a size":
    layer["size"] -= 1
elif CASE == "a circle":
    layer["below"].append(top)
elif CASE == "a later layer":
    layer["below"] = [len(config["layers"])]
elif CASE == "no base layer":
    layer["form"] = "base"
elif CASE == "no key":
    config["results"][0]["key"] = "../../etc"
elif CASE == "a version":
    config["version"] = 2
elif CASE == "long":
    config_text = "[" * 10 + " " * (9 << 20) + "]" * 10
elif CASE == "deep":
    config_text = "[" * 200000
elif CASE == "many":
    config["layers"] = [config["layers"][0]] * 20001
elif CASE == "escapes":
    victim = os.environ["VICTIM"]
    replace_layer(archive([("../" * 40 + victim, tarfile.REGTYPE, "bad"),
                           (victim, tarfile.REGTYPE, "bad"),
                           ("link", tarfile.SYMTYPE, os.path.dirname(victim)),
                           ("link/" + os.path.basename(victim), tarfile.REGTYPE, "bad"),
                           ("hard", tarfile.LNKTYPE, "../" * 40 + victim)]))
elif CASE == "no manifest":
    blob(index["manifests"][0]["digest"]).unlink()
elif CASE == "an index of indexes":
    inner = {"schemaVersion": 2, "manifests": index["manifests"]}
    manifest = {"schemaVersion": 2,
                "manifests": [{"digest": put(json.dumps(inner).encode())}]}
elif CASE == "no index":
    (DIR / "index.json").write_text("{}")
else:
    sys.exit("no such case: " + CASE)

if "config" in manifest:
    text = (config_text or json.dumps(config)).encode()
    manifest["config"].update(digest=put(text), size=len(text))
if CASE not in ("no manifest", "no index"):
    index["manifests"][0]["digest"] = put(json.dumps(manifest).encode())
    (DIR / "index.json").write_text(json.dumps(index))
