#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An image whose layers change each other's directories, and what it holds.

    layered_image.py layout DIR         writes the image as an OCI layout
    layered_image.py compare LOCK TAR   fails unless the dirs of the lock's image
                                        are what the root file system's tar has
"""
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

TYPES = {"d": tarfile.DIRTYPE, "f": tarfile.REGTYPE, "l": tarfile.SYMTYPE,
         "h": tarfile.LNKTYPE, "p": tarfile.FIFOTYPE}
LAYERS = [
    [("d", "./", {"mode": 0o700}), ("d", "usr", {}), ("d", "usr/lib/", {"mode": 0o2750}),
     ("l", "lib", {"linkname": "usr/lib"}), ("d", "opt/a/b", {"uid": 7, "gid": 8}),
     ("d", "gone/below", {}), ("d", "opaque/old", {}), ("f", "opaque/file", {}),
     ("d", "file", {}), ("d", "file/inside", {}), ("l", "loose", {"linkname": "/usr"}),
     ("d", "marked", {"pax_headers": {"SCHILY.xattr.user.a": "b"}}),
     ("p", "pipe", {}), ("h", "pipe2", {"linkname": "pipe"}), ("f", "plain", {}),
     ("h", "plain2", {"linkname": "plain"}), ("d", "d\u00e4", {})],
    [("d", "lib/through", {"mode": 0o711}), ("f", ".wh.gone", {}), ("f", ".wh.pipe", {}),
     ("d", "opaque/new/deep", {}), ("f", "opaque/.wh..wh..opq", {}), ("f", "file", {}),
     ("d", "loose", {}), ("d", "usr", {"mode": 0o751}), ("f", "../../up/x", {})],
    [("d", "gone", {"mode": 0o1777}), ("f", ".wh..wh.plnk", {}),
     ("d", "marked", {"mode": 0o700})],
]


def layer(entries: list) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for kind, name, members in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = TYPES[kind], 0o755
            for key, value in members.items():
                setattr(entry, key, value)
            tar.addfile(entry)
    return out.getvalue()


def write_layout(folder: str) -> None:
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)

    def add(data: bytes, media: str) -> dict:
        name = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, name), "wb") as file:
            file.write(data)
        return {"mediaType": f"application/vnd.oci.image.{media}",
                "digest": "sha256:" + name, "size": len(data)}

    def dump(value: object) -> bytes:
        return json.dumps(value, sort_keys=True).encode()

    tars = [layer(entries) for entries in LAYERS]
    ids = ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]
    config = add(dump({"architecture": "amd64", "os": "linux", "config": {},
                       "rootfs": {"type": "layers", "diff_ids": ids}}),
                 "config.v1+json")
    layers = [add(gzip.compress(tar, mtime=0), "layer.v1.tar+gzip") for tar in tars]
    manifest = add(dump({"schemaVersion": 2, "config": config, "layers": layers}),
                   "manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "one"}
    for name, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}),
                        ("index.json", {"schemaVersion": 2, "manifests": [manifest]})):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(dump(value))


def in_tar(path: str) -> list:
    found = [{"path": "/", "mode": "755"}]
    kinds = {}
    with tarfile.open(path) as tar:
        for entry in tar:
            name = "/" + entry.name.strip("/")
            kind = kinds.get("/" + entry.linkname) if entry.islnk() else entry.type
            kinds[name] = kind
            if kind == tarfile.DIRTYPE:
                item = {"path": name, "mode": f"{entry.mode:o}"}
                item.update({key: value for key, value in
                             (("uid", entry.uid), ("gid", entry.gid)) if value})
                if any("xattr" in key for key in entry.pax_headers):
                    item["xattrs"] = True
                found.append(item)
            elif kind != tarfile.REGTYPE and name != "/":
                found.append({"path": name, "type": "other"})
    return sorted(found, key=lambda item: item["path"].encode())


def main() -> int:
    if sys.argv[1] == "layout":
        write_layout(sys.argv[2])
        return 0
    with open(sys.argv[2], encoding="utf-8") as file:
        (image,) = json.load(file)["images"]
    wanted, given = in_tar(sys.argv[3]), image["dirs"]
    for item in wanted:
        if item not in given:
            print("not listed:", item)
    for item in given:
        if item not in wanted:
            print("not there:", item)
    if wanted == given:
        print(len(given), "entries are as listed")
    return wanted != given


if __name__ == "__main__":
    sys.exit(main())
