#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects seeds for one fuzz target: utils/fuzz_seeds.py TARGET FOLDER.

Every test is a seed. Files that split-file takes apart count part by part;
binary targets get what this build's llbc makes of the Dockerfiles.
"""
import hashlib
import re
import subprocess
import sys
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
                is_mockerfile = re.search(r"^images:", text, re.M)
                if (kind == "llb" and is_llb) or (kind == "dockerfile" and is_dockerfile) \
                        or (kind == "mockerfile" and is_mockerfile):
                    found.append(text)
    return found


def binaries() -> list[bytes]:
    llbc = ROOT / "build" / "bin" / "llbc"
    found = []
    for text in texts("dockerfile")[:200] if llbc.exists() else []:
        done = subprocess.run([llbc, "-", "--resolve=never", "--local-unique-id=context", "-o", "-"],
                              input=text.encode(), capture_output=True, check=False, timeout=10)
        if done.returncode == 0:
            found.append(done.stdout)
    return found


def main() -> int:
    target, folder = sys.argv[1], Path(sys.argv[2])
    if target == "parse_llb":
        seeds = [text.encode() for text in texts("llb")]
    elif target == "read_binary":
        seeds = binaries()
    elif target == "parse_mockerfile":
        seeds = [text.encode() for text in texts("mockerfile")]
    else:
        seeds = [text.encode() for text in texts("dockerfile")]
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    print(f"{target}: {len(seeds)} seeds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
