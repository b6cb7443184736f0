#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares llbc with BuildKit's own frontend on random Dockerfiles.

    compare.py --llbc build/bin/llbc --oracle build/oracle/llb-oracle \\
               [--seed N|random] [--count N] [--mode direct|gateway|both] [--keep DIR]

Exit status 1 if any file is compiled to something else: operations, digests,
places, image config, metadata, warnings or error. Where BuildKit itself
gives several answers (it walks Go maps here and there), llbc's must be one of
them but for the order.
"""
import argparse
import base64
import concurrent.futures
import copy
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import random_dockerfiles

PARTS = ("outputs", "meta", "warnings", "error")
# Files that one process of the oracle answers: enough to forget its start-up,
# few enough to keep every core busy.
CHUNK = 100


def view(result: dict) -> dict:
    """What is compared of a bundle."""
    outputs = [{"platform": o.get("platform", ""), "root": o.get("root"),
                "ops": o.get("ops"),
                "source": (o.get("source") or {}).get("locations"),
                "image": o.get("image"), "base": o.get("baseImage")}
               for o in result.get("outputs") or []]
    return {"outputs": outputs, "meta": result.get("meta") or {},
            "warnings": result.get("warnings") or [],
            "error": result.get("error") or None}


def dockerfile(case: dict) -> bytes:
    """The file, whose lone surrogates stand for bytes that are no UTF-8."""
    return case["dockerfile"].encode(errors="surrogateescape")


def ask_oracle(oracle: str, mode: str, cases: list[dict]) -> list[dict]:
    asked = [{**case, "dockerfile": "",
              "bytes": base64.b64encode(dockerfile(case)).decode()}
             for case in cases]
    lines = "".join(json.dumps(case) + "\n" for case in asked)
    done = subprocess.run([oracle, "-mode", mode, "-batch"], input=lines.encode(),
                          stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask_llbc(llbc: str, mode: str, case: dict, lock: dict) -> dict:
    with tempfile.TemporaryDirectory(prefix="llbc-compare-") as name:
        folder = Path(name)
        file = folder / "Dockerfile"
        file.write_bytes(dockerfile(case))
        (folder / "lock.json").write_text(json.dumps(
            {"version": 1, "images": (lock or {}).get("images") or []}))
        if "dockerignore" in case:
            (folder / ".dockerignore").write_bytes(case["dockerignore"].encode())
        command = [llbc, "--emit=bundle", f"--image-lock={folder}/lock.json",
                   f"--context={folder}"]
        command.append("--session=session" if mode == "gateway"
                       else "--local-unique-id=context")
        for key, value in case.get("opts", {}).items():
            command += ["--opt", f"{key}={value}"]
        done = subprocess.run([*command, str(file)], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60)
    said = done.stderr.decode(errors="replace")[-400:]
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if not answer or done.returncode != (1 if answer.get("error") else 0):
        return {"error": {"message": f"llbc: exit {done.returncode}: {said}"}}
    return answer


def differing(expected: dict, got: dict) -> list[str]:
    want, have = view(expected), view(got)
    return [part for part in PARTS
            if json.dumps(want[part], sort_keys=True)
            != json.dumps(have[part], sort_keys=True)]


def unordered(result: dict) -> str:
    """An answer without the order of what BuildKit keeps in maps: warnings of one
    instruction, names of rules in an error, lines of an outline."""
    shown = copy.deepcopy(view(result))
    shown["warnings"].sort(key=json.dumps)
    for key, value in shown["meta"].items():
        if isinstance(value, str):
            lines = value.replace(",", "").split("\n")
            shown["meta"][key] = sorted(
                " ".join(sorted(line.split(" "))).replace('"', "")
                if "lint violation found for rules" in line else line
                for line in lines)
    if shown["error"]:
        words = shown["error"]["message"].replace(",", "").split(" ")
        shown["error"] = {**shown["error"], "message": sorted(words)}
    return json.dumps(shown, sort_keys=True)


def judge(args: argparse.Namespace, mode: str, case: dict, want: dict,
          got: dict) -> str:
    """`wrong`, or `unstable` if BuildKit gives several answers, all of them
    llbc's but for the order."""
    # Of two entries of a Go map one comes first seven times in eight.
    again = ask_oracle(args.oracle, mode, [case] * 64)
    if not any(differing(other, want) for other in again):
        return "wrong"
    near = {unordered(other) for other in [want, *again]}
    return "unstable" if unordered(got) in near else "wrong"


def check(args: argparse.Namespace, mode: str, seeds: range) -> tuple[int, int]:
    """How many of the seeds differ, and on how many BuildKit is of two minds."""
    wrong = unstable = 0
    cases = [random_dockerfiles.case(seed, mode == "gateway") for seed in seeds]
    for number, case in enumerate(cases if args.request else []):
        case.setdefault("opts", {})["requestid"] = args.request
        if number % 5 == 0:
            case["opts"]["platform"] = "linux/amd64,linux/arm64"
        if number % 7 == 0:
            case["dockerfile"] += "\nBOGUS\n"
    for case, want in zip(cases, ask_oracle(args.oracle, mode, cases)):
        got = ask_llbc(args.llbc, mode, case, want.get("lock"))
        parts = differing(want, got)
        if not parts or "PANIC" in (want.get("error") or {}).get("message", ""):
            continue
        if judge(args, mode, case, want, got) == "unstable":
            unstable += 1
            continue
        wrong += 1
        print(f"seed {case['case']} ({mode}): {', '.join(parts)}", flush=True)
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{mode}-{case['case']}.json").write_text(
                json.dumps({"case": case, "expected": want, "got": got}, indent=1))
    return wrong, unstable


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--llbc", required=True)
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--seed", default=os.environ.get("LLB_RANDOM_SEED", "1"),
                        help="a number, or `random`; LLB_RANDOM_SEED if absent")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--mode", choices=["direct", "gateway", "both"],
                        default="both")
    parser.add_argument("--request", metavar="ID", default="",
                        help="compare the answers to this request, such as "
                        "frontend.lint, for broken files as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path,
                        help="write each differing case and both answers here")
    args = parser.parse_args()
    first = (random.randrange(10**9) if args.seed == "random" else int(args.seed))
    modes = ["direct", "gateway"] if args.mode == "both" else [args.mode]
    chunks = [(mode, range(start, min(start + CHUNK, first + args.count)))
              for mode in modes
              for start in range(first, first + args.count, CHUNK)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        found = list(pool.map(lambda chunk: check(args, *chunk), chunks))
    wrong, unstable = (sum(counts) for counts in zip(*found))
    print(f"{sum(len(seeds) for _, seeds in chunks)} files from seed {first}, "
          f"{wrong} differ, {unstable} on which BuildKit disagrees with itself")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
