# SPDX-License-Identifier: Apache-2.0
"""Random instructions of a Dockerfile, every one with every flag."""
from random_words import NAMES, VARS, Words

KEYS = ["FOO", "BAR", "BAZ", "VERSION", "my.label", "foo", "API_TOKEN", "A-B",
        "$FOO", "PATH", "TARGETOS", "db_password", "PUBLIC_KEY", "Secret", "key",
        "SOURCE_DATE_EPOCH", "BUILDKIT_SBOM_SCAN_STAGE", "http_proxy", "\"q k\"",
        "é", "${BAR:-n}"]
PORTS = ["80", "443/TCP", "53/udp", "8000-8003", "$FOO", "90/sctp", "80/tcp",
         "${UNSET:-1234/Udp}", "0", "65535", "8-8"]
ODD_PORTS = ["x", "80/foo", "1.2.3.4:80:90", "99999", "5-3", "80:90", ":80",
             "[::1]:80:90", "1-2:3-4", "1-2:3", "1:2:3:4", "-1", "80/", "/tcp",
             "80/tcp/udp", "::80", "[::1:80", "1.2.3:1:2", "80-", "-80", "8 0",
             "\"80 81\"", "${UNSET}", "127.0.0.1::80", "[fe80::1%eth0]:1:2", "+1"]
ADD_SOURCES = ["https://example.com/x.tar.gz", "http://h/a/b?c#d",
               "https://github.com/o/r.git#v1:sub", "https://h", "https://h/",
               "https://e.com/$FOO", "git://h/r.git", "HTTP://h/x", "ftp://h/x",
               "https://github.com/o/r.git?tag=v1&keep-git-dir=1",
               "git@github.com:o/r.git", "ssh://git@h:22/a/b.git#main:d/../e",
               "https://h/r.git?branch=b&subdir=s", "https://h/r.git?ref=x&tag=y",
               "https://h/r.git?commit=abcd", "https://h/r.git?submodules=false",
               "https://h/r.git?bogus=1", "https://h/r.git?ref",
               "https://h/r.git?mtime=commit", "https://h/r.git?mtime=x",
               "https://h/r.git?fetch-by-commit=true#" + "a" * 40,
               "https://u:p@h/r.git", "https://h/%41.txt", "https://h/a//b/../c",
               "https://h/r.git#:sub", "https://h/r.git?checksum=ab&ref=m",
               "user@host:path/x.git", "https://h/x%zz", "http://", "https://h/é",
               "https://h:port/x", "https://[::1]/x", "https://h/r.git?keep-git-dir=no"]
DESTS = ["/", "/dst/", "rel", ".", "/a/../b", "$FOO/", "..", "b/.", "/z", "./",
         "", "/a/.", "a//b/", "../../x", "/$UNSET", "dir/..", "C:\\d"]
MODES = ["755", "0644", "u+x", "a=rX,g-w", "$FOO", "07777", "go=u", "+x", "u=rwx,go=rx",
         "u+s", "o+t", "a-x+r", "=", "0", "u=g"]
ODD_MODES = ["9", "10000", "-1", "u", "rwx", "u+q", "u+x,", ",", "", "0o755", "x+u",
             "u + x", "7 7", "$UNSET", "u+x,g", "999999999999999999999"]
OWNERS = ["1000", "1000:1000", "user", "user:group", "root", "0:0", "$FOO",
          "root:staff", ":g", "u:", "a:b:c", "-1", "99999999999", "", "1000:",
          "root:root", "$UNSET", "007"]
TARGETS = ["/t", "/root/.cache", "rel", "/$FOO", "/a/b/../c", "/run/x", "./x",
           "/dev/shm", "/a//b/", "$UNSET", "../y", "/é", "rel/"]
