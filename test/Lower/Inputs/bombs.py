# SPDX-License-Identifier: Apache-2.0
"""Writes the Dockerfiles of bombs.test into a folder."""
import sys
from pathlib import Path

CHAIN = 3000
MANY = 50000


def lines(text: str, count: int, first: int = 0) -> str:
    """`text` once per number: {i} is the number, {b} the one before."""
    return "".join(text.format(i=i, b=i - 1) + "\n" for i in range(first, count))


# $A17 is 8 MiB in the end.
LARGE = "ARG A0=" + "x" * 64 + "\n" + lines("ARG A{i}=$A{b}$A{b}", 18, 1) + \
    "FROM scratch AS s0\nARG A17\n"
STAGE = "FROM s{b} AS s{i}\n"

BOMBS = {
    "fork-env": LARGE + "ENV X=$A17\n" + lines(STAGE + "ENV Y={i}", CHAIN, 1),
    "fork-labels": LARGE + "LABEL X=$A17\n" + lines(STAGE + "LABEL Y={i}", CHAIN, 1),
    "fork-arguments": LARGE + lines(STAGE + "ARG Y={i}", CHAIN, 1),
    "large-env": "FROM alpine\nENV X=" + "x" * 60000 + "\n" + lines("RUN {i}", MANY),
    "large-labels": "FROM alpine\nENV X=" + "x" * 60000 + "\n" + lines("LABEL l{i}=$X", MANY),
    "growing-workdir": "FROM scratch\n" + lines("WORKDIR a", MANY),
    "growing-arguments": "FROM alpine\n" + lines("ARG a{i}=v\nRUN x", MANY),
    "onbuild-product": "FROM alpine AS b\n" + lines("ONBUILD RUN x", 2000) +
                       lines("FROM b AS s{i}", 900) + "FROM scratch\n" +
                       lines("COPY --from=s{i} a b", 900),
    "many-stages-of-arguments": "FROM alpine AS s0\n" + lines(STAGE + "ARG a{i}={i}\nRUN x", CHAIN, 1),
    "large-labels-at-once": LARGE + "LABEL " + " \\\n".join(f"l{i}=$A17" for i in range(CHAIN)) + "\n",
    "port-ranges": "FROM alpine\nEXPOSE" + " 1-65535" * CHAIN + "\n",
    "large-global-arguments": "ARG A0=" + "x" * 64 + "\n" + lines("ARG A{i}=$A{b}$A{b}", 18, 1) +
                              lines("ARG B{i}=$A17", CHAIN) + "FROM scratch\nCOPY a b\n",
    "many-stages": lines("FROM scratch AS s{i}\nCOPY a{i} /", MANY),
    "many-chained-stages": "FROM scratch AS s0\nCOPY a /\n" +
                           lines("FROM scratch AS s{i}\nCOPY --from=s{b} a{i} /", MANY, 1),
    "many-heredocs": "FROM alpine\n" + lines("RUN <<E{i}\necho {i}\nE{i}", MANY),
    "many-inputs": "FROM alpine\nCOPY " + " \\\n".join(f"s{i}" for i in range(MANY)) + " /d/\n",
    "many-triggers": "FROM alpine AS a\n" + lines("ONBUILD RUN {i}", MANY) + "FROM a\n",
    "many-undefined": "FROM alpine\n" + lines("ENV variable{i}=v", 2500) +
                      lines("LABEL l=$varaible{i}", 2500),
}

for name, text in BOMBS.items():
    (Path(sys.argv[1]) / name).write_text(text)
