#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns Dockerfiles into Ickfiles keyword by keyword, and compares the twins.

    twin.py convert FILE            the Ickfile twin of a Dockerfile, on standard output
    twin.py compare CASES.jsonl     compiles every recorded case and its twin

The words come from Stmts.def, their places from `llbc --emit=tokens`. A twin
must give the same operations, digests, places, image config and checks as its
Dockerfile; only texts that name an instruction may differ.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
STMT = re.compile(r'^LLB_STMT\(\w+,\s*"([^"]+)",\s*"([^"]+)"\)', re.M)
TOKEN = re.compile(r'^(\d+):(\d+) ([A-Z]+) "((?:[^"\\]|\\.)*)"$')


def words() -> dict[str, str]:
    """Each Dockerfile word with the Ickfile's first spelling."""
    text = (ROOT / "include/llb/AST/Stmts.def").read_text()
    return {docker: ick.split("|")[0] for docker, ick in STMT.findall(text)}


WORDS = words()
DOCKER = {ick: docker for docker, ick in WORDS.items()}


def convert(llbc: str, dockerfile: bytes) -> bytes:
    """The twin; a keyword with a continuation inside stays as it is."""
    with tempfile.TemporaryDirectory(prefix="twin-") as folder:
        path = Path(folder) / "Dockerfile"
        path.write_bytes(dockerfile)
        tokens = subprocess.run([llbc, "--frontend=dockerfile", "--emit=tokens", str(path)],
                                capture_output=True, check=False).stdout.decode()
    starts = [0]
    for match in re.finditer(rb"\n", dockerfile):
        starts.append(match.end())
    out, done = b"", 0
    for line in tokens.splitlines():
        match = TOKEN.match(line)
        if not match or match[3] not in WORDS:
            continue
        at = starts[int(match[1]) - 1] + int(match[2]) - 1
        word = match[4].encode()
        if word.upper() != match[3].encode() or dockerfile[at:at + len(word)] != word:
            continue
        ick = WORDS[match[3]].encode()
        if not word.isupper():
            ick = ick.lower() if word.islower() else ick[:1] + ick[1:].lower()
        out += dockerfile[done:at] + ick
        done = at + len(word)
    return out + dockerfile[done:]


def compile_case(llbc: str, case: dict, text: bytes, name: str, extra: list[str]) -> dict:
    with tempfile.TemporaryDirectory(prefix="twin-") as folder:
        path = Path(folder) / name
        path.write_bytes(text)
        lock = Path(folder) / "lock.json"
        lock.write_text(json.dumps(case.get("lock") or {"version": 1, "images": []}))
        if case.get("dockerignore") is not None:
            (Path(folder) / ".dockerignore").write_bytes(case["dockerignore"].encode())
        mode = "--session=session" if case["mode"] == "gateway" else "--local-unique-id=context"
        options = [f"--opt={key}={value}" for key, value in (case.get("opts") or {}).items()]
        done = subprocess.run([llbc, "--emit=bundle", f"--image-lock={lock}", f"--context={folder}",
                               mode, *options, *extra, str(path)],
                              capture_output=True, check=False, timeout=60)
        return json.loads(done.stdout)


def plain(text: str) -> str:
    """A step's name with its instruction in Docker's words."""
    match = re.match(r"((?:\[[^]]*\] )?(?:LINK )?)(\S+)(.*)$", text, re.S)
    if not match or match[2].upper() not in DOCKER:
        return text
    docker = DOCKER[match[2].upper()]
    return match[1] + (docker.lower() if match[2].islower() else docker) + match[3]


def view(bundle: dict) -> dict:
    """What must be equal: all but the wording of messages."""
    outputs = []
    for output in bundle.get("outputs") or []:
        for op in output.get("ops") or []:
            meta = op.get("OpMetadata") or {}
            for names in (meta.get("description") or {}, meta.get("progress_group") or {}):
                for key, value in names.items():
                    if isinstance(value, str):
                        names[key] = plain(value)
        outputs.append({"platform": output.get("platform"), "root": output.get("root"),
                        "ops": output.get("ops"), "image": output.get("image"),
                        "base": output.get("baseImage"),
                        "locations": (output.get("source") or {}).get("locations")})
    checks = [(each.get("rule") or each["message"].split(":")[0], each.get("ranges"))
              for each in bundle.get("warnings") or []]
    meta = {key: value for key, value in (bundle.get("meta") or {}).items()
            if not key.startswith("result.")}
    return {"outputs": outputs, "checks": checks, "meta": meta}


def compare(llbc: str, case: dict) -> str:
    """What is wrong with the twin; empty if nothing, `-` if there is none."""
    text = case["dockerfile"].encode()
    docker = compile_case(llbc, case, text, "Dockerfile", ["--frontend=dockerfile"])
    if docker.get("error"):
        return "-"
    twin = convert(llbc, text)
    if twin == text:
        return "no keyword was converted"
    ick = compile_case(llbc, case, twin, "Ickfile", ["--frontend=ick"])
    if ick.get("error"):
        return f"the twin does not compile: {ick['error']['message']}"
    left, right = view(docker), view(ick)
    parts = [key for key in left if left[key] != right[key]]
    return f"differs in {', '.join(parts)}" if parts else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llbc", default="llbc")
    parser.add_argument("--only", default="", help="regular expression on the case's name")
    parser.add_argument("action", choices=["convert", "compare"])
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    if arguments.action == "convert":
        sys.stdout.buffer.write(convert(arguments.llbc, arguments.file.read_bytes()))
        return 0
    cases = [json.loads(line) for line in arguments.file.read_text().splitlines()]
    cases = [case for case in cases if re.search(arguments.only, case["case"])]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda case: compare(arguments.llbc, case), cases))
    bad = [(case["case"], verdict) for case, verdict in zip(cases, verdicts)
           if verdict not in ("", "-")]
    for name, verdict in bad:
        print(f"{name}: {verdict}")
    print(f"{verdicts.count('')} twins agree, {len(bad)} do not, "
          f"{verdicts.count('-')} Dockerfiles do not compile")
    return 1 if bad or not verdicts.count("") else 0


if __name__ == "__main__":
    sys.exit(main())
