#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds whose steps try to reach the machine's files.

    escapes.py FOLDER LLBC...

A folder of this machine holds a file with a word that no build is given. Each
case is a Dockerfile that looks for the word, or tries to change or remove what is
in the folder, over paths that earlier steps prepared. Prints each case where the
word is seen, the folder is changed, or the build does not end as it should.
"""
import os
import shutil
import subprocess
import sys

FOLDER, LLBC = os.path.abspath(sys.argv[1]), sys.argv[2:]
CANARY, WORD = os.path.join(FOLDER, "canary"), "word-5f2c81"
UP = "/".join([".."] * 30)
HEAD = ("FROM scratch AS base\nCOPY sh /bin/busybox\n"
        "RUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\n")
LOOK = f"cat /m{CANARY}/f /m/canary/f /m/f {UP}{CANARY}/f {CANARY}/f 2>/dev/null; true"
LINKS = {"to-root": "/", "to-up": UP, "to-canary": CANARY, "to-proc": "/proc/self/root",
         "to-cwd": "/proc/self/cwd"}


def made(links: dict) -> str:
    return "RUN " + " && ".join(f"ln -s {to} /{name}" for name, to in links.items()) + "\n"


def cases() -> dict[str, tuple[str, set[int]]]:
    """Dockerfiles with the exit statuses that are right."""
    found = {}
    for number in range(3, 21):
        found[f"workdir-fd-{number}"] = (
            HEAD + f"WORKDIR /proc/self/fd/{number}\nRUN {LOOK}; cat ../../../..{CANARY}/f; true\n",
            {0, 1})
    for name in LINKS:
        found[f"bind-source-{name}"] = (
            HEAD + made(LINKS) + "FROM base\n"
            f"RUN --mount=type=bind,from=base,source=/{name},target=/m,rw {LOOK}\n", {0, 1})
        found[f"cache-source-{name}"] = (
            HEAD + f"FROM base\nRUN --mount=type=cache,id={name},from=base,target=/c "
            f"ln -s {LINKS[name]} /c/{name}\n"
            f"RUN --mount=type=cache,id={name},from=base,source={name},target=/m {LOOK}\n", {0, 1})
        found[f"copy-from-{name}"] = (
            HEAD + made(LINKS) + f"FROM base\nCOPY --from=base /{name}{CANARY} /{name}/f /got/\n"
            "RUN cat /got/*\n", {1})
        found[f"copy-to-{name}"] = (
            HEAD + made(LINKS) + f"COPY sh /{name}{CANARY}/f\nADD a.tar /{name}{CANARY}/\n", {0, 1})
        found[f"user-file-{name}"] = (
            HEAD + f"RUN mkdir -p /etc && ln -s {LINKS[name]}{CANARY}/f /etc/passwd\n"
            f"USER {WORD}\nRUN true\n", {1})
    for mount in ("../../../..", "/etc", "a/../../b", "." * 300, "%2e%2e"):
        found["cache-id-" + mount[:12].replace("/", "_")] = (
            HEAD + f"RUN --mount=type=cache,id={mount},target=/m {LOOK}; touch /m/f /m/e\n", {0})
    for what in ("tmpfs", "cache", "bind,from=base"):
        found["stub-" + what.split(",")[0]] = (
            HEAD + "FROM base\n" f"RUN --mount=type={what},target=/d{CANARY}/e mv /d /gone && ln -s / /d\n"
            f"RUN --mount=type={what},target=/x/e mv /x /xgone && ln -s {CANARY} /x\n", {0})
    mount = "RUN --mount=type=cache,id=race,from=base,"
    found["cache-source-race"] = (
        HEAD + f"FROM base AS prepare\n{mount}target=/c mkdir /c/in /c/out && ln -s in /c/sel\n"
        f"FROM prepare AS swap\n{mount}target=/c for i in $(seq 300); do "
        f"ln -sfn {CANARY} /c/sel; ln -sfn /proc/self/root{CANARY} /c/sel; ln -sfn in /c/sel; done\n"
        + "".join(f"FROM prepare AS look{i}\n{mount}source=sel,target=/m {LOOK}; echo {i}\n"
                  for i in range(6))
        + "FROM scratch\nCOPY --from=swap /bin/sh /swap\n"
        + "".join(f"COPY --from=look{i} /bin/sh /{i}\n" for i in range(6)), {0, 1})
    # Mount points are made below a link that somebody else swaps.
    found["mount-point-race"] = (
        HEAD + f"FROM base AS prepare\n{mount.replace('race', 'points')}target=/c mkdir /c/in && ln -s in /c/sel\n"
        f"FROM prepare AS swap\n{mount.replace('race', 'points')}target=/c for i in $(seq 300); do "
        f"ln -sfn {CANARY} /c/sel; ln -sfn /proc/self/root{CANARY} /c/sel; ln -sfn in /c/sel; done\n"
        + "".join(f"FROM prepare AS look{i}\n{mount.replace('race', 'points')}target=/c "
                  f"--mount=type=tmpfs,target=/c/sel/new{i}/sub {LOOK}\n" for i in range(6))
        + "FROM scratch\nCOPY --from=swap /bin/sh /swap\n"
        + "".join(f"COPY --from=look{i} /bin/sh /{i}\n" for i in range(6)), {0, 1})
    # A device of the step's own making is put over what is masked (the step would
    # say the word, which its text has in two parts).
    pattern = "/proc/sys/kernel/core_pattern"
    found["masked"] = (
        HEAD + "RUN --mount=type=cache,id=dev,target=/c for n in null zero full tty console ptmx; do "
        f"ln -s {pattern} /c/$n; done\n"
        "RUN --mount=type=cache,id=dev,target=/dev for f in /proc/kcore /proc/keys /proc/timer_list "
        "/proc/latency_stats /proc/sched_debug /dev/null /dev/console; do "
        f"if test -c $f || test -d $f; then :; elif test \"$(head -c 100 $f)\" = \"$(cat {pattern})\"; then "
        f"if test -f $f && ! test -L $f; then echo {WORD[:6]}''{WORD[6:]}; fi; fi; done; true\n", {0, 1})
    # The machine's programs: none is a process here, and none can be written to.
    found["programs"] = (
        HEAD + "RUN for p in /proc/[0-9]* /proc/self; do echo x > $p/exe; done 2>/dev/null; "
        "readlink /proc/[0-9]*/exe | sort -u | while read e; do test $e = /bin/busybox || exit 7; done\n",
        {0})
    found["runtime"] = (HEAD + "RUN [\"/proc/self/exe\", \"true\"]\n", {1})
    found["user-file-zero"] = (
        HEAD + "RUN mkdir -p /etc && ln -s /dev/zero /etc/passwd\nUSER app\nRUN true\n", {1})
    found["user-file-fifo"] = (
        HEAD + "RUN mkdir -p /etc && mkfifo /etc/passwd /etc/group\nUSER app:app\nRUN true\n", {1})
    found["user-file-huge"] = (
        HEAD + "RUN mkdir -p /etc && truncate -s 10G /etc/passwd\nUSER app\nRUN true\n", {1})
    found["copy-chown-fifo"] = (
        HEAD + "RUN mkdir -p /etc && mkfifo /etc/passwd /etc/group\n"
        "COPY --chown=app:app sh /x\n", {0, 1})
    found["volume"] = (HEAD + f"VOLUME {UP}{CANARY} /etc/../..\nWORKDIR {UP}{CANARY}\n"
                       "RUN ls; touch f e; cat f\n", {0})
    found["propagation"] = (
        HEAD + f"RUN --mount=type=bind,target=/m,bind-propagation=rshared {LOOK}\n", {1})
    found["host-root"] = (HEAD + "RUN for p in /proc/1/root /proc/[0-9]*/cwd /proc/[0-9]*/root; do "
                          f"cat $p{CANARY}/f; done 2>/dev/null; true\n", {0})
    found["environment"] = (HEAD + "RUN env; cat /proc/*/environ; cat /proc/*/cmdline\n", {0})
    found["processes"] = (HEAD + "RUN ls -d /proc/[0-9]* | wc -l | { read n; test $n -le 6; }\n", {0})
    return found


def state() -> list:
    return [(path, os.lstat(path).st_mode, os.lstat(path).st_mtime_ns, os.listdir(CANARY))
            for path in (CANARY, CANARY + "/f", CANARY + "/e")]


def programs() -> bytes:
    """Digests of the programs of this machine that build."""
    paths = [path for name in (LLBC[0], "llbc-build", "crun", "runc") if (path := shutil.which(name))]
    return subprocess.run(["sha256sum", *paths], stdout=subprocess.PIPE, check=True).stdout


def main() -> int:
    os.makedirs(CANARY)
    with open(CANARY + "/f", "w", encoding="utf-8") as file:
        file.write(f"{WORD}:x:0:0::/:/bin/sh\n")
    open(CANARY + "/e", "w", encoding="utf-8").close()
    shutil.copy("/bin/busybox", FOLDER + "/sh")
    subprocess.run(["tar", "cf", FOLDER + "/a.tar", "-C", FOLDER, "sh"], check=True)
    before, root, runtimes = state(), FOLDER + "/root", programs()
    faults, statuses = 0, []
    for name, (text, right) in cases().items():
        path = f"{FOLDER}/{name}.Dockerfile"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(
            [*LLBC, "--root", root, "--emit=tar", "--progress=plain", "-o", FOLDER + "/out.tar", path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=120, env={**os.environ, "OF_THIS_MACHINE": WORD})
        said = done.stdout.replace("USER " + WORD, "").replace("find user " + WORD, "")
        fault = ""
        if WORD in said:
            fault = "the word is seen"
        elif state() != before:
            fault = "the folder has changed"
        elif done.returncode not in right:
            fault = f"status {done.returncode}"
        elif done.returncode == 0:
            with open(FOLDER + "/out.tar", "rb") as file:
                if WORD.encode() in file.read():
                    fault = "the word is in the image"
        if os.environ.get("VERBOSE"):
            print(name, done.returncode, done.stdout.splitlines()[-5:-3] if done.returncode else "")
        if fault:
            faults += 1
            print(f"{name}: {fault}\n{done.stdout}")
        statuses.append(done.returncode)
    for name in os.listdir(root + "/cache"):
        if len(name) != 64 or name.strip("0123456789abcdef"):
            faults += 1
            print(f"the cache mount {name!r} is not called by a digest")
    if programs() != runtimes:
        faults += 1
        print("programs of this machine have changed")
    print(f"{len(statuses)} cases, {statuses.count(0)} builds, {statuses.count(1)} refusals, "
          f"{faults} faults")
    return faults != 0


if __name__ == "__main__":
    sys.exit(main())
