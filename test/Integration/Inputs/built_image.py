# SPDX-License-Identifier: Apache-2.0
"""What an image holds, read from an OCI archive, and how two images differ.

The layers are laid over each other as whoever unpacks an image does it. What
depends on the hour of the build is left out: times count only where they are
older than it, which those of a context's files are (not of its directories: a
daemon that has parts of a context already gives those the time of the transfer).
"""
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

# When the files of the contexts were written: each context's in a second of its
# own from here on, since a daemon takes a file that has the size and the time of
# one it got before for the same.
OLD = 1_000_000_000


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
    return {"files": with_links(files),
            "config": {key: value for key, value in config.items()
                       if key not in ("created", "history", "rootfs")},
            "layers": len(manifest["layers"]),
            "created_by": [h.get("created_by") for h in history],
            "entries": sum(not h.get("empty_layer") for h in history)}


def entry_of(tar: tarfile.TarFile, member: tarfile.TarInfo) -> dict:
    content = tar.extractfile(member).read() if member.isreg() else b""
    return {"type": {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "directory"}.get(
                member.type, str(member.type)),
            "mode": oct(member.mode), "uid": member.uid, "gid": member.gid,
            "link": member.linkname,
            "device": (member.devmajor, member.devminor),
            "xattrs": {key: value for key, value in member.pax_headers.items()
                       if key.startswith("SCHILY.xattr.")},
            "content": hashlib.sha256(content).hexdigest(),
            # That of a directory depends on how the context was transferred before.
            "mtime": int(member.mtime) if member.mtime < OLD + 1_000_000 and not member.isdir() else "new"}


def apply_layer(files: dict, data: bytes) -> None:
    entries, whiteouts = {}, []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            name = os.path.normpath("/" + member.name).strip("/")
            folder, _, base = name.rpartition("/")
            if base.startswith(".wh."):
                whiteouts.append((folder + "/" if folder else "") + base[4:])
            elif member.islnk():
                # One more name of a file of the same layer.
                entries[name] = entries[os.path.normpath("/" + member.linkname).strip("/")]
            else:
                entries[name] = entry_of(tar, member)

    def remove_below(path: str) -> None:
        for other in [p for p in files if p.startswith(path + "/")]:
            del files[other]
    for victim in whiteouts:
        files.pop(victim, None)
        remove_below(victim)
    for name, entry in entries.items():
        if entry["type"] != "directory":
            remove_below(name)
        files[name] = entry


def with_links(files: dict) -> dict:
    """The same with the names that each file has, instead of one object."""
    names: dict = {}
    for path, entry in files.items():
        names.setdefault(id(entry), []).append(path)
    return {path: {**entry, "names": sorted(names[id(entry)])}
            for path, entry in files.items()}


def list_dirs(files: dict) -> list:
    """The listing that the image lock holds of a base."""
    listing = [{"path": "/", "mode": "755"}]
    for name, entry in sorted(files.items()):
        if not name:
            continue
        if entry["type"] == "directory":
            listing.append({"path": "/" + name, "mode": entry["mode"][2:],
                            "uid": entry["uid"], "gid": entry["gid"]})
        elif entry["type"] != "file":
            listing.append({"path": "/" + name, "type": "other"})
    return listing


def differences(before: dict, after: dict, history: bool = True) -> list[str]:
    found = []
    for path in sorted(set(before["files"]) | set(after["files"])):
        old, new = before["files"].get(path), after["files"].get(path)
        if old is None or new is None:
            found.append(f"/{path}: {'not there before' if old is None else 'gone'}")
        elif old != new:
            found += [f"/{path}: {key} {old[key]} became {new[key]}"
                      for key in old if old[key] != new[key]]
    if before["config"] != after["config"]:
        found.append(f"the config {before['config']} became {after['config']}")
    if history:
        if after["layers"] != after["entries"]:
            found.append(f"{after['layers']} layers, {after['entries']} history entries")
        if before["created_by"] != after["created_by"]:
            found.append("the history tells of other steps")
    return found
