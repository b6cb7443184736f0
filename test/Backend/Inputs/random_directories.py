# SPDX-License-Identifier: Apache-2.0
"""Random directories to build: a context of odd files, archives and ignore rules,
and a Dockerfile that copies, unpacks, mounts and changes them in every way.
"""
import glob
import io
import json
import os
import random
import tarfile
from pathlib import Path

# In what follows @ stands for the case, see make_directory.
NAMES = ["a", "b", "c.txt", "D", "e e", "-f", ".g", "h[1]", "ü", "i.go", "j.md", "k,l", "m'n",
         "n\\o", "p?", "*q", "r\ns"]
FOLDERS = ["src@", "lib@", "deep@/er/est", "sp ace@", ".hid@", "empty@", "doc@"]
MODES = [0o644, 0o644, 0o600, 0o755, 0o400, 0o4755, 0o2711, 0o1777, 0o666]
TARGETS = ["/", "/app/", "/app/x/", "./", "/opt/t", "/opt/t/", "/etc/", "/tmp/", "/bin/", "rel/",
           "rel/deep/", "/srv/link/", "/srv/dangling", "/srv/dangling/", "/usr/local/../lib/",
           "/app/a", "/app/src", "/new/one/two/"]
# What may be copied, if the context has it.
SOURCES = ["a", "b", "c.txt", "src@", "src@/", "lib@/*", "*.txt", "deep@", "deep@/er/", "deep@/*/est",
           ".", "./", "s*", "empty@", "to-dir", "to-file", "chain", "outside", "src@/a", "[ab]",
           "?", "doc@/..", "./src@/./b", "/lib@", "to-dir/a", "*/a", "-f", ".g", "i.go", "abs",
           "dangling", "loop", "src@/up", "lib@/b", "to-dir/", "chain/", "D",
           "deep@/./er", "./src@/./*", "deep@/./*/est", "**/a", "*/", "d*/**"]
PATTERNS = ["src@", "*.md", "**/*.go", "!src@/a", "lib@/*", "!lib@/b", "deep@/**", "!deep@/er/est/a",
            "/doc@", "doc@/", "*", "!a", "!src@", "?", "[a-c]*", "# comment", "  b  ", "**/c.txt",
            "!**/c.txt", "deep@/er", "e e", "to-dir", "./lib@", "../a", "Dockerfile"]
