# SPDX-License-Identifier: Apache-2.0
"""Words for random Dockerfiles: names, values, paths and expansions.

`Words` makes choices; how often it chooses something wrong is its `broken`.
"""
import random

NAMES = ["a", "base", "build", "Final", "stage-1", "x_y", "b.c", "dev", "scratch",
         "context", "1st", "sp ace", "alpine", "golang"]
SOUND_NAMES = NAMES[:8]
IMAGES = ["alpine", "busybox:1.36", "scratch", "golang:1.22", "node",
          "nginx:alpine", "localhost:5000/foo/bar", "ghcr.io/o/r:v1",
          "app:onbuild", "alpine@sha256:" + "a" * 64, "gcr.io/distroless/static",
          "docker.io/library/debian:12-slim", "index.docker.io/x/y",
          "h:1/a__b/c--d:t@sha256:" + "c" * 64,
          "UPPER/Case", "ubuntuu", "bad::ref", "a@sha256:12", "-x", "a/B",
          "@sha256:" + "a" * 64, "apline"]
SOUND_IMAGES = IMAGES[:14]
VARS = ["FOO", "BAR", "BAZ", "PATH", "VERSION", "TARGETARCH", "BUILDPLATFORM",
        "TARGETPLATFORM", "TARGETSTAGE", "UNSET", "foo", "HTTP_PROXY",
        "DB_PASSWORD", "TARGETVARIANT", "GOPATH", "FO", "VERSOIN"]
ODD_VARS = ["é", "9", "9a", "@", "*", "#", "?", "-", "$", "!", "0", "_", "日本"]
WORDS = ["x", "foo", "a b", "v1.2.3", "/usr/bin", "héllo", "a=b", "", "*.go",
         "--flag", "1", "true", "#hash", "a\\ b", "\"q\"", "'s'", "[x]", "~",
         "a,b", "<in", "$$", "http://h/p?q=1&r=2", "\\$FOO", "a\tb", "<<x",
         "aXbXc", "foo/bar/baz.tar.gz", "\\", "\\\\", "`", "$", "{}", "}", "%q",
         "\u2028", "😀", "a\\\"b", "&&", "\x7f"]
PATHS = ["/", ".", "./", "a", "/a/b", "dir/", "../x", "/x/../y/", "a/./b",
         "*.txt", "src/*", "/abs//path", "$FOO/x", "${BAR}", "README.md",
         "node_modules", "a/./b/*.go", "/.", "x y", "a?b", "[ab]c", "a\\*b",
         "./a/.", "..", "/..", "C:\\x", "-x", "é", "a//./b", "/./c", "~/.ssh",
         "github.com/o/r.git", "a.tar.gz", "$UNSET", "<a>&"]
PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7", "$BUILDPLATFORM",
             "$TARGETPLATFORM", "${BUILDPLATFORM:-linux/arm64}", "linux",
             "linux/riscv64", "linux/386", "linux/arm/v6", "LINUX/x86_64",
             "linux/amd64/v2", "windows/amd64", "windows(10.0.1)/amd64",
             "darwin", "aarch64", "amd64", "arm64", "linux/arm", "armhf",
             "bogus/x/y/z", "$NOPE", "$TARGETPLATFRM", "bogus", "li nux", "/", ""]
SOUND_PLATFORMS = PLATFORMS[:6]
MODIFIERS = [":-", "-", ":+", "+", ":?", "?", "#", "##", "%", "%%", "/", "//"]
PATTERN_WORDS = ["x", "*.", ".*", "a/b", "$FOO", "${BAR:-z}", "", "?", "\\*",
                 "'q'", "\"d\"", "*", "**", "*/", "/*", "o", "\\?", "[ab]", "b*",
                 "o/0", "/r", "X/", "*b/${FOO}", "\\/", "x/$1", "x/$$", "\\\\",
                 "${BAZ#${FOO}}", "é", ".", "a b", "foo/${BAR//a/b}", "\\}"]
ODD_EXPANSIONS = ["${", "${}", "${FOO", "${FOO:", "${FOO:#x}", "${FOO^}", "${{x}",
                  "${FOO/x}", "${FOO#\\q}", "${FOO:?}", "${UNSET?gone}",
                  "${UNSET:?$BAR}", "'", '"', '"${FOO', "${FOO:~x}", "${FOO%\\q}",
                  "${ FOO}", "${FOO:-", "${FOO//", "${UNSET:?'a b'}"]


class Words:
    """Choices of one file."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        # How often something broken is made: none at all in half the files.
        self.broken = rng.choice([0.0, 0.0, 0.02, 0.1])

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def goes_wrong(self) -> bool:
        return self.chance(self.broken)

    def pick(self, items: list[str]) -> str:
        return self.rng.choice(items)

    def some(self, items: list[str], most: int = 3) -> list[str]:
        return [self.pick(items) for _ in range(self.rng.randint(1, most))]

    def variable(self) -> str:
        if self.goes_wrong():
            return self.pick(ODD_EXPANSIONS)
        name = self.pick(ODD_VARS if self.chance(0.05) else VARS)
        if self.chance(0.45):
            return "$" + name
        operator = self.pick(["", "", *MODIFIERS])
        if not operator:
            return "${" + name + "}"
        word = self.pick(PATTERN_WORDS)
        if operator in ("?", ":?") and not self.goes_wrong():
            operator = operator.replace("?", "-")
        if operator in ("/", "//") and "/" not in word:
            word += self.pick(["/", "/", "/r", "/$FOO", "/a b", "/\\x", "/$1"])
        return "${" + name + operator + word + "}"

    def word(self) -> str:
        if self.chance(0.35):
            text = self.variable()
            if self.chance(0.5):
                return text
            return self.pick(WORDS) + text + (
                self.variable() if self.chance(0.3) else "")
        return self.pick(WORDS)

    def simple(self) -> str:
        return self.pick(["x", "foo", "v1", "/opt", "$FOO", "${BAR:-q}", "1"])

    def path(self) -> str:
        return self.variable() if self.chance(0.05) else self.pick(PATHS)

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
            return '"' + "".join(
                "\\" + c if c in '\\"' else c if c >= " " or self.chance(0.05)
                else f"\\u{ord(c):04x}" for c in item) + '"'
        text = "[" + self.pick([", ", ",", " , "]).join(map(one, items)) + "]"
        if self.goes_wrong():
            text = self.pick([text[:-1], text + " x", "[1, 2]", "['a']", "[]",
                              '["a", null]', '["\\ud800"]', '["a",]', '[["a"]]',
                              '["\\x"]', "[ ]", "[1e999]", '["a"]]'])
        return text

    def flag(self, name: str, values: list[str]) -> str:
        value = self.pick(values)
        if self.goes_wrong():
            return self.pick([f"--{name}", f"--{name}x={value}", f"--{name}=",
                              f"-{name}", f"--{name}={value} --{name}={value}",
                              f"--{name.upper()}={value}", "--", f"--{name} {value}",
                              f"--{name[:-1]}={value}"])
        if self.chance(0.05) and " " not in value:
            return f'--{name}="{value}"'
        return f"--{name}={value}"

    def switch(self, name: str) -> str:
        value = self.pick(["", "", "", "=true", "=false", "=TRUE", "=False"])
        if self.goes_wrong():
            value = self.pick(["=1", "=", "=yes", f" --{name}", "=tru"])
        return f"--{name}{value}"

    def cased(self, word: str) -> str:
        """The word as it usually is written, and rarely otherwise."""
        if self.chance(0.05):
            return self.pick([word.lower(), word.capitalize()])
        return word
