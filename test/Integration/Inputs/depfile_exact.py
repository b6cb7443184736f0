#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `llbc --depfile` with what a real buildkitd rebuilds.

    depfile_exact.py DIR

For each case a context is laid out under DIR and built until all is cached.
Then one regular file after the other gets a byte more: some step has to run
again if and only if the depfile names the file. BUILDKIT_HOST and IMAGE_LOCK
are those of buildkit-env.sh.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

# name, Dockerfile, .dockerignore or None, files, links
CASES = [
    ("wildcards", """FROM scratch
COPY src/*.c src/*/main.c /code/
COPY f?o [ab]ar /odd/
""", None,
     ["src/a.c", "src/b.h", "src/deep/main.c", "src/deep/other.c",
      "src/deep/er/main.c", "foo", "faao", "aar", "bar", "car", "README"],
     {}),
    ("directories and excludes", """FROM scratch
COPY --exclude=*.log --exclude=tmp tree /tree
ADD --exclude=**/*.o lib lib2 /lib/
COPY --parents a/./b/*.txt c/**/d.txt /parents/
""", None,
     ["tree/x", "tree/x.log", "tree/sub/y.log", "tree/tmp/z", "lib/k.o",
      "lib/k.c", "lib/s/k.o", "lib2/m", "a/b/1.txt", "a/b/2.md",
      "a/3.txt", "c/d.txt", "c/e/d.txt", "c/e/f.txt", "c2/d.txt"],
     {}),
    ("patterns that match what they start from", """FROM scratch
COPY --exclude=* top*/ /a/
COPY --exclude=in* dir /b/
COPY --parents x/*/z /c/
""", None,
     ["top1/f", "top2/in", "dir/in/a", "dir/out/in", "dir/w", "x/y/z",
      "x/y/w", "x/q/z/1", "x/z"],
     {}),
    ("links", """FROM scratch
COPY link/inner /inner
COPY dirlink/ /all/
COPY chain /chain
COPY l*k2 /l/
COPY holder /holder
""", None,
     ["real/inner", "real/other", "data/1", "data/sub/2", "end", "w", "w2",
      "behind"],
     {"link": "real", "dirlink": "/data", "chain": "hop", "hop": "./end",
      "lok2": "w", "holder/keep": "../behind"}),
    ("ignore exceptions", """FROM scratch
COPY . /all
""", "# comment\n*\n!src\nsrc/**/*.tmp\n!src/keep.tmp\n!/doc/*.md\n",
     ["top", "src/a", "src/x.tmp", "src/keep.tmp", "src/s/y.tmp", "doc/a.md",
      "doc/b.txt", "doc/s/c.md"],
     {}),
    ("exceptions of odd kinds", """FROM scratch
COPY . /all
""", "**/*.log\n!src/keep\n!src/more/*\nout*\n!out/a/b\n[x-z]\n!**/y\n",
     ["src/x.log", "src/keep/a.log", "src/more/b.log", "src/more/s/c.log",
      "out/a/b", "out/a/c", "out/d", "out2/a/b", "x", "y", "s/y", "z/y/w",
      "u"],
     {}),
    ("mounts and stages", """FROM scratch AS unused
COPY never /never
FROM busybox AS used
RUN --mount=type=bind,source=conf,target=/conf --mount=type=bind,source=one,target=/one cat /one
FROM scratch
COPY --from=used /etc/passwd /passwd
COPY late /late
""", None,
     ["never", "conf/a", "conf/b/c", "one", "late", "none"],
     {}),
    ("names", """FROM scratch
COPY ["with space", "dollar$", "/names/"]
COPY dir /dir
""", None,
     ["with space", "dollar$", "dir/a b", "dir/#hash", "dir/c:d",
      "dir/back\\ slash", "dir/[id].x", "dir/\u00fcml\u00e4ut", "other one"],
     {}),
]


def unescape(text: str) -> list[str]:
    """The prerequisites of a make rule, as make reads them."""
    text = text.split(":", 1)[1].replace("\\\n", " ")
    words, word, i = [], "", 0
    while i < len(text):
        char = text[i]
        if char in " \t\n":
            if word:
                words.append(word)
            word = ""
        elif char == "$" and text[i:i + 2] == "$$":
            word += "$"
            i += 1
        elif char == "\\" and text[i + 1:i + 2] in ("#", ":"):
            word += text[i + 1]
            i += 1
        elif char == "\\":
            end = i
            while text[end:end + 1] == "\\":
                end += 1
            count = end - i
            if text[end:end + 1] in (" ", "\t"):
                word += "\\" * (count // 2)
                if count % 2:
                    word += text[end]
                    end += 1
            else:
                word += "\\" * count
            i = end - 1
        else:
            word += char
        i += 1
    return words + ([word] if word else [])


def build(context: Path) -> list[str]:
    """The names of the steps that were not cached."""
    done = subprocess.run(
        ["buildctl", "build", "--frontend", "dockerfile.v0", "--progress",
         "rawjson", "--local", f"context={context}", "--local",
         f"dockerfile={context}"], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    ran, cached = {}, set()
    for line in done.stderr.splitlines():
        for vertex in json.loads(line).get("vertexes") or []:
            name = vertex.get("name", "")
            if name.startswith("[") and not name.startswith("[internal]") \
                    and " FROM " not in name:
                if vertex.get("started"):
                    ran[vertex["digest"]] = name
                if vertex.get("cached"):
                    cached.add(vertex["digest"])
    return [name for digest, name in ran.items() if digest not in cached]


def check(case, top: Path) -> int:
    name, dockerfile, ignore, files, links = case
    context = top / name.replace(" ", "-")
    shutil.rmtree(context, ignore_errors=True)
    for path in files:
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        (context / path).write_text(path + "\n")
    for path, target in links.items():
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        (context / path).symlink_to(target)
    (context / "Dockerfile").write_text(dockerfile)
    if ignore is not None:
        (context / ".dockerignore").write_text(ignore)
    depfile = top / "deps"
    subprocess.run(["llbc", "--depfile", depfile, "--depfile-target", "t",
                    "--image-lock", os.environ["IMAGE_LOCK"], "-o",
                    os.devnull, "Dockerfile"], cwd=context, check=True)
    named = set(unescape(depfile.read_text()))
    build(context)
    assert not build(context), f"{name}: an unchanged context is not cached"
    wrong = 0
    for path in files:
        with open(context / path, "a", encoding="utf-8") as file:
            file.write("x")
        ran = build(context)
        if bool(ran) != (path in named):
            wrong += 1
            print(f"{name}: {path!r} is {'' if path in named else 'not '}named"
                  f", and {ran or 'nothing'} ran again")
    print(f"{name}: {len(files)} files, "
          f"{sum(path in named for path in files)} named, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    TOP = Path(sys.argv[1])
    TOP.mkdir(parents=True, exist_ok=True)
    sys.exit(1 if sum([check(case, TOP) for case in CASES]) else 0)
