#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the keys of a large context against what they can't do without.

    benchmarks/keys.py --bin build/bin [--files 50000] [--runs 5]

Cold, with an index yet to be written, against `sha256sum` over the same files with as many
processes as llb-opt has threads; warm, with an index, against a walk of `find`
that prints the fields by which a file is recognised. All files are in the page
cache. The fastest of several runs in turns counts, by the clock and by
processor time.
"""
import argparse
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

MODULE = """%context = source "local://context"
%1 = file scratch {
  copy %context "/" -> "/" { dirCopyContents }
}
return %1
"""


def make_tree(top: Path, count: int) -> int:
    """Files as source trees have them: mostly small, 25 a folder."""
    random.seed(1)
    block = random.randbytes(1 << 16)
    total = 0
    for i in range(count):
        folder = top / f"d{i // 2500}" / f"e{i // 250 % 10}" / f"f{i // 25 % 10}"
        if i % 25 == 0:
            folder.mkdir(parents=True, exist_ok=True)
        size = min(int(random.lognormvariate(8, 1.2)), len(block))
        start = random.randrange(len(block) - size + 1)
        (folder / f"file{i}.c").write_bytes(block[start:start + size])
        total += size
    return total


def run(command: str, cwd: Path) -> tuple[float, float]:
    """Milliseconds by the clock and of processor time."""
    before = os.times()
    begin = time.perf_counter()
    subprocess.run(command, shell=True, cwd=cwd, check=True)
    clock = time.perf_counter() - begin
    after = os.times()
    cpu = (after.children_user - before.children_user
           + after.children_system - before.children_system)
    return clock * 1000, cpu * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, default=Path("build/bin"))
    parser.add_argument("--files", type=int, default=50000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", type=Path, help="where the tree is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.dir) as name:
        top = Path(name)
        tree = top / "tree"
        total = make_tree(tree, options.files)
        # What was changed in the last two seconds might not be remembered.
        time.sleep(2)
        (top / "m.llb.txt").write_text(MODULE)
        keys = (f"{options.bin.resolve()}/llb-opt --print-keys --context=tree "
                f"m.llb.txt >/dev/null --hash-index=")
        threads = os.cpu_count() or 1
        commands = {
            "sha256sum": f"find tree -type f -print0 | xargs -0 -P{threads} -n500 "
                         "sha256sum >/dev/null",
            "keys, cold": "rm -rf fresh; " + keys + "fresh",
            "find": "find tree -printf '%p %s %T@ %C@ %i %m %l\\n' >/dev/null",
            "keys, warm": keys + "index",
        }
        run(commands["keys, warm"], top)
        best = {name: (float("inf"), float("inf")) for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                clock, cpu = run(command, top)
                best[name] = (min(best[name][0], clock), min(best[name][1], cpu))
        print(f"{options.files} files, {total / 1e6:.0f} MB, {threads} processors")
        for name, (clock, cpu) in best.items():
            print(f"{name:12} {clock:7.0f} ms {cpu:7.0f} ms of processor time")
        for name, base in (("keys, cold", "sha256sum"), ("keys, warm", "find")):
            print(f"{name} / {base}: {best[name][0] / best[base][0]:.2f} by the clock, "
                  f"{best[name][1] / best[base][1]:.2f} of processor time")


if __name__ == "__main__":
    main()
