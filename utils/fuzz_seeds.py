#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects seeds for one fuzz target: utils/fuzz_seeds.py TARGET FOLDER.

Every test is a seed. Files that split-file takes apart count part by part. The
targets that read LLB also get what this build's llbc makes of the Dockerfiles,
and random definitions with every field where BuildKit's tools are built.
"""
import hashlib
import re
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


def main() -> int:
    target, folder = sys.argv[1], Path(sys.argv[2])
    if target == "parse_llb":
        seeds = llb_texts()
    elif target == "read_binary":
        seeds = compiled("llb") + random_definitions()
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