MOUNT_EXTRAS = {
    "bind": ["rw", "ro", "readonly=false", "rw=true", "readwrite", "readonly",
             "source=a", "source=/x", "src=.", "source=$BAR", "source=/", "ro=0",
             "source=../z", "SOURCE=q", "source=a/../b", "from=$X$"],
    "cache": ["id=$FOO", "id=go", "sharing=locked", "sharing=private",
              "sharing=shared", "mode=0700", "uid=1000", "gid=5", "ro", "rw",
              "source=/x", "source=a", "mode=$FOO", "id=", "Sharing=locked"],
    "tmpfs": ["size=512", "size=1m", "size=2GiB", "size=0", "size=1.5k", "ro",
              "size=$FOO", "size=1kb", "rw"],
    "secret": ["required", "mode=0400", "uid=7", "gid=8", "env=TOKEN", "target=/s",
               "id=s1", "src=q", "dst=/run/s", "id=$FOO", "required=false",
               "env=$FOO", "id=a/b", "target=rel"],
    "ssh": ["id=k", "target=/s.sock", "required=true", "mode=0666", "uid=3",
            "gid=4", "required", "id=$FOO"],
}
ODD_MOUNT_FIELDS = ["bogus", "k=v", "sharing=never", "size=x", "mode=9", "ro=maybe",
                    "from=$X/y", "\"q", "target=/", "required", "type=volume",
                    "size=-1", "uid=-1", "gid=x", "uid=4294967296", "env=E",
                    "sourc=x", "type=", "from=", "sharing=", "required=2", "=x",
                    "mode=", "\"a=b\"x", "target", "id", "from=nosuch", "mode=0x1",
                    "type=bnid", "tartget=/x", "sharing=lockd", "\"target=/q,r\""]
HEALTH = ["HEALTHCHECK NONE", 'HEALTHCHECK CMD ["a", "b"]', "HEALTHCHECK cmd x y",
          "HEALTHCHECK --interval=5s --retries=3 CMD curl localhost",
          "HEALTHCHECK --timeout=1m30s CMD [ \"x\" ]", "HEALTHCHECK --retries=0 CMD x",
          "HEALTHCHECK --start-period=100ms --start-interval=1.5s CMD x $FOO",
          "HEALTHCHECK --interval=0 CMD x", "HEALTHCHECK --interval=5s NONE"]
ODD_HEALTH = ["HEALTHCHECK --interval=1us CMD x", "HEALTHCHECK CMD",
              "HEALTHCHECK --retries=-1 CMD x", "HEALTHCHECK NONE x", "HEALTHCHECK",
              "HEALTHCHECK FOO x", "HEALTHCHECK --timeout=5 CMD x",
              "HEALTHCHECK --retries=x CMD y", "HEALTHCHECK CMD []",
              "HEALTHCHECK --retries=99999999999 CMD x", "HEALTHCHECK []",
              "HEALTHCHECK --interval=-5s CMD x", "HEALTHCHECK --start-period=1h1h CMD x",
              "HEALTHCHECK --timeout=.5s CMD x", "HEALTHCHECK --timeout=1d CMD x",
              "HEALTHCHECK CMD [1]", "HEALTHCHECK --interval=9223372036854775808ns CMD x"]
SIMPLE = ["USER root", "USER 1000:1000", "USER $FOO", "VOLUME /data", "USER a b",
          'VOLUME ["/a", "/b c"]', "VOLUME /x /y $FOO", "STOPSIGNAL 9", "USER u:g",
          "STOPSIGNAL SIGTERM", "STOPSIGNAL ${FOO:-9}", "STOPSIGNAL kill",
          "STOPSIGNAL SIGRTMIN+3", "MAINTAINER me <a@b>", 'SHELL ["/bin/bash", "-c"]',
          'SHELL ["x"]', "SHELL []", "USER \"q r\"", "VOLUME ${UNSET:-/v}",
          "STOPSIGNAL rtmax-1", "VOLUME /a/../b", "maintainer x $FOO"]
ODD_SIMPLE = ["SHELL bash", "SHELL", "USER", "VOLUME", "VOLUME []", "STOPSIGNAL",
              "STOPSIGNAL FOO", "STOPSIGNAL 0", "STOPSIGNAL -1", "STOPSIGNAL $UNSET",
              "VOLUME $UNSET", 'VOLUME [""]', "WORKDIR", "MAINTAINER", "FOO bar",
              "RUNN x", "COPPY a b", "ENV", "ARG", "FROM", "LABEL x", "ENV =x",
              "LABEL a=b c", "ENV a", "\\", "EXPOSE", "ONBUILD", "COPY", "ADD x",
              "ARG =x", "ARG a= =b", "RUN", "CMD", "ENTRYPOINT", "COPY [\"a\"]",
              "ENV a=b c d=e", "ONBUILD ONBUILD RUN x", "ONBUILD FROM x", "env \"",
              "ONBUILD MAINTAINER x", "STOPSIGNAL 99999999999", "USER $UNSET",
              "ENV \"a b\"=c", "LABEL ''=x", "WORKDIR $UNSET", "ONBUILD FOO",
              "ONBUILD COPY a", "WORKDIR --x=y /", "USER --a b", "EXPOSE --x 1",
              "Run [", "CMD [\"a\", 1]", "ENTRYPOINT []", "CMD []", "RUN []",
              "RUN <<", "COPY <<A <<B /", "STOPSIGNAL SIGUSR3", "ARG 'a'=b"]
