#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says what builds have left behind below a folder, and exits with 1 if they have.

  nothing_left.py FOLDER [--pruned]

Nothing may be mounted below a store, no process may live in one or have a file of
it open, no lock may be held, `tmp/` is empty, each layer is one that the index has
and each result's layers are there; beside outputs lies nothing half-written. A
store that was pruned holds nothing at all.
"""
import os
import sqlite3
import sys
import time
from pathlib import Path

MAX_DEPTH = 4


def stores(folder: Path, depth: int = 0) -> list[Path]:
    """The stores below `folder`; their content is not looked into."""
    if (folder / "index.db").exists() and (folder / "layers").is_dir():
        return [folder]
    if depth == MAX_DEPTH:
        return []
    found = []
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            found += stores(Path(entry.path), depth + 1)
    return found


def half_written(folder: Path, depth: int = 0) -> list[str]:
    found = []
    for entry in os.scandir(folder):
        if ".tmp-" in entry.name:
            found.append(f"half-written: {entry.path}")
        if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
            found += half_written(Path(entry.path), depth + 1)
    return found


def processes(store: str) -> list[str]:
    """What lives in the store, has it open, or sees mounts of it."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text().strip()
            mounts = (process / "mountinfo").read_text()
            links = [os.readlink(process / link) for link in ("root", "cwd")]
            for link in (process / "fd").iterdir():
                try:
                    links.append(os.readlink(link))
                except OSError:
                    pass
        except OSError:
            continue
        what = f"{process.name} ({name})"
        for line in mounts.splitlines():
            root, point = line.split()[3:5]
            if point.startswith(store + "/") or root.startswith(store + "/"):
                found.add(f"mounted for process {what}: {point}")
        found |= {f"used by process {what}: {link}" for link in links
                  if link == store or link.startswith(store + "/")}
    return sorted(found)


def locks(store: Path) -> list[str]:
    inodes = {path.stat().st_ino: path for path in
              [store / "lock", *(store / "tmp").iterdir(), *(store / "cache").iterdir()]}
    return [f"locked by {line.split()[4]}: {inodes[int(line.split()[5].split(':')[2])]}"
            for line in Path("/proc/locks").read_text().splitlines()
            if "->" not in line and int(line.split()[5].split(":")[2]) in inodes]


def content(store: Path) -> list[str]:
    found = [f"left in tmp: {path}" for path in (store / "tmp").iterdir()]
    index = sqlite3.connect(f"file:{store}/index.db?mode=ro", uri=True)
    known = {str(row[0]) for row in index.execute("SELECT id FROM layer")}
    there = {path.name for path in (store / "layers").iterdir()}
    found += [f"layer that the index lacks: {name}" for name in sorted(there - known)]
    there |= {str(layer) for layer, digest in index.execute("SELECT layer, digest FROM blob")
              if (store / "blobs" / digest.replace(":", "/")).exists()}
    for key, layers in index.execute("SELECT key, layers FROM result"):
        found += [f"result {key[:20]} has layer {layer}, which is gone"
                  for layer in layers.split() if layer not in there]
    index.close()
    return found


def pruned(store: Path) -> list[str]:
    index = sqlite3.connect(f"file:{store}/index.db?mode=ro", uri=True)
    found = [f"{table} in the index: {count}" for table in ("result", "layer", "chain", "blob")
             for count, in index.execute(f"SELECT count(*) FROM {table}") if count]
    index.close()
    return found + [f"left by prune: {path}" for folder in ("blobs/sha256", "layers", "cache", "tmp")
                    for path in sorted((store / folder).iterdir())]


def look(folder: Path, is_pruned: bool) -> list[str]:
    found = half_written(folder)
    for store in stores(folder):
        found += processes(str(store)) + locks(store) + content(store)
        if is_pruned:
            found += pruned(store)
    return found


def look_patiently(folder: Path, is_pruned: bool = False) -> list[str]:
    """What was killed takes a moment to go."""
    for _ in range(300):
        found = look(folder, is_pruned)
        if not any(line.startswith(("used", "mounted", "locked")) for line in found):
            break
        time.sleep(0.1)
    return found


if __name__ == "__main__":
    left = look_patiently(Path(sys.argv[1]).resolve(), "--pruned" in sys.argv[2:])
    print("\n".join(left) if left else "nothing is left")
    sys.exit(1 if left else 0)
