# SPDX-License-Identifier: Apache-2.0
"""Random Dockerfiles, most of them sound, some broken.

`case(seed)` gives one case as the oracle's batch mode reads it: a Dockerfile,
options, perhaps a .dockerignore. Equal seeds give equal cases anywhere.
"""
import random

from random_instructions import NOTES, Instructions
from random_options import options, ignore_file
from random_words import (IMAGES, NAMES, PLATFORMS, SOUND_IMAGES, SOUND_NAMES,
                          SOUND_PLATFORMS)

DIRECTIVES = ["# syntax=docker/dockerfile:1", "# escape=`", "# escape=\\",
              "# check=skip=StageNameCasing", "# check=error=true", "#!/bin/x",
              "# check=skip=all;error=true", "# check=experimental=all", "\ufeff",
              "#check=skip=UndefinedVar, JSONArgsRecommended;error=1",
              "# Syntax = docker/dockerfile:1.7-labs extra words", "# escape=x",
              "# check=bogus", "# check=skip=x;skip=y;error=false;a=b", "  # escape=`",
              "# check=error=maybe", "# syntax=x\n# syntax=y", "# unknown=1\n# escape=`",
              "# check=experimental=InvalidDefinitionDescription;skip=all"]
GLOBALS = ["BASE=alpine VERSION=3", "IMG", "VERSION=${X:-3.19} BASE=node", "FOO=$BASE",
           "BASE=golang:1.22 IMG=busybox VERSION=2", "FOO=a.b.c BAR=${FOO%.*}",
           "TARGETPLATFORM=linux/s390x", "BUILDPLATFORM", "DB_PASSWORD=x", "IMG=",
           "BASE=${FOO:?no} ", "VERSION='3 4'", "SOURCE_DATE_EPOCH=1600000000",
           "é=1", "http_proxy=http://q", "TARGETARCH", "A-B=c"]
STRAY = ["\x00", "\"", "\\", "${", "<<A", "\r", "\t", "'", "[", "]", "=", "--", " ",
         "$", "`", "#", "\n", ",", ":", "/", "\u00a0", "\u2028", "é", "\ufeff", "@"]
# Bytes that are no UTF-8, in Python's surrogateescape.
BAD_BYTES = ["\udcff", "\udcc3", "\udcbf", "\udce2\udc82", "\udcc0\udc80",
             "\udced\udca0\udc80", "\udcf4\udc90\udc80\udc80"]


class Generator(Instructions):
    """One file's worth of choices."""

    def __init__(self, seed: int) -> None:
        super().__init__(random.Random(f"dockerfile {seed}"))
        self.globals_set = False

    def from_line(self) -> str:
        base = self.pick(IMAGES if self.goes_wrong() else SOUND_IMAGES)
        if self.stages and self.chance(0.35):
            base = self.pick(self.stages)
            base = base if self.goes_wrong() else base.lower()
        elif self.chance(0.15 if self.globals_set else self.broken):
            base = self.pick(["$BASE", "${IMG:-alpine}", "alpine:$VERSION", "$IMG",
                              "${BASE}:${VERSION:-1}", "\"$BASE\"", "${BASE%:*}",
                              "alpine${IMG:+:$IMG}", "$VERSOIN", "${BASE:?x}"])
        line = self.cased("FROM") + " "
        if self.chance(0.2):
            line += "--platform=" + self.pick(
                PLATFORMS if self.goes_wrong() else SOUND_PLATFORMS) + " "
        elif self.goes_wrong():
            line += self.pick(["--platfrm=x ", "--platform ", "-- ", "--x ",
                               "--platform=linux/arm64 --platform=linux/arm64 "])
        line += base
        if self.chance(0.7):
            name = self.pick(NAMES if self.goes_wrong() else SOUND_NAMES)
            line += self.pick([" AS ", " as ", " As ", " AS  "]) + name
            self.stages.append(name)
        elif self.goes_wrong():
            line += self.pick([" AS", " x", " AS a b", " IS a", " AS 'a'"])
        return line

    def statement(self) -> str:
        text = self.instruction()
        word, space, rest = text.partition(" ")
        text = self.cased(word) + space + rest
        if self.chance(0.03):
            text = self.pick(["  ", "\t", " \t "]) + text
        if self.chance(0.03):
            text = self.pick(NOTES) + "\n" + text
        return text

    def stage(self) -> list[str]:
        lines = [self.from_line()]
        if self.chance(0.1):
            lines.insert(0, self.pick(NOTES))
        return lines + [self.statement() for _ in range(self.rng.randint(0, 7))]

    def mutate(self, text: str) -> str:
        """A sound file with a slip of the pen."""
        kind = self.rng.randrange(6)
        at = self.rng.randrange(len(text))
        if kind == 0:
            return text[:at] + text[at + self.rng.randint(1, 4):]
        if kind == 1:
            return text[:at] + self.pick(STRAY) + text[at:]
        if kind == 2:
            return text[:at] + self.pick(STRAY) + text[at + 1:]
        if kind == 3:
            words = text.split(" ")
            a, b = (self.rng.randrange(len(words)) for _ in range(2))
            words[a], words[b] = words[b], words[a]
            return " ".join(words)
        lines = text.split("\n")
        a, b = (self.rng.randrange(len(lines)) for _ in range(2))
        if kind == 4:
            lines[a], lines[b] = lines[b], lines[a]
        else:
            lines.insert(a, lines[b])
        return "\n".join(lines)

    def file(self) -> str:
        lines: list[str] = []
        while self.chance(0.12):
            lines.append(self.pick(DIRECTIVES if self.goes_wrong()
                                   else DIRECTIVES[:9]))
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            self.globals_set = True
            if self.chance(0.1):
                lines.append(self.pick(NOTES))
            lines.append("ARG " + self.pick(GLOBALS if self.goes_wrong()
                                            else GLOBALS[:8]))
        for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4])):
            lines += self.stage()
        if self.goes_wrong() and self.chance(0.2):
            lines.insert(0, self.statement())
        text = "\n".join(lines) + "\n"
        if self.chance(0.05):
            text = text.replace("\n", "\r\n")
        if self.chance(0.03):
            text = text.rstrip("\n")
        if self.chance(0.002):
            text += "RUN " + "x" * self.pick([65530, 65531, 65532]) + "\n"
        while self.broken and self.chance(0.2):
            text = self.mutate(text) or "x"
        if self.broken and self.chance(0.05):
            for _ in range(self.rng.randint(1, 3)):
                at = self.rng.randrange(len(text))
                text = text[:at] + self.pick(BAD_BYTES) + text[at:]
        return text


def case(seed: int, gateway: bool) -> dict[str, object]:
    """One case; options and ignore files need the gateway's mode."""
    generator = Generator(seed)
    result: dict[str, object] = {"case": str(seed),
                                 "dockerfile": generator.file()}
    if gateway:
        result["opts"] = options(generator)
        if generator.chance(0.3):
            result["dockerignore"] = ignore_file(generator)
    return result