NOTES = ["# comment", "", "# check=skip=all", "#", "# FOO describes it",
         "# check=skip=UndefinedVar,JSONArgsRecommended", "  # indented",
         "# check=error=true", "#check=skip=WorkdirRelativePath", "# check=bogus",
         "# check=experimental=InvalidDefinitionDescription", "\t", "# build the thing",
         "# check=skip=SecretsUsedInArgOrEnv extra", "# base"]


class Instructions(Words):
    """Instructions of one file, which know its stages so far."""

    def __init__(self, rng) -> None:
        super().__init__(rng)
        self.stages: list[str] = []

    def source_name(self) -> str:
        # The stage in hand is the last one: reading from it is a cycle.
        earlier = self.stages if self.goes_wrong() else self.stages[:-1]
        if earlier and self.chance(0.7):
            name = self.pick(earlier)
            return name.upper() if self.chance(0.05) else name
        return self.pick(["0", "1", "9", "alpine", "busybox:1.36", "nosuch", "$FOO",
                          "golang:1.22", "bad::ref", "scratch", "-1", "a b", "",
                          "later", *NAMES]
                         if self.goes_wrong() else
                         ["alpine", "golang:1.22", "scratch"])

    def heredoc(self) -> tuple[str, str]:
        name = self.pick(["EOF", "END", "f.txt", "a-b", "E1"])
        opener = self.pick(["<<", "<<-", "<<", "3<<", "<< "] if self.chance(0.3)
                           else ["<<", "<<-"])
        shown = self.pick([name, f'"{name}"', f"'{name}'",
                           f"{name[0]}\"{name[1:]}\"" if self.chance(0.2) else name])
        body = "".join(self.pick(
            ["\techo $FOO\n", "line ${BAR:-x}\n", "\n", "#!/bin/sh\n", "a \\$b \\\n",
             "# comment\n", "RUN x\n", "\t\t<<X\n", "'q' \"d\"\n", "${FOO\n", "é\n",
             self.variable() + "\n", name + " \n", "\t" + name + "x\n", "\\\\n\n"]
            if self.chance(0.5) else
            ["\techo $FOO\n", "line ${BAR:-x}\n", "\n", "#!/bin/sh\n"])
            for _ in range(self.rng.randint(0, 4)))
        end = "NOTTHEEND" if self.goes_wrong() else name
        if opener.startswith("<<-") and self.chance(0.3):
            end = "\t" + end
        return opener + shown, body + end + "\n"

    def mount(self) -> str:
        kind = self.pick(["bind", "cache", "tmpfs", "secret", "ssh", ""])
        fields = [f"type={kind}"] if kind else []
        kind = kind or "bind"
        if kind in ("bind", "cache", "tmpfs"):
            fields.append(self.pick(["target", "target", "dst", "destination"]) + "="
                          + self.pick(TARGETS))
        if kind in ("bind", "cache") and self.chance(0.4):
            fields.append("from=" + self.source_name())
        extras = MOUNT_EXTRAS[kind]
        for _ in range(self.rng.choice([0, 1, 1, 2, 3])):
            fields.append(self.pick(extras))
        if kind == "secret" and not self.goes_wrong():
            fields.append(self.pick(["id=s1", "target=/run/s", "id=s,target=/t"]))
        if self.goes_wrong():
            fields.insert(self.rng.randint(0, len(fields)),
                          self.pick(ODD_MOUNT_FIELDS))
        if self.chance(0.05):
            fields = [f.upper() if f.islower() and "=" not in f else f for f in fields]
        return "--mount=" + ",".join(fields)

    def run(self) -> str:
        flags = []
        while self.chance(0.3):
            flags.append(self.mount())
        if self.chance(0.1):
            flags.append(self.flag("network", ["none", "host", "default"]))
        if self.chance(0.05):
            flags.append(self.flag("security", ["insecure", "sandbox"]))
        if self.chance(0.03):
            flags.append("--device=" + self.pick(
                ["nvidia.com/gpu=all", "x", "name=v.com/c,required", "v.com/c=$FOO",
                 "name=a.b/c,required=x", "bogus=1", "a,b", ""]))
        head = " ".join(["RUN", *flags])
        if self.chance(0.2):
            opener, rest = self.heredoc()
            command = self.pick(["", "cat ", "sh -e ", "cat - "])
            tail = self.pick(["", "", " | tee x", " > /f", " # note"])
            if self.chance(0.2):
                second, more = self.heredoc()
                return f"{head} {command}{opener} {second}{tail}\n{rest}{more}"
            return f"{head} {command}{opener}{tail}\n{rest}"
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
        if self.chance(0.4) and (word == "COPY" or self.goes_wrong()):
            parts.append("--from=" + self.source_name())
        if self.chance(0.2):
            parts.append(self.flag("chown", OWNERS if self.goes_wrong()
                                   else OWNERS[:8]))
        if self.chance(0.2):
            parts.append(self.flag("chmod", ODD_MODES if self.goes_wrong() else MODES))
        if self.chance(0.2):
            parts.append(self.switch("link"))
        while self.chance(0.12):
            parts.append(self.flag("exclude", ["*.md", "**/x", "a/b", "$FOO", "!y", "[",
                                               "", "/abs/", "a,b"]))
        if self.chance(0.15) and (word == "COPY" or self.goes_wrong()):
            parts.append(self.switch("parents"))
        sources = self.some([self.path(), *self.some(DESTS, 1), self.path()])
        if word == "ADD" or self.goes_wrong():
            for name in ("unpack", "keep-git-dir"):
                if self.chance(0.12):
                    parts.append(self.switch(name))
            if self.chance(0.15):
                parts.append(self.flag("checksum", [
                    "sha256:" + "b" * 64, "deadbeef", "$FOO", "sha512:" + "a" * 128,
                    "md5:ab", "ab" * 20]))
            if self.chance(0.5):
                sources = self.some(ADD_SOURCES, 2 if self.goes_wrong() else 1)
        dest = self.pick(DESTS if self.goes_wrong() else DESTS[:10])
        if self.chance(0.15):
            opener, rest = self.heredoc()
            if self.chance(0.2):
                second, more = self.heredoc()
                return f"{' '.join(parts)} {opener} {second} {dest}/\n{rest}{more}"
            extra = self.path() + " " if self.chance(0.2) else ""
            return f"{' '.join(parts)} {extra}{opener} {dest}\n{rest}"
        if self.chance(0.2):
            return " ".join(parts) + " " + self.json([*sources, dest])
        if self.goes_wrong():
            return " ".join([*parts, dest])
        return self.pick([" ", " ", "  ", "\t", " \\\n "]).join(
            [*parts, *sources, dest])

    def pairs(self, word: str) -> str:
        if self.chance(0.15):
            return f"{word} {self.pick(KEYS)} {self.word()} tail"
        parts = [f"{self.pick(KEYS)}={self.quoted()}"
                 for _ in range(self.rng.randint(1, 3))]
        if self.goes_wrong():
            parts.append(self.pick(["novalue", "=x", "\"unterminated", "''=x", "a=\\"]))
        return word + " " + self.pick([" ", " ", " \\\n\t"]).join(parts)

    def arg(self) -> str:
        parts = []
        for name in self.some([*VARS[:9], "DB_PASSWORD", "API_KEY", "FILE_KEY",
                               "BUILDKIT_SBOM_SCAN_CONTEXT", "SOURCE_DATE_EPOCH",
                               "http_proxy", "NO_PROXY"], 2):
            parts.append(name + ("=" + self.quoted() if self.chance(0.5) else ""))
        return "ARG " + " ".join(parts)

    def onbuild(self) -> str:
        inner = self.instruction()
        if not self.goes_wrong() and inner.split()[:1] and inner.split()[0].upper() in (
                "ONBUILD", "FROM", "MAINTAINER", "#"):
            inner = "RUN true"
        return "ONBUILD " + inner

    def instruction(self) -> str:
        kind = self.rng.randrange(26)
        if kind < 6:
            return self.run()
        if kind < 10:
            return self.copy("COPY")
        if kind < 12:
            return self.copy("ADD")
        if kind < 14:
            return self.pairs("ENV")
        if kind == 14:
            return self.pairs("LABEL")
        if kind < 17:
            return self.arg()
        if kind == 17:
            return "WORKDIR " + self.path()
        if kind == 18:
            return "EXPOSE " + " ".join(self.some(
                ODD_PORTS if self.goes_wrong() else PORTS))
        if kind == 19:
            word = self.pick(["CMD", "ENTRYPOINT"])
            if self.chance(0.6):
                return word + " " + self.json(["a", self.word()])
            return word + " run " + self.word()
        if kind == 20:
            return self.pick(ODD_HEALTH if self.goes_wrong() else HEALTH)
        if kind == 21:
            return self.onbuild()
        if kind == 22 and self.goes_wrong():
            return self.pick(ODD_SIMPLE)
        if kind < 24:
            return self.pick(SIMPLE)
        return self.pick(NOTES) + "\n" + self.instruction()
