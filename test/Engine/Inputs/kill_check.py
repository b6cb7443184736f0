#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ends builds at random moments; the next one must not notice.

  kill_check.py FOLDER COUNT SEED [OPTION...]

FOLDER has a Dockerfile, OPTIONs are of llbc. Half of the builds get SIGKILL, the others SIGINT or SIGTERM,
which leave nothing. After SIGKILL the output is whole or absent, nothing runs or
stays mounted, the same build gives the same bytes, and then nothing is left of what
was killed. What the store has is pruned to nothing, or kept for the next.
"""
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Inputs"))
from nothing_left import look_patiently, processes  # noqa: E402

folder, count, seed = Path(sys.argv[1]).resolve(), int(sys.argv[2]), sys.argv[3]
store, tree = folder / "store", folder / "tree"
archive = folder / "image.tar"
command = ["llbc", f"--root={store}", "--progress=quiet", *sys.argv[4:],
           "--output", f"type=oci,dest={archive},rewrite-timestamp=true",
           "--output", f"type=local,dest={tree}", str(folder / "Dockerfile")]
chance = random.Random(seed)


def listing() -> str:
    return subprocess.run(
        ["sh", "-c", "find . -printf '%P %y %m %s %l\\n' | sort; "
         "find . -type f -exec sha256sum {} + | sort"],
        cwd=tree, check=True, capture_output=True, text=True).stdout


def fail(number: int, moment: float, what: str) -> None:
    sys.exit(f"build {number} of seed {seed}, after {moment:.4f} s: {what}")


def clear() -> None:
    archive.unlink(missing_ok=True)
    subprocess.run(["rm", "-rf", str(tree)], check=True)


def main() -> None:
    subprocess.run(["rm", "-rf", str(store)], check=True)
    clear()
    began = time.monotonic()
    subprocess.run(command, check=True)
    whole = time.monotonic() - began
    image, files = archive.read_bytes(), listing()
    killed = 0
    for number in range(1, count + 1):
        if chance.random() < 0.7:
            subprocess.run(["llbc", "prune", f"--root={store}"], check=True,
                           stdout=subprocess.DEVNULL)
            if left := look_patiently(folder, is_pruned=True):
                fail(number, 0, "after prune: " + "; ".join(left))
        again = ["--no-cache"] if chance.random() < 0.3 else []
        clear()
        moment = chance.uniform(0, whole * 1.05)
        build = subprocess.Popen(command + again, stderr=subprocess.DEVNULL)
        try:
            build.wait(moment)
        except subprocess.TimeoutExpired:
            which = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
            build.send_signal(which)
            ended = build.wait()
            killed += 1
            if ended not in (0, -which):
                fail(number, moment, f"exit status {ended} after signal {which}")
            if which != signal.SIGKILL and (left := look_patiently(folder)):
                fail(number, moment, f"after signal {which}: " + "; ".join(left))
        for _ in range(300):
            if not (living := processes(str(store))):
                break
            time.sleep(0.1)
        else:
            fail(number, moment, "; ".join(living))
        if archive.exists() and archive.read_bytes() != image:
            fail(number, moment, "another image")
        if subprocess.run(command).returncode:
            fail(number, moment, "the next build failed")
        if archive.read_bytes() != image:
            fail(number, moment, "the next build gave another image")
        if listing() != files:
            fail(number, moment, "the next build gave other files")
        if left := look_patiently(folder):
            fail(number, moment, "; ".join(left))
    print(f"seed {seed}: {killed} of {count} builds ended within {whole:.2f} s, all good")


if __name__ == "__main__":
    main()
