# SPDX-License-Identifier: Apache-2.0
"""Asks llbc what it would build again, lets it build, and compares.

    will_hit.py CONTEXT ROOT LLBC...

changes CONTEXT one step after the other. A step that was called cached must say
CACHED, one that runs must be DONE, and nobody may hear of one that is not
needed.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

CONTEXT, ROOT, *LLBC = sys.argv[1:]
DIR = Path(CONTEXT)
FILE = DIR / "Dockerfile"
PLATFORMS = ["--platform=linux/amd64,linux/arm64", "--target=files"]


def llbc(options: list[str], arguments: list[str]) -> subprocess.CompletedProcess:
    run = subprocess.run([*LLBC, "--hash-index=none", *options, *arguments, FILE],
                         capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return run


def forecast(options: list[str]) -> list[tuple[str, str]]:
    answer = json.loads(llbc(options, [f"--will-hit={ROOT}", "--json"]).stdout)
    steps = [(step["step"], step["fate"]) for step in answer["steps"]]
    assert sum(answer["counts"].values()) == len(steps)
    return sorted(step for step in steps if step[1] != "not-needed")


def build(options: list[str]) -> list[tuple[str, str]]:
    said = llbc(options, ["--emit=oci", f"--root={ROOT}", "--progress=plain",
                          "-o", f"{ROOT}.tar"]).stderr
    # Numbers start anew with each platform.
    names: dict[str, str] = {}
    found = []
    for number, text in re.findall(r"^#(\d+) (.*?) *$", said, re.M):
        done = re.fullmatch(r"CACHED|DONE [\d.]+s", text)
        if not done:
            names[number] = text if text.startswith("[") else names.get(number)
        elif "load build context" not in names[number]:
            found.append((names[number], "cached" if text == "CACHED" else "runs"))
    return sorted(found)


def change(path: str, old: str, new: str) -> None:
    text = (DIR / path).read_text()
    assert old in text
    (DIR / path).write_text(text.replace(old, new))


CHANGES = [
    ("nothing", lambda: None, []),
    ("a file", lambda: change("src/a", "a", "b"), []),
    ("an ignored file", lambda: (DIR / "src/x.log").write_text("x"), []),
    ("a mode", lambda: (DIR / "late").chmod(0o755), []),
    ("a file back", lambda: change("src/a", "b", "a"), []),
    ("a line", lambda: change("Dockerfile", "echo one", "echo two"), []),
    ("no cache of a stage", lambda: None, ["--no-cache-filter=tools"]),
    ("platforms", lambda: None, PLATFORMS),
    ("a file of platforms", lambda: change("src/a", "a", "c"), PLATFORMS),
    ("passes", lambda: None, ["-O2"]),
]

build([])
wrong = 0
for name, apply, options in CHANGES:
    apply()
    told = forecast(options)
    ran = build(options)
    wrong += told != ran
    print(f"{name}: {sum(fate == 'runs' for _, fate in ran)} ran,",
          "as told" if told == ran else f"but told were {told}, not {ran}")
print(f"{len(CHANGES)} changes, {wrong} wrong")