COMMANDS = [
    "echo x > /out", "rm -rf /app", "rm -rf /opt/t && mkdir -p /opt/t && echo y > /opt/t/y",
    "mkdir -p /app/x && chmod 2770 /app/x", "ln -s /opt /srv/link", "ln -s gone /srv/dangling",
    "mkdir -p /app; echo 1 > /app/l1; ln /app/l1 /app/l2", "ln -f /app/l1 /l3", "rm -f /app/l1",
    "echo more >> /app/l2", "mv /app /moved", "mv /moved /app", "chown -R 7:8 /opt", "chmod -R go-w /app",
    "mkfifo /pipe", "mknod /dev-c c 1 3 && mknod /dev-b b 7 9", "touch -t 202001020304 /etc/passwd",
    "cp -a /etc /etc2", "rm -rf /etc2 && echo f > /etc2", "rm -f /etc2; mkdir /etc2",
    "rm /bin/wc; echo w > /bin/wc", "rm -rf /tmp && mkdir /tmp", "mkdir /e && rmdir /e", "true",
    "rm -rf /srv/* /srv/.[a-z]*", "mkdir -p '/n/ü e' && touch '/n/ü e/-x'", "id -u > /id; id -G >> /id",
    "pwd > /pwd-$$ 2>/dev/null; pwd > /tmp/pwd", "umask > /umask", "env | grep -v -e HOST -e OTEL -e TRACE | sort > /tmp/env",
    "cat /proc/self/mounts | cut -d' ' -f2,3 | grep -v -e ^/proc -e ^/sys -e ^/dev | sed '/^.etc/s/ .*//' | sort > /m",
    "ls -la /app /opt 2>/dev/null | wc -l", "find / -xdev -name '[a-c]' | sort > /found",
    "echo x:x:77:78::/:/bin/sh >> /etc/passwd", "setuidgid nobody id 2>/dev/null || true",
    "dd if=/dev/zero of=/sparse bs=1 count=1 seek=1M 2>/dev/null",
    "rm -rf /app/x && ln -s /opt/t /app/x", "rm -rf /opt && ln -s app /opt", "mv /opt /app/opt",
    "cp -a /app /opt/copy", "ln /app/a /opt/t/hard", "echo z > /app/l2; rm /app/l1", "chmod 0 /app",
    "chown 0:5 /app", ": > /app/a", "cp /bin/busybox /app/bb && chmod 4755 /app/bb", "touch /.wh.z",
    "mkdir -p /app/x && touch /app/x/.wh..wh..opq", "rm -rf /app && mkdir -p /app/x/new",
    "mv /app/a /app/b && ln /app/b /app/a", "rm -rf /usr /home; mkdir /home", "hostname > /host",
    "cat /etc/hosts /etc/resolv.conf > /net", "ulimit -n > /limit", "echo $0 $# > /args",
]
FAILING = ["exit 3", "no-such-command"]
SETUP = "RUN mkdir -p /app/x /opt/t; echo 1 > /app/a; ln /app/a /l3; ln -s /opt /srv; echo 2 > /opt/t/o"
MOUNTS = [
    "type=bind,target=/m", "type=bind,source=src@,target=/m/s", "type=bind,source=a,target=/m/a",
    "type=bind,target=/app,rw", "type=bind,from=busybox,source=bin,target=/m/bin",
    "type=cache,target=/cache", "type=cache,target=/cache,id=k,uid=7,gid=8,mode=0700",
    "type=cache,target=rel-cache,sharing=locked", "type=cache,target=/c2,from=busybox,source=etc",
    "type=tmpfs,target=/t", "type=tmpfs,target=/app/tmp,size=1000000", "type=secret,id=none,target=/s",
    "type=ssh",
]
MOUNT_COMMANDS = ["ls -A /m /m/s /t /cache 2>/dev/null | sort > /listed", "cp -R /m /copied 2>/dev/null; true",
                  "echo k > /cache/k 2>/dev/null; stat -c '%a %u %g' /cache > /st 2>/dev/null; true",
                  "echo z > /app/z; true", "cp -a /m /app/; ls -l /m/s > /app/m; true",
                  "rm -rf /m /t /cache /app/tmp 2>/dev/null; true", "true"]


def chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def make_archive(rng: random.Random, path: Path) -> None:
    """A tar of entries in an order that need not make sense."""
    packing = rng.choice(["", "gz", "bz2", "xz"])
    entries = ["top", "top/a", "top/b", "top/sub", "top/sub/c", "app/x/from-tar", "opt/t", "./dot/d",
               "etc/passwd", "src", "no/parent/f", "n" * 120 + "/" + "m" * 90]
    files: list[str] = []
    with tarfile.open(path, "w:" + packing, format=rng.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT,
                                                               tarfile.USTAR_FORMAT])) as tar:
        for name in rng.sample(entries, rng.randrange(3, 10)):
            info = tarfile.TarInfo(name)
            info.mode, info.mtime = rng.choice(MODES), rng.randrange(10**9)
            info.uid, info.gid = rng.choice([(0, 0), (5, 6), (70000, 3)])
            kind = rng.choice("ffffddlhpc")
            if kind == "d":
                info.type = tarfile.DIRTYPE
            elif kind in "lh":
                info.type = tarfile.SYMTYPE if kind == "l" else tarfile.LNKTYPE
                info.linkname = rng.choice(["top/a", "a", "../x", "/etc/passwd", "top", "etc/passwd"])
                if kind == "h" and files and chance(rng, 0.9):
                    info.linkname = rng.choice(files)
            elif kind == "p":
                info.type = tarfile.FIFOTYPE
            elif kind == "c":
                info.type, info.devmajor, info.devminor = tarfile.CHRTYPE, 1, 3
            data = b""
            if kind == "f":
                files.append(name)
                data = rng.randbytes(rng.choice([0, 10, 5000]))
                info.size = len(data)
                if chance(rng, 0.2) and tar.format == tarfile.PAX_FORMAT:
                    info.pax_headers = {"SCHILY.xattr.user.k": "v"}
            try:
                tar.addfile(info, io.BytesIO(data))
            except ValueError:
                continue  # ustar has no room for the name
    if chance(rng, 0.1):
        data = path.read_bytes()
        path.write_bytes(data[:rng.randrange(len(data))])


