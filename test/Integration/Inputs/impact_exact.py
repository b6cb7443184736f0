#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `llbc --impact` with what a real buildkitd runs again.

    impact_exact.py DIR COUNT [SEED]

Contexts are laid out under DIR and built. Then COUNT times a file of one of them
is changed at random, by a byte at its end or by one of its lines, and built
again. What `--impact` says rebuilds has to run again, and what runs again has to
be named; where RUN steps pass on all that they read, nothing else may be named.
BUILDKIT_HOST and IMAGE_LOCK are those of buildkit-env.sh.
"""
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = ["src/main.c", "src/util.c", "src/util.h", "src/gen/table.c", "src/gen/README.md",
           "conf/a.conf", "conf/b.conf", "conf/extra.ini", "docs/index.md", "docs/api/one.md",
           "docs/api/two.md", "web/app.js", "web/app.css", "LICENSE", "notes.txt", "Makefile"]
LINKS = {"current": "web", "docs/latest.md": "api/two.md", "src/license": "../LICENSE"}

# name, whether RUN passes on all that it reads, Dockerfile, .dockerignore
CASES = [
    ("stages", True, """FROM busybox AS build
COPY src /src
RUN cat /src/*.c /src/*.h /src/gen/* > /out
FROM busybox AS doc
COPY docs /docs
RUN find /docs -type f | sort | xargs cat > /docs.txt
FROM scratch
COPY LICENSE /
COPY --from=build /out /out
COPY --from=doc /docs.txt /docs.txt
COPY --from=doc /docs/index.md /index.md
COPY --from=build /src/util.h /include/
COPY web/*.css /web/
""", None),
    ("a chain", True, """FROM busybox
COPY Makefile .
RUN cat Makefile > /one
COPY conf/*.conf /etc/app/
COPY src/util.? /src/
RUN cat /etc/app/* /src/* > /two
COPY --exclude=*.md docs /docs
COPY notes.txt LICENSE /texts/
""", "src/gen\n"),
    ("links", True, """FROM busybox AS a
COPY current/app.js /js/
COPY docs/latest.md /latest
COPY --link web /web
RUN cat /js/* /latest /web/* > /all
FROM busybox
COPY --link --from=a /all /all
COPY --link src/license /license
COPY --link conf /conf
RUN cat /all
""", "*.css\n!web/*.css\nnotes.txt\n"),
    ("mounts", True, """FROM busybox AS tool
COPY Makefile /tool/Makefile
COPY notes.txt /tool/notes
FROM busybox
RUN --mount=type=bind,source=src,target=/src cat /src/*.c /src/*.h /src/gen/* > /one
RUN --mount=type=bind,source=conf/a.conf,target=/a cat /a > /two
RUN --mount=type=bind,from=tool,source=/tool/notes,target=/n cat /n > /three
COPY --parents docs/./api/*.md web/*.js /p/
""", None),
    ("what a step drops", False, """FROM busybox AS build
COPY . /all
RUN ls /all/src > /list && head -c 1 /all/LICENSE > /first
FROM busybox
COPY --from=build /list /list
RUN wc -l /list
COPY --from=build /first /first
COPY --from=build /all/conf /conf
""", "*.txt\ndocs/api\n"),
    ("what is written over", False, """FROM busybox AS build
COPY src/main.c /f
COPY src/util.c /f
COPY conf /c/
COPY docs /c/
RUN rm -r /c/api
FROM scratch
COPY --from=build /f /f
COPY --from=build /c /c
""", None),
]


def lay_out(context: Path, dockerfile: str, ignore: "str | None") -> None:
    shutil.rmtree(context, ignore_errors=True)
    for path in SOURCES:
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        (context / path).write_text(f"first of {path}\nsecond\nthird\n")
    for path, target in LINKS.items():
        (context / path).symlink_to(target)
    (context / "Dockerfile").write_text(dockerfile)
    if ignore:
        (context / ".dockerignore").write_text(ignore)


def build(context: Path) -> "set[str]":
    """The names of the steps that were not cached."""
    done = subprocess.run(
        ["buildctl", "build", "--frontend", "dockerfile.v0", "--progress", "rawjson", "--local",
         f"context={context}", "--local", f"dockerfile={context}"], capture_output=True,
        check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    ran: "dict[str, str]" = {}
    cached = set()
    for line in done.stderr.splitlines():
        for vertex in json.loads(line).get("vertexes") or []:
            name = vertex.get("name", "")
            if not name.startswith("[") or name.startswith("[internal]") or " FROM " in name:
                continue
            if vertex.get("started"):
                ran[vertex["digest"]] = name
            if vertex.get("cached"):
                cached.add(vertex["digest"])
    return {name for digest, name in ran.items() if digest not in cached}


def foretell(context: Path, path: str) -> "dict[str, str]":
    done = subprocess.run(["llbc", f"--impact={path}", "--json", "--image-lock",
                           os.environ["IMAGE_LOCK"], "Dockerfile"], cwd=context, check=True,
                          capture_output=True)
    effects: "dict[str, str]" = {}
    for step in json.loads(done.stdout)["steps"]:
        # Two operations may be one step: it is the one that is certain.
        if effects.get(step["step"]) != "rebuilds":
            effects[step["step"]] = step["effect"]
    return effects


def change(file: Path, number: int) -> None:
    """No content comes twice: the daemon would know it."""
    if random.random() < 0.5:
        with open(file, "a", encoding="utf-8") as out:
            out.write(f"{number}")
        return
    lines = file.read_text().split("\n")
    lines[random.randrange(len(lines))] = f"changed in turn {number}"
    file.write_text("\n".join(lines))


def main() -> int:
    top, count = Path(sys.argv[1]), int(sys.argv[2])
    seed = sys.argv[3] if len(sys.argv) > 3 else str(random.randrange(10**9))
    print(f"seed {seed}")
    random.seed(seed)
    contexts = []
    for name, passes, dockerfile, ignore in CASES:
        context = top / name.replace(" ", "-")
        lay_out(context, dockerfile, ignore)
        build(context)
        assert not build(context), f"{name}: an unchanged context is not cached"
        contexts.append((name, passes, context))
    wrong = again = certain = possible = compared = 0
    for number in range(count):
        name, passes, context = random.choice(contexts)
        path = random.choice(SOURCES)
        effects = foretell(context, path)
        change(context / path, number)
        ran = build(context)
        rebuilds = {step for step, effect in effects.items() if effect == "rebuilds"}
        again, certain = again + len(ran), certain + len(rebuilds)
        possible += len(effects) - len(rebuilds)
        compared += passes
        for what, steps in (("did not run again", rebuilds - ran),
                            ("ran again and was not named", ran - set(effects)),
                            ("was named for nothing", set(effects) - ran if passes else set())):
            wrong += len(steps)
            for step in sorted(steps):
                print(f"{name}, {path}, turn {number}: {step} {what}")
    print(f"{count} changes, {again} steps ran again; {certain} were named rebuilds, "
          f"{possible} may rebuild; {compared} changes compared both ways; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
