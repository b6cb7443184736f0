# SPDX-License-Identifier: Apache-2.0
"""Random Dockerfiles, most of them sound, some broken.

`case(seed)` gives one case as the oracle's batch mode reads it: a Dockerfile,
options, perhaps a .dockerignore. Equal seeds give equal cases anywhere.
"""
import random

NAMES = ["a", "base", "build", "Final", "stage-1", "x_y", "b.c", "dev", "scratch",
         "context", "1st", "sp ace"]
IMAGES = ["alpine", "busybox:1.36", "scratch", "golang:1.22", "node",
          "nginx:alpine", "localhost:5000/foo/bar", "ghcr.io/o/r:v1",
          "app:onbuild", "alpine@sha256:" + "a" * 64, "UPPER/Case", "ubuntuu",
          "gcr.io/distroless/static", "bad::ref"]
VARS = ["FOO", "BAR", "BAZ", "PATH", "VERSION", "TARGETARCH", "BUILDPLATFORM",
        "TARGETPLATFORM", "UNSET", "foo", "HTTP_PROXY", "DB_PASSWORD", "é", "9"]
WORDS = ["x", "foo", "a b", "v1.2.3", "/usr/bin", "héllo", "a=b", "", "*.go",
         "--flag", "1", "true", "#hash", "a\\ b", "\"q\"", "'s'", "[x]", "~",
         "a,b", "<in", "$$", "http://h/p?q=1&r=2", "\\$FOO", "a\tb"]
PATHS = ["/", ".", "./", "a", "/a/b", "dir/", "../x", "/x/../y/", "a/./b",
         "*.txt", "src/*", "/abs//path", "$FOO/x", "${BAR}", "README.md",
         "node_modules", "a/./b/*.go", "/.", "x y"]
PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64",
             "linux", "amd64", "$BUILDPLATFORM", "$TARGETPLATFORM",
             "${BUILDPLATFORM:-linux/arm64}", "bogus/x/y/z", "arm64",
             "linux/amd64/v2", "$NOPE"]


