#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_frontends.py CASES COUNT [N]: asks BuildKit's own frontend and ours, both
inside one daemon, for the LLB of COUNT recorded Dockerfiles, or an Nth of that, and
compares operations, their metadata and places, or the errors. Every client is a
session of its own, whose id is part of local sources: it is left out before
operations get names that stand for their digests. FRONTEND names our image."""
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import tempfile


def canonical(text: str) -> object:
    """What the answer says, with names that don't depend on the session."""
    # buildctl prints each value of the result under its key.
    answer, _ = json.JSONDecoder().raw_decode(text[text.index("{"):])
    ops, names = answer["def"], {}

    def name(digest: str) -> str:
        stack = [digest]
        while stack:
            inputs = [i["digest"] for i in ops[stack[-1]].get("inputs", [])]
            missing = [i for i in inputs if i not in names]
            if missing:
                stack += missing
                continue
            current = stack.pop()
            op = json.loads(json.dumps(ops[current]))
            for entry in op.get("inputs", []):
                entry["digest"] = names[entry["digest"]]
            op.get("source", {}).get("attrs", {}).pop("local.session", None)
            names[current] = hashlib.sha256(json.dumps(op, sort_keys=True).encode()).hexdigest()
        return names[digest]

    def rename(entries: dict) -> dict:
        return {name(digest): value for digest, value in entries.items() if digest in ops}

    for metadata in answer["metadata"].values():
        # BuildKit draws the id of a group at random.
        metadata.get("progress_group", {}).pop("id", None)
    for info in answer["source"].get("infos", []):
        info.pop("definition", None)
    return {"ops": sorted(map(name, ops)), "metadata": rename(answer["metadata"]),
            "locations": rename(answer["source"].get("locations", {})),
            "infos": answer["source"].get("infos")}


def is_apt(case: dict) -> bool:
    """Whether the images it needs are in the registry at hand. A `#syntax=` line
    would be followed by BuildKit's frontend alone."""
    here = {f"docker.io/library/{name}:latest" for name in ("alpine", "busybox")}
    images = (case.get("lock") or {}).get("images") or []
    error = (case["expected"].get("error") or {}).get("message", "")
    return (all(image["ref"] in here for image in images)
            and "not in the image lock" not in error and "syntax" not in case["dockerfile"]
            and "SYNTAX" not in json.dumps(case.get("opts") or {}))


def ask_twice(frontend: list[str], case: dict) -> object:
    """BuildKit's own frontend now and then waits for itself without end."""
    try:
        return ask(frontend, case)
    except subprocess.TimeoutExpired:
        return ask(frontend, case)


def ask(frontend: list[str], case: dict) -> object:
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/Dockerfile", "w", newline="", encoding="utf-8") as f:
            f.write(case["dockerfile"])
        if case.get("dockerignore") is not None:
            with open(f"{folder}/.dockerignore", "w", newline="", encoding="utf-8") as f:
                f.write(case["dockerignore"])
        command = ["buildctl", "build", "--progress", "plain", *frontend,
                   "--local", f"context={folder}", "--local", f"dockerfile={folder}"]
        for key, value in (case.get("opts") or {}).items():
            if key != "requestid":
                command += ["--opt", f"{key}={value}"]
        run = subprocess.run([*command, "--opt", "requestid=frontend.convertllb"],
                             capture_output=True, text=True, timeout=60, check=False)
    if run.returncode == 0:
        return canonical(run.stdout)
    lines = run.stderr.splitlines()
    # Which of buildctl's two calls learns of the failure first is chance.
    errors = [line.replace("failed to run Build function: ", "failed to solve: ")
              for line in lines if line.startswith("error: ")]
    return {"error": errors, "shown": [line for line in lines if "| " in line]}


def main() -> int:
    cases = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    cases = [c for c in cases if is_apt(c)]
    count = int(sys.argv[2]) // int(sys.argv[3] if len(sys.argv) > 3 else 1)
    sample = cases[::max(1, len(cases) // count)][:count]
    ours = ["--frontend", "gateway.v0", "--opt", f"source={os.environ['FRONTEND']}/dockerfile"]
    theirs = ["--frontend", "dockerfile.v0"]

    def compare(case: dict) -> tuple[bool, bool]:
        expected, got = ask_twice(theirs, case), ask(ours, case)
        if expected != got:
            print(case["case"], json.dumps(expected)[:2000], json.dumps(got)[:2000], sep="\n  ")
        return expected == got, "ops" in expected

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        results = list(pool.map(compare, sample))
    differ = sum(not same for same, _ in results)
    built = sum(built for _, built in results)
    print(f"{len(results)} cases, {built} with LLB, {differ} differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
