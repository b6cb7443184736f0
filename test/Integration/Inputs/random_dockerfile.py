# SPDX-License-Identifier: Apache-2.0
"""Random build contexts and Dockerfiles, made to bring about what passes must be
careful with: destinations that overlap or are links, directories of several modes
and owners, archives, capabilities, hard links, owners by name, equal stages.
"""
import os
import random
import struct
import tarfile
from pathlib import Path

DIRS = ["/", "/d/", "/d/e/", "/opt/", "/srv/x/", "/etc/", "/l/", "/tmp/", "/d/link/", "/new"]
FILES = ["/d/a", "/d/b", "/d/e/a", "/opt/a", "/new/a", "/new/b", "/l/a", "/bin/own", "/d",
         "/d/link/a", "/l"]
SOURCES = ["a", "b", "sub", "sub/c", "f*", "sub/", "x/y", "x", "sub/link", "*/c", "link"]


def make_context(rng: random.Random, root: Path, time: int) -> None:
    for name in ["a", "b", "f1", "f2", "sub/c", "sub/e/a", "sub/e/d", "x/y"]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} {rng.randrange(1000)}\n")
        path.chmod(rng.choice([0o644, 0o600, 0o755, 0o4755]))
    # A file that nothing copies alone: a layer does not hold what was written over
    # by its own like, so that one name of two replaced so would still be linked.
    os.link(root / "sub/e/d", root / "sub/e/hard")
    os.symlink("e", root / "sub/link")
    os.symlink("sub/e", root / "link")
    (root / "sub/e").chmod(rng.choice([0o755, 0o700]))
    # A file capability, as the kernel stores it: version 2, permitted bit 10.
    capability = struct.pack("<5I", 0x02000000, 1 << 10, 0, 0, 0).decode("latin-1")
    with tarfile.open(root / "t.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode in (("d", 0o711), ("d/t", 0o644), ("d/able", 0o755)):
            info = tarfile.TarInfo(name)
            info.mode, info.mtime = mode, time
            if name == "d":
                info.type = tarfile.DIRTYPE
            if name == "d/able":
                info.pax_headers = {"SCHILY.xattr.security.capability": capability}
            tar.addfile(info)
    for folder, names, files in os.walk(root):
        for name in names + files:
            os.utime(Path(folder, name), (time, time), follow_symlinks=False)


def copy_line(rng: random.Random, stages: int, base: str) -> str:
    flags = []
    if rng.random() < 0.25:
        flags.append("--chown=" + rng.choice(["7", "7:8", "0:9"] if base == "scratch"
                                             else ["7", "7:8", "nobody", "nobody:nogroup"]))
    if rng.random() < 0.2:
        flags.append("--chmod=" + rng.choice(["640", "755", "700"]))
    if rng.random() < 0.15:
        flags.append("--link")
    if stages and rng.random() < 0.3:
        flags.append(f"--from={rng.randrange(stages)}")
        return " ".join(["COPY", *flags, rng.choice(["/d*", "/opt*", "/d/*", "/out*", "/etc/pass*"]),
                         rng.choice(DIRS)])
    roll = rng.random()
    if roll < 0.08:
        return "ADD t.tar " + rng.choice(DIRS)
    if roll < 0.13:
        return " ".join(["COPY", *flags, "--parents", "sub/*", rng.choice(DIRS)])
    if roll < 0.18:
        return " ".join(["COPY", *flags, "--exclude=*/a", "sub", rng.choice(DIRS)])
    if roll < 0.55:
        source = rng.choice([s for s in SOURCES if s not in ("f*",)])
        return " ".join(["COPY", *flags, source, rng.choice(FILES)])
    sources = rng.sample(SOURCES, rng.choice([1, 1, 2]))
    into = [name for name in DIRS if name.endswith("/")] if len(sources) > 1 else DIRS
    return " ".join(["COPY", *flags, *sources, rng.choice(into)])


def stage_lines(rng: random.Random, stages: int, base: str, runs: bool) -> list[str]:
    lines = []
    runs = runs and base == "busybox"
    if runs and rng.random() < 0.3:
        lines.append("RUN " + rng.choice([
            "mkdir -m 700 /d", "ln -s opt /l", "mkdir -p /d/e && chown 5 /d/e",
            "echo 1 > /out1", "echo nobody:x:77:77::/:/bin/sh > /etc/passwd",
            "mkdir /d; mkfifo /d/pipe; mknod /d/null c 1 3",
            "mkdir /d; echo x > /d/1; ln /d/1 /d/2"]))
    for _ in range(rng.randrange(2, 8)):
        roll = rng.random()
        if roll < 0.15:
            lines.append("WORKDIR " + rng.choice(["/d", "/d/e", "/srv/x", "/new"]))
        elif roll < 0.2:
            lines.append("ENV A=1")
        elif roll < 0.25 and runs:
            lines.append("RUN " + rng.choice(["true", "rm -rf /d/a", "echo 2 > /out2",
                                              "rm -rf /opt /l && mkdir /l"]))
        else:
            lines.append(copy_line(rng, stages, base))
    return lines


def make_dockerfile(rng: random.Random) -> str:
    """One platform."""
    lines = []
    count = rng.choice([1, 1, 2])
    for stage in range(count):
        base = rng.choice(["scratch", "busybox", "busybox"])
        body = [f"FROM {base}", *stage_lines(rng, stage, base, runs=True)]
        lines += body
        if stage + 1 < count and rng.random() < 0.3:
            # The same stage once more under another name, and a user of both.
            lines += [*body, f"FROM {base}", "COPY --from=0 /d* /d/", "COPY --from=1 /opt* /opt/"]
            break
    return "\n".join(lines) + "\n"


def make_for_platforms(rng: random.Random) -> str:
    """Several platforms; only the build platform's stage runs anything."""
    lines = ["FROM --platform=$BUILDPLATFORM busybox AS tool",
             *stage_lines(rng, 0, "busybox", runs=True),
             "RUN mkdir -p /d && echo tool > /d/tool",
             rng.choice(["FROM busybox", "FROM scratch"]), "ARG TARGETARCH",
             *stage_lines(rng, 1, "scratch", runs=False),
             "COPY --from=tool /d/tool /bin/tool-$TARGETARCH",
             rng.choice(["COPY a /$TARGETARCH/", "ENV ARCH=$TARGETARCH", "WORKDIR /$TARGETARCH"])]
    return "\n".join(lines) + "\n"