class Generator:
    """One file's worth of choices."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(f"dockerfile {seed}")
        self.stages: list[str] = []
        self.globals_set = False
        # How often something broken is made: none at all in half the files.
        self.broken = self.rng.choice([0.0, 0.0, 0.02, 0.1])

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def pick(self, items: list[str]) -> str:
        return self.rng.choice(items)

    def variable(self) -> str:
        name = self.pick(VARS)
        if self.chance(0.5):
            return "$" + name
        operator = self.pick(["", "", ":-", "-", ":+", "+", ":?", "?", "#", "##",
                              "%", "%%", "/", "//"])
        if not operator:
            return "${" + name + "}"
        word = self.pick(["x", "*.", ".*", "a/b", "$FOO", "${BAR:-z}", "", "?",
                          "\\*", "'q'", "\"d\""])
        if operator == "?" and not self.chance(self.broken):
            operator = "-"
        if operator == ":?" and not self.chance(self.broken):
            operator = ":-"
        return "${" + name + operator + word + "}"

    def word(self) -> str:
        if self.chance(0.3):
            text = self.variable()
            return text if self.chance(0.6) else self.pick(WORDS) + text
        return self.pick(WORDS)

    def simple(self) -> str:
        return self.pick(["x", "foo", "v1", "/opt", "$FOO", "${BAR:-q}", "1"])

    def quoted(self) -> str:
        text = self.word()
        style = self.rng.randrange(4)
        if style == 0:
            return '"' + text.replace('"', '\\"') + '"'
        if style == 1 and "'" not in text:
            return "'" + text + "'"
        plain = text.replace("\\", "").replace('"', "").replace("'", "")
        return plain.replace(" ", "\\ ").replace("\t", "") or "x"

    def json(self, items: list[str]) -> str:
        def one(item: str) -> str:
            return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = "[" + ", ".join(one(i) for i in items) + "]"
        if self.chance(self.broken):
            text = self.pick([text[:-1], text + " x", "[1, 2]", "['a']", "[]"])
        return text

    def flag(self, name: str, values: list[str]) -> str:
        value = self.pick(values)
        if self.chance(self.broken):
            return self.pick([f"--{name}", f"--{name}x={value}", f"--{name}=",
                              f"-{name}", f"--{name}={value} --{name}={value}"])
        return f"--{name}={value}"

    def key(self) -> str:
        return self.pick(["FOO", "BAR", "BAZ", "VERSION", "my.label", "foo",
                          "API_TOKEN", "A-B", "$FOO", "PATH", "TARGETOS"])

    def pairs(self, word: str) -> str:
        if self.chance(0.15):
            return f"{word} {self.key()} {self.word()} tail"
        parts = [f"{self.key()}={self.quoted()}"
                 for _ in range(self.rng.randint(1, 3))]
        if self.chance(self.broken):
            parts.append(self.pick(["novalue", "=x", "\"unterminated"]))
        return word + " " + " ".join(parts)

    def mount(self) -> str:
        kind = self.pick(["bind", "cache", "tmpfs", "secret", "ssh", ""])
        fields = [f"type={kind}"] if kind else []
        target = self.pick(["/t", "/root/.cache", "rel", "/$FOO", "/a/b/../c",
                            "/run/x"])
        if kind in ("", "bind"):
            fields.append(f"target={target}")
            if self.chance(0.5):
                fields.append("source=" + self.pick(["a", "/x", ".", "$BAR", "/"]))
            if self.chance(0.5):
                fields.append("from=" + self.source_name())
            if self.chance(0.3):
                fields.append(self.pick(["rw", "ro", "readonly=false", "rw=true"]))
        elif kind == "cache":
            fields.append(f"target={target}")
            for extra in ("id=$FOO", "id=go", "sharing=locked",
                          "sharing=private", "mode=0700", "uid=1000", "gid=5",
                          "ro", "source=/x", "from=" + self.source_name()):
                if self.chance(0.15):
                    fields.append(extra)
        elif kind == "tmpfs":
            fields.append(f"target={target}")
            if self.chance(0.5):
                fields.append("size=" + self.pick(["512", "1m", "2GiB", "0"]))
        elif kind == "secret":
            fields.append(self.pick(["id=s1", "target=/run/s", "id=s,target=/t",
                                     "source=q,target=r", "id=$FOO"]))
            for extra in ("required", "mode=0400", "uid=7", "env=TOKEN"):
                if self.chance(0.25):
                    fields.append(extra)
        else:
            for extra in ("id=k", "target=/s.sock", "required=true", "mode=0666",
                          "uid=3"):
                if self.chance(0.25):
                    fields.append(extra)
        if self.chance(self.broken):
            fields.append(self.pick(["bogus", "k=v", "sharing=never", "size=x",
                                     "mode=9", "ro=maybe", "from=$X/y", "\"q",
                                     "target=/", "required", "type=volume"]))
        return "--mount=" + ",".join(fields)

    def source_name(self) -> str:
        # The stage in hand is the last one: reading from it is a cycle.
        earlier = self.stages if self.chance(self.broken) else self.stages[:-1]
        if earlier and self.chance(0.7):
            return self.pick(earlier)
        return self.pick(["0", "alpine", "busybox:1.36", "nosuch", "golang:1.22"]
                         if self.chance(self.broken) else ["alpine", "golang:1.22"])

    def heredoc(self) -> tuple[str, str]:
        name = self.pick(["EOF", "END", "f.txt"])
        opener = self.pick(["<<", "<<-"])
        shown = self.pick([name, f'"{name}"', f"'{name}'"])
        body = "".join(self.pick(["\techo $FOO\n", "line ${BAR:-x}\n", "\n",
                                  "#!/bin/sh\n", "a \\$b \\\n", "# comment\n"])
                       for _ in range(self.rng.randint(0, 3)))
        end = name if not self.chance(self.broken) else "NOTTHEEND"
        return opener + shown, body + end + "\n"

    def run(self) -> str:
        flags = []
        while self.chance(0.3):
            flags.append(self.mount())
        if self.chance(0.1):
            flags.append(self.flag("network", ["none", "host", "default"]))
        if self.chance(0.05):
            flags.append(self.flag("security", ["insecure", "sandbox"]))
        if self.chance(0.03):
            flags.append("--device=" + self.pick(["nvidia.com/gpu=all", "x",
                                                  "name=v.com/c,required"]))
        head = " ".join(["RUN", *flags])
        if self.chance(0.2):
            opener, rest = self.heredoc()
            command = self.pick(["", "cat ", "sh -e "])
            return f"{head} {command}{opener}\n{rest}"
        if self.chance(0.25):
            return f"{head} " + self.json([self.word() for _ in range(
                self.rng.randint(1, 3))])
        text = " && ".join(f"echo {self.word()}"
                           for _ in range(self.rng.randint(1, 3)))
        if self.chance(0.3):
            text = text.replace(" && ", " \\\n  && ")
        if self.chance(0.1):
            text += " \\\n# comment\n  && true"
        if self.chance(0.05):
            text += " \\\n\n  && false"
        return f"{head} {text}"

    def copy(self, word: str) -> str:
        parts = [word]
        if word == "COPY" and self.chance(0.4):
            parts.append("--from=" + self.source_name())
        if self.chance(0.2):
            parts.append(self.flag("chown", ["1000", "1000:1000", "user",
                                             "user:group", "root", "0:0", "$FOO",
                                             "root:staff"]))
        if self.chance(0.2):
            parts.append(self.flag("chmod", ["755", "0644", "u+x", "a=rX,g-w",
                                             "$FOO", "07777", "go=u"]))
        if self.chance(0.2):
            parts.append(self.pick(["--link", "--link=true", "--link=false"]))
        if self.chance(0.15):
            parts.append(self.flag("exclude", ["*.md", "**/x", "a/b"]))
        if word == "COPY" and self.chance(0.15):
            parts.append(self.pick(["--parents", "--parents=false"]))
        if word == "ADD":
            if self.chance(0.1):
                parts.append(self.pick(["--unpack", "--unpack=false",
                                        "--keep-git-dir=true"]))
            if self.chance(0.1):
                parts.append("--checksum=" + self.pick(
                    ["sha256:" + "b" * 64, "deadbeef", "$FOO"]))
        sources = [self.pick(PATHS) for _ in range(self.rng.randint(1, 3))]
        if word == "ADD" and self.chance(0.4):
            sources = [self.pick(
                ["https://example.com/x.tar.gz", "http://h/a/b?c#d",
                 "https://github.com/o/r.git#v1:sub", "https://h",
                 "https://e.com/$FOO", "git://h/r.git",
                 "https://github.com/o/r.git?tag=v1&keep-git-dir=1"])]
        dest = self.pick(["/", "/dst/", "rel", ".", "/a/../b", "$FOO/", "..",
                          "b/.", "/x y" if self.chance(self.broken) else "/z"])
        if self.chance(0.15):
            opener, rest = self.heredoc()
            return f"{' '.join(parts)} {opener} {dest}\n{rest}"
        if self.chance(0.2):
            return " ".join(parts) + " " + self.json([*sources, dest])
        if self.chance(self.broken):
            return " ".join([*parts, dest])
        return " ".join([*parts, *sources, dest])

    def instruction(self) -> str:
        kind = self.rng.randrange(24)
        if kind < 6:
            return self.run()
        if kind < 10:
            return self.copy("COPY")
        if kind < 12:
            return self.copy("ADD")
        if kind == 12:
            return self.pairs("ENV")
        if kind == 13:
            return self.pairs("LABEL")
        if kind < 16:
            parts = [self.pick(VARS[:7]) for _ in range(self.rng.randint(1, 2))]
            if self.chance(0.6):
                parts[0] += "=" + self.quoted()
            return "ARG " + " ".join(parts)
        if kind == 16:
            return "WORKDIR " + self.pick(PATHS)
        if kind == 17:
            ports = ["80", "443/TCP", "53/udp", "8000-8003", "$FOO", "90/sctp"]
            if self.chance(self.broken):
                ports += ["x", "80/foo", "1.2.3.4:80:90", "99999", "5-3"]
            return "EXPOSE " + " ".join(
                self.pick(ports) for _ in range(self.rng.randint(1, 3)))
        if kind == 18:
            word = self.pick(["CMD", "ENTRYPOINT"])
            if self.chance(0.6):
                return word + " " + self.json(["a", self.word()])
            return word + " run " + self.word()
        if kind == 19:
            return self.pick(
                ["USER root", "USER 1000:1000", "USER $FOO", "VOLUME /data",
                 'VOLUME ["/a", "/b c"]', "VOLUME /x /y $FOO", "STOPSIGNAL 9",
                 "STOPSIGNAL SIGTERM", "STOPSIGNAL ${FOO:-9}", "MAINTAINER me <a@b>"])
        if kind == 20:
            return self.pick(
                ['SHELL ["/bin/bash", "-c"]', "SHELL bash", "HEALTHCHECK NONE",
                 "HEALTHCHECK --interval=5s --retries=3 CMD curl localhost",
                 'HEALTHCHECK --timeout=1m30s CMD ["a", "b"]',
                 "HEALTHCHECK --start-period=100ms --start-interval=1.5s CMD x",
                 "HEALTHCHECK --interval=1us CMD x", "HEALTHCHECK CMD",
                 "HEALTHCHECK --retries=-1 CMD x", "HEALTHCHECK NONE x"]
                if self.chance(self.broken) else
                ['SHELL ["/bin/bash", "-c"]', "HEALTHCHECK NONE",
                 "HEALTHCHECK --interval=5s --retries=3 CMD curl localhost"])
        if kind == 21:
            inner = self.instruction()
            if not self.chance(self.broken) and inner.split()[0].upper() in (
                    "ONBUILD", "FROM", "MAINTAINER"):
                inner = "RUN true"
            return "ONBUILD " + inner
        if kind == 22 and self.chance(self.broken):
            return self.pick(["FOO bar", "RUNN x", "COPPY a b", "ENV", "ARG",
                              "FROM", "LABEL x", "ENV =x", "USER", "WORKDIR",
                              "VOLUME []", "\\", "EXPOSE", "ONBUILD"])
        return self.pick(["# comment", "", "# check=skip=all", "#",
                          "# FOO describes it"]) + "\n" + self.run()

    def case_of(self, text: str) -> str:
        word, _, rest = text.partition(" ")
        if self.chance(0.04):
            word = word.lower()
        return word + " " + rest if rest else text

    def stage(self) -> list[str]:
        base = self.pick(IMAGES if self.chance(self.broken) else IMAGES[:10])
        if self.stages and self.chance(0.35):
            base = self.pick(self.stages).lower()
        elif self.chance(0.1 if self.globals_set else self.broken):
            base = self.pick(["$BASE", "${IMG:-alpine}", "alpine:$VERSION"])
        line = "FROM "
        if self.chance(0.2):
            line += "--platform=" + self.pick(
                PLATFORMS if self.chance(self.broken)
                else PLATFORMS[:3] + PLATFORMS[6:9]) + " "
        line += base
        if self.chance(0.7):
            name = self.pick(NAMES if self.chance(self.broken) else NAMES[:8])
            line += self.pick([" AS ", " as ", " As "]) + name
            self.stages.append(name)
        return [self.case_of(line)] + [
            self.case_of(self.instruction())
            for _ in range(self.rng.randint(0, 7))]

    def file(self) -> str:
        lines: list[str] = []
        if self.chance(0.15):
            lines.append(self.pick(
                ["# syntax=docker/dockerfile:1", "# escape=`",
                 "# check=skip=StageNameCasing", "# check=error=true",
                 "# check=skip=all;error=true", "#!/bin/x",
                 "# check=experimental=all"]))
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            self.globals_set = True
            lines.append("ARG " + self.pick(
                ["BASE=alpine VERSION=3", "IMG", "VERSION=${X:-3.19} BASE=node",
                 "FOO=$BASE", "BASE=golang:1.22 IMG=busybox VERSION=2"]))
        for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4])):
            lines += self.stage()
        text = "\n".join(lines) + "\n"
        if self.chance(0.05):
            text = text.replace("\n", "\r\n")
        if self.chance(self.broken / 2):
            at = self.rng.randrange(len(text))
            text = text[:at] + self.pick(["\x00", "\xff", "\"", "\\", "${", "<<A"]
                                         ) + text[at + 1:]
        return text

    def options(self) -> dict[str, str]:
        opts: dict[str, str] = {}
        if self.chance(0.2):
            opts["build-arg:" + self.pick(VARS[:7])] = self.pick(WORDS)
        if self.chance(0.1):
            opts["build-arg:http_proxy"] = "http://p"
        if self.chance(0.1) and self.stages:
            opts["target"] = self.pick(self.stages + ["nosuch"])
        if self.chance(0.15):
            opts["platform"] = self.pick(
                ["linux/arm64", "linux/amd64,linux/arm64", "linux/arm/v7",
                 "linux/amd64,linux/arm/v7,linux/s390x"])
        if self.chance(0.1):
            opts["label:x.y"] = "z"
        if self.chance(0.08):
            opts["no-cache"] = self.pick([""] + self.stages[:1])
        if self.chance(0.08):
            opts["requestid"] = self.pick(["frontend.lint", "frontend.outline",
                                           "frontend.targets"])
        if self.chance(0.05):
            opts["build-arg:SOURCE_DATE_EPOCH"] = self.pick(["1700000000", "x"])
        if self.chance(0.05):
            opts["context:" + self.pick(["alpine", "build", "base"])] = self.pick(
                ["docker-image://busybox", "https://github.com/o/r.git",
                 "local:ctx", "docker-image://scratch"])
        for key, value in (("shm-size", "1000"), ("hostname", "h"),
                           ("ulimit", "nofile=1:2"), ("add-hosts", "a=1.2.3.4"),
                           ("force-network-mode", "none"), ("cgroup-parent", "c"),
                           ("multi-platform", "true")):
            if self.chance(0.03):
                opts[key] = value
        return opts


def case(seed: int, gateway: bool) -> dict[str, object]:
    """One case; options and ignore files need the gateway's mode."""
    generator = Generator(seed)
    result: dict[str, object] = {"case": str(seed),
                                 "dockerfile": generator.file()}
    if gateway:
        result["opts"] = generator.options()
        if generator.chance(0.3):
            result["dockerignore"] = generator.pick(
                ["*.md\n", "node_modules\n!x\n", "*\n", "# c\n\n/a\nb/**\n"])
    return result
