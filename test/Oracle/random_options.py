# SPDX-License-Identifier: Apache-2.0
"""Random frontend options and .dockerignore files."""
from random_instructions import Instructions
from random_words import SOUND_NAMES, VARS, WORDS

REQUESTS = ["frontend.lint", "frontend.outline", "frontend.targets",
            "frontend.subrequests.describe", "frontend.bogus"]
CONTEXTS = ["docker-image://busybox", "https://github.com/o/r.git", "local:ctx",
            "docker-image://scratch", "docker-image://golang:1.22@sha256:" + "d" * 64,
            "https://h/x.tar.gz", "git@github.com:o/r.git#main", "target:x",
            "oci-layout://store/n@sha256:" + "e" * 64, "oci-layout://store/n:tag",
            "input:x", "bogus", "ftp://x", "", "docker-image://bad::ref", "local:",
            "https://h/r.git?tag=v1", "http://h", "git://h/r.git#b:sub"]
# Each option with values that are right, then some that are not.
VALUES = {
    "shm-size": (["1000", "0", "67108864"], ["x", "-1", "1g", ""]),
    "hostname": (["h", "a.b"], [""]),
    "ulimit": (["nofile=1:2", "nproc=5", "core=-1", "cpu=1,nofile=2:3"],
               ["bogus=1", "nofile", "nofile=2:1", "nofile=a", "nofile=1:2:3", '"x']),
    "add-hosts": (["a=1.2.3.4", "a=1.2.3.4,B=::1", "x=::ffff:1.2.3.4"],
                  ["a", "a=x", "a=1.2.3", '"a=1', "=1.2.3.4"]),
    "force-network-mode": (["none", "host", "sandbox"], ["bridge", "NONE"]),
    "cgroup-parent": (["c"], [""]),
    "multi-platform": (["true", "1", "false"], ["maybe", ""]),
    "image-resolve-mode": (["pull", "local", "default"], ["x"]),
    "memory": (["1000"], ["0", "x", "-1"]),
    "memswap": (["-1", "5"], ["0", "-2"]),
    "cpushares": (["5"], ["0", "x"]),
    "cpuperiod": (["6"], ["-1"]),
    "cpuquota": (["7"], ["-7"]),
    "cpusetcpus": (["0-3", "1,2", " 1 "], ["3-1", "x", "9999", "1-"]),
    "cpusetmems": (["0"], ["a-b", "-1"]),
    "build-arg:BUILDKIT_DOCKERFILE_CHECK":
        (["skip=all", "error=true", "experimental=all", "skip=UndefinedVar;error=true"],
         ["x", "error=maybe", "skip=a;b=c", ""]),
    "build-arg:BUILDKIT_MULTI_PLATFORM": (["true", "0"], ["x"]),
    "build-arg:BUILDKIT_CACHE_MOUNT_NS": (["ns"], [""]),
    "build-arg:BUILDKIT_SANDBOX_HOSTNAME": (["sbx"], [""]),
    "build-arg:BUILDKIT_SYNTAX": (["docker/dockerfile:1"], [""]),
    "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR": (["1", "true"], ["x"]),
    "build-arg:SOURCE_DATE_EPOCH": (["1700000000", "0", "1"],
                                    ["x", "-1", "1.5", "99999999999999999999", ""]),
    "build-arg:http_proxy": (["http://p"], [""]),
    "build-arg:NO_PROXY": (["a,b"], [""]),
    "build-arg:ALL_proxy": (["q"], [""]),
    "build-arg:TARGETPLATFORM": (["linux/s390x"], ["bogus"]),
    "build-arg:BUILDPLATFORM": (["linux/arm64"], [""]),
    "build-arg:BASE": (["busybox", "node:1"], ["", "Bad", "bad::x"]),
    "build-arg:IMG": (["busybox"], [""]),
    "label:x.y": (["z", "é<>&"], [""]),
    "filename": (["Dockerfile", "x.Dockerfile", "d/Dockerfile"], [""]),
    "contextkey": (["ctx"], [""]),
    "dockerfilekey": (["df"], [""]),
    "contextsubdir": (["sub", "/a/../b"], [""]),
    "sharedkey:localdir:ctx": (["k"], [""]),
    "local-sessionid:context": (["other"], ["t"]),
    "context": (["https://github.com/o/r.git#v1:d", "git://h/r.git", "local:ctx"],
                ["bogus", "input:x"]),
    "source": (["x"], [""]),
    "no-cache-filter": (["x"], [""]),
    "override-copy-image": ([""], ["x"]),
}


def options(choose: Instructions) -> dict[str, str]:
    opts: dict[str, str] = {}
    while choose.chance(0.2):
        opts["build-arg:" + choose.pick(VARS[:9])] = choose.pick(WORDS)
    if choose.chance(0.12):
        opts["target"] = choose.pick(choose.stages + ["nosuch", "buidl", "0"]
                                     if choose.goes_wrong() or not choose.stages
                                     else choose.stages)
    if choose.chance(0.18):
        opts["platform"] = choose.pick(
            ["linux/arm64", "linux/amd64,linux/arm64", "linux/arm/v7", "linux/arm64/v8",
             "linux/amd64,linux/arm/v7,linux/s390x", "linux/amd64,linux/amd64",
             "windows/amd64", "linux/amd64,windows(10.0)/amd64"])
        if choose.goes_wrong():
            opts["platform"] = choose.pick(["bogus", "linux/amd64,", "a/b/c/d", ",",
                                            "linux", "darwin/arm64"])
    if choose.chance(0.08):
        opts["no-cache"] = choose.pick(["", *choose.stages[:1], "a,build", "FINAL"])
    if choose.chance(0.1):
        opts["requestid"] = choose.pick(REQUESTS if choose.chance(0.2)
                                        else REQUESTS[:3])
    while choose.chance(0.06):
        name = choose.pick(["alpine", "build", "base", "a", "golang:1.22", "Final",
                            "alpine::linux/arm64", "busybox:1.36", "x/y", "scratch"])
        opts["context:" + name] = choose.pick(CONTEXTS if choose.goes_wrong()
                                              else CONTEXTS[:7])
    for key, (sound, odd) in VALUES.items():
        if choose.chance(0.02):
            opts[key] = choose.pick(odd if choose.goes_wrong() else sound)
    return opts


def ignore_file(choose: Instructions) -> str:
    lines = choose.some(["*.md", "node_modules", "!x", "*", "# c", "/a", "b/**", "",
                         "**/*.go", "!README.md", "dir/", "  y  ", "./a/b", "a/./c",
                         "src/*", "../x", "[a-", "!", "/", "**", "\\#h", "x?y", "\ufeffz",
                         "a\\", "!/src", "$FOO"] if choose.chance(0.4) else
                        ["*.md", "node_modules", "*", "/a", "b/**", "README.md"], 4)
    end = "\r\n" if choose.chance(0.1) else "\n"
    return end.join(lines) + (end if choose.chance(0.8) else "")
