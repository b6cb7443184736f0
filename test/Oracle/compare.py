#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares llbc with BuildKit's own frontend on random Dockerfiles.

    compare.py --llbc build/bin/llbc --oracle build/oracle/llb-oracle \\
               [--seed N] [--count N] [--mode direct|gateway|both] [--keep DIR]

Exit status 1 if any file is compiled to something else: operations, digests,
places, image config, metadata, warnings or error. Cases on which BuildKit
itself gives two answers (it walks Go maps here and there) are set aside.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import random_dockerfiles

PARTS = ("outputs", "meta", "warnings", "error")


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


def ask_oracle(oracle: str, mode: str, cases: list[dict]) -> list[dict]:
    lines = "".join(json.dumps(c) + "\n" for c in cases)
    done = subprocess.run([oracle, "-mode", mode, "-batch"], input=lines.encode(),
                          stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask_llbc(llbc: str, mode: str, case: dict, lock: dict) -> dict:
    with tempfile.TemporaryDirectory(prefix="llbc-compare-") as name:
        folder = Path(name)
        file = folder / "Dockerfile"
        file.write_bytes(case["dockerfile"].encode())
        (folder / "lock.json").write_text(json.dumps(
            {"version": 1, "images": (lock or {}).get("images") or []}))
        if "dockerignore" in case:
            (folder / ".dockerignore").write_text(case["dockerignore"])
        command = [llbc, "--emit=bundle", f"--image-lock={folder}/lock.json",
                   f"--context={folder}"]
        command.append("--session=session" if mode == "gateway"
                       else "--local-unique-id=context")
        for key, value in case.get("opts", {}).items():
            command += ["--opt", f"{key}={value}"]
        done = subprocess.run([*command, str(file)], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"error": {"message": f"llbc: exit {done.returncode}: "
                          + done.stderr.decode(errors="replace")[-400:]}}


def differing(expected: dict, got: dict) -> list[str]:
    want, have = view(expected), view(got)
    return [part for part in PARTS
            if json.dumps(want[part], sort_keys=True)
            != json.dumps(have[part], sort_keys=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--llbc", required=True)
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--mode", choices=["direct", "gateway", "both"],
                        default="both")
    parser.add_argument("--request", metavar="ID", default="",
                        help="compare the answers to this request, such as "
                        "frontend.lint, for broken files as well")
    parser.add_argument("--keep", type=Path,
                        help="write each differing case and both answers here")
    args = parser.parse_args()
    modes = ["direct", "gateway"] if args.mode == "both" else [args.mode]
    wrong = unstable = total = 0
    for mode in modes:
        cases = [random_dockerfiles.case(args.seed + i, mode == "gateway")
                 for i in range(args.count)]
        for number, case in enumerate(cases if args.request else []):
            case.setdefault("opts", {})["requestid"] = args.request
            if number % 5 == 0:
                case["opts"]["platform"] = "linux/amd64,linux/arm64"
            if number % 7 == 0:
                case["dockerfile"] += "\nBOGUS\n"
        expected = ask_oracle(args.oracle, mode, cases)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = list(pool.map(
                lambda pair: ask_llbc(args.llbc, mode, pair[0],
                                      pair[1].get("lock")),
                zip(cases, expected)))
        for case, want, got in zip(cases, expected, answers):
            total += 1
            parts = differing(want, got)
            if not parts or "PANIC" in ((want.get("error") or {})
                                        .get("message", "")):
                continue
            # Of two entries of a Go map one comes first seven times in eight.
            again = ask_oracle(args.oracle, mode, [case] * 64)
            if any(not differing(other, got) for other in again) or any(
                    differing(other, want) for other in again):
                unstable += 1
                continue
            wrong += 1
            print(f"seed {case['case']} ({mode}): {', '.join(parts)}")
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{mode}-{case['case']}.json").write_text(
                    json.dumps({"case": case, "expected": want, "got": got},
                               indent=1))
    print(f"{total} files from seed {args.seed}, {wrong} differ, "
          f"{unstable} on which BuildKit disagrees with itself")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
