#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds directories by buildkitd before and after passes and compares the images.

  dir_passes.py DIRS [STEP [FIRST]]

DIRS has the cases of build_check.py: directories with a Dockerfile, each its own
context, and perhaps a `case.json` with `{"opts": {...}}`. Each STEPth is taken,
from number FIRST on. It is built as it is, with `-O1`, and with `-O2` and a
listing of the base's directories; root file system, config and history must be
the same. What does not build as it is must not build after passes either.
Runs under buildkit-env.sh.
"""
import collections
import concurrent.futures
import json
import shutil
import sys
import tempfile
from pathlib import Path

from random_builds import DockerfileCase, listed_lock


class DirectoryCase(DockerfileCase):
    def __init__(self, folder: Path, lock: Path, directory: Path) -> None:
        self.directory = directory
        super().__init__(folder, lock, [], make=lambda rng: "", rng=None)
        told = directory / "case.json"
        opts = json.loads(told.read_text()).get("opts", {}) if told.is_file() else {}
        self.options = [f"--opt={key}={value}" for key, value in opts.items()]

    def fill(self, rng) -> None:
        shutil.copytree(self.directory, self.folder / "context", symlinks=True)

    def llbc(self, *options: str) -> bytes:
        return super().llbc(*self.options, *options)

    def check(self) -> str:
        try:
            before = self.compiled("O0")
        except RuntimeError:
            before = None
        for level in ("-O1", "-O2"):
            if before:
                self.compare(level, before, lambda level=level: self.compiled(level, level), True)
                continue
            try:
                self.compiled(level, level)
                self.faults.append(f"{level}: builds what does not build without it")
            except RuntimeError:
                pass
        return "differ" if self.faults else "agree" if before else "refused"


def main() -> int:
    folder, step, first = [*sys.argv[1:], "1", "0"][:3]
    directories = sorted(path for path in Path(folder).iterdir() if path.is_dir())
    directories = directories[int(first)::int(step)]
    with tempfile.TemporaryDirectory() as work:
        lock = listed_lock(Path(work))

        def run(item: tuple[int, Path]) -> tuple[str, DirectoryCase]:
            case = DirectoryCase(Path(work) / str(item[0] + 1), lock, item[1])
            return case.check(), case

        count: collections.Counter = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for outcome, case in pool.map(run, enumerate(directories)):
                count[outcome] += 1
                for fault in case.faults[:10]:
                    print(f"{case.directory.name}: {fault}", file=sys.stderr)
    print(f"{len(directories)} directories: {count['agree']} agree, {count['refused']} do not "
          f"build at all, {count['differ']} differ")
    return 1 if count["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