def make_context(rng: random.Random, root: Path, tag: str) -> None:
    for folder in ["", *rng.sample(FOLDERS, rng.randrange(3, len(FOLDERS) + 1))]:
        place = root / folder.replace("@", tag)
        place.mkdir(parents=True, exist_ok=True)
        if folder != "empty@":
            for name in rng.sample(NAMES, rng.randrange(2, 7)):
                size = rng.choice([0, 1, 100, 70000])
                (place / name).write_bytes((name.encode() * 70000)[:size])
                (place / name).chmod(rng.choice(MODES))
        if folder:
            place.chmod(rng.choice([0o755, 0o755, 0o700, 0o2775, 0o1777]))
    for name, target in (("to-dir", "src@"), ("to-file", "a"), ("chain", "to-dir"), ("src@/up", "../lib@"),
                         ("outside", "../../etc/passwd"), ("dangling", "gone"), ("loop", "loop"),
                         ("abs", "/src@/a")):
        link = root / name.replace("@", tag)
        if chance(rng, 0.7) and link.parent.is_dir():
            os.symlink(target.replace("@", tag), link)
    if (root / "a").exists() and chance(rng, 0.3):
        os.setxattr(root / "a", "user.mark", b"yes")
    for name in ("t1-@.tar", "t2-@.tgz"):
        make_archive(rng, root / name.replace("@", tag))
    if chance(rng, 0.2):
        name = rng.choice([".dockerignore", ".dockerignore", "Dockerfile.dockerignore"])
        patterns = rng.sample(PATTERNS, rng.randrange(1, 6))
        (root / name).write_text("\n".join(patterns).replace("@", tag) + "\n")


def copy_flags(rng: random.Random) -> list[str]:
    flags = []
    if chance(rng, 0.25):
        flags.append("--chown=" + rng.choice(["7", "7:8", "nobody", "nobody:nogroup", "0:9", "x:root"]))
    if chance(rng, 0.25):
        flags.append("--chmod=" + rng.choice(["640", "755", "4711", "u+x", "go-rwx,u=rwX", "a=rX"]))
    if chance(rng, 0.15):
        flags.append("--link")
    return flags


def filter_flags(rng: random.Random, word: str, chosen: list[str], patterns: list[str]) -> list[str]:
    # What buildkitd finds of / in an image depends on what it built before.
    flags = ["--parents"] if word == "COPY" and "/" not in chosen and chance(rng, 0.15) else []
    count = rng.choice([0, 0, 0, 0, 0, 0, 1, 2])
    return flags + ["--exclude=" + pattern for pattern in rng.sample(patterns, count)]


def copy_line(rng: random.Random, sources: list[str], stages: list[str]) -> str:
    """A COPY or ADD of some of `sources`, or from one of `stages`."""
    flags = copy_flags(rng)
    word = rng.choice(["COPY", "COPY", "COPY", "ADD"])
    target = rng.choice(TARGETS)
    if word == "ADD" and chance(rng, 0.7):
        if chance(rng, 0.3):
            flags.append("--unpack=" + rng.choice(["true", "false"]))
        return " ".join([word, *flags, rng.choice(["t1-@.tar", "t2-@.tgz", "t[12]*"]), target])
    if word == "COPY" and stages and chance(rng, 0.35):
        flags.append("--from=" + rng.choice(stages[:1] * 2 + stages[-1:]))
        chosen = rng.choice([["/etc/passwd"], ["/etc"], ["/"], ["/bin/wc"], ["/bin/w*", "/root"],
                             ["/tmp/."], ["/[er]*"], ["/[a-e]*/"], ["/bin/../bin/wc"], ["/root/"]]
                            + [["/app"], ["/opt/"], ["/srv/t"], ["/l3"]] * chance(rng, 0.5))
        filters = filter_flags(rng, word, chosen, ["**/passwd", "etc", "w*", "!**/a", "app/x", "*/t"])
        flags += filters[:1] if filters[:1] == ["--parents"] else filters
        if len(chosen) > 1 and not target.endswith("/"):
            target += "/"
        return " ".join([word, *flags, *chosen, target])
    chosen = rng.sample(sources, min(len(sources), rng.choice([1, 1, 1, 2, 3])))
    if chance(rng, 0.03):
        chosen.append(rng.choice(["nothing*", "missing"]))
    flags += filter_flags(rng, word, chosen, ["*.txt", "**/a", "er", "src@/b", "!a", "*", "**/est/**",
                                              "deep@/*", "[a-c]"])
    if len(chosen) > 1 and not target.endswith("/"):
        target += "/"
    if chance(rng, 0.05):
        return " ".join([word, *flags, json.dumps([*chosen, "/app/json/"])])
    return " ".join([word, *flags, *chosen, target])


def run_line(rng: random.Random, sources: list[str], stages: list[str]) -> str:
    if chance(rng, 0.35):
        mounts = [mount for mount in rng.sample(MOUNTS, rng.choice([1, 1, 2]))
                  if ("source=a," not in mount or "a" in sources)
                  and ("source=src@," not in mount or "src@" in sources)]
        flags = ["--mount=" + mount for mount in mounts]
        if chance(rng, 0.3):
            flags.append(f"--mount=type=bind,from={stages[-1]},target=/m/st" +
                         rng.choice(["", ",rw", ",rw", ",source=/app"]))
        return " ".join(["RUN", *flags, rng.choice(MOUNT_COMMANDS)])
    command = rng.choice(FAILING) if chance(rng, 0.02) else rng.choice(COMMANDS)
    if chance(rng, 0.9):
        command = "{ " + command + "; } 2>/dev/null; true"
    if chance(rng, 0.1):
        return f"RUN <<EOF\n{command}\necho $0 >> /out\nEOF"
    if chance(rng, 0.05):
        return "RUN " + json.dumps(["/bin/sh", "-c", command])
    return "RUN " + rng.choice(["", "", "", "--network=none "]) + command


def other_line(rng: random.Random) -> str:
    return rng.choice([
        "WORKDIR /app", "WORKDIR rel", "WORKDIR /srv/link", "WORKDIR /new/w", "USER nobody", "USER 7:8",
        "USER root", "ENV A=1 B=$A", "ARG V=2", "LABEL k=$V", "VOLUME /app /vol", "EXPOSE 80",
        "SHELL [\"/bin/ash\", \"-c\"]", "STOPSIGNAL 9", "CMD x", "ENTRYPOINT [\"/bin/sh\"]",
        "COPY <<E /app/heredoc\n$A\nE", "COPY --chmod=600 <<'E' <<F /opt/t/\nx\nE\ny\nF"])


def make_dockerfile(rng: random.Random, sources: list[str]) -> str:
    lines, names = [], ["busybox"]
    for stage in range(rng.choice([1, 1, 2, 3])):
        bases = ["busybox", "busybox", "busybox", "scratch", *names[1:]]
        base = rng.choice(bases)
        lines.append(f"FROM {base} AS s{stage}")
        if base == "busybox" and chance(rng, 0.6):
            lines.append(SETUP)
        for _ in range(rng.randrange(2, 9)):
            roll = rng.random()
            if roll < 0.5 or (base == "scratch" and roll < 0.8):
                lines.append(copy_line(rng, sources, names))
            elif roll < 0.8:
                lines.append(run_line(rng, sources, names))
            else:
                lines.append(other_line(rng))
        names.append(f"s{stage}")
    return "\n".join(lines) + "\n"


def make_directory(seed: int, root: Path) -> None:
    """`root` must not exist. Its directories have the seed in their names: buildkitd
    keeps what it received and brings it up to date, which changes the times of
    directories that it has from the case before. Nor does it take a file again that
    has the same name, size and time, so such files are the same in all cases."""
    rng, tag = random.Random(seed), str(seed)
    root.mkdir(parents=True)
    make_context(rng, root, tag)
    sources = [source for source in SOURCES
               if any(chance(rng, 0.02) or (root / path).exists()
                      for path in glob.glob(source.lstrip("/").replace("@", tag), root_dir=root))]
    (root / "Dockerfile").write_text(make_dockerfile(rng, sources).replace("@", tag))
    if chance(rng, 0.15):
        options = rng.choice([{"target": "s0"}, {"build-arg:V": "9"}, {"label:z": "y"},
                              {"no-cache": ""}, {"build-arg:A": "env"}, {"target": "none"},
                              {"build-arg:SOURCE_DATE_EPOCH": "1500000000"}, {"hostname": "h"},
                              {"add-hosts": "x=10.0.0.1"}, {"ulimit": "nofile=100:200"}, {"shm-size": "1000000"}])
        (root / "case.json").write_text(json.dumps({"opts": options}))
