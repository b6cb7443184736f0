#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""recognize.py GRAMMAR FILE...: whether an ANTLR grammar accepts each file.

Knows as much of ANTLR's notation as LLB.g4 uses: the longest token wins, then
a literal, then the first rule; the parser tries every way. A file's parts
between `; -----` lines are taken alone; those with an `expected-error` comment
need not be accepted. Prints what is not, and how many parts were.
"""
import re
import sys
from pathlib import Path

SYMBOL = re.compile(r"'(?:[^'\\]|\\.)*'|\[(?:[^\]\\]|\\.)*\]|->|\w+|[():|?*+~;]")


class Grammar:
    """Rules as trees: ("alt"|"seq", [tree]), ("?"|"*"|"+", tree), ("ref", name), ("lit", text)
    and, in the lexer, ("not", class), ("class", class)."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
        self.symbols = SYMBOL.findall(re.sub(r"^grammar \w+;", "", text, flags=re.M))
        self.at = 0
        self.rules: dict[str, tuple] = {}
        self.tokens: list[str] = []
        self.skipped: set[str] = set()
        while self.at < len(self.symbols):
            self.rule()
        self.literals = {lit for name, tree in self.rules.items() if name[0].islower()
                         for lit in self.literals_of(tree)}
        self.lexer = [(name, re.compile(self.regex(self.rules[name]))) for name in self.tokens]

    def take(self, wanted: str | None = None) -> str:
        symbol = self.symbols[self.at]
        if wanted is not None and symbol != wanted:
            sys.exit(f"grammar: expected {wanted}, found {symbol}")
        self.at += 1
        return symbol

    def rule(self) -> None:
        fragment = self.symbols[self.at] == "fragment" and bool(self.take())
        name = self.take()
        self.take(":")
        self.rules[name] = self.alternatives()
        if self.symbols[self.at] == "->":
            self.take()
            self.take("skip")
            self.skipped.add(name)
        self.take(";")
        if name[0].isupper() and not fragment:
            self.tokens.append(name)

    def alternatives(self) -> tuple:
        choices = [self.sequence()]
        while self.symbols[self.at] == "|":
            self.take()
            choices.append(self.sequence())
        return ("alt", choices)

    def sequence(self) -> tuple:
        parts = []
        while self.symbols[self.at] not in ("|", ")", ";", "->"):
            symbol = self.take()
            if symbol == "(":
                part = self.alternatives()
                self.take(")")
            elif symbol == "~":
                part = ("not", self.take())
            elif symbol[0] == "'":
                part = ("lit", symbol[1:-1].encode().decode("unicode_escape"))
            elif symbol[0] == "[":
                part = ("class", symbol)
            else:
                part = ("ref", symbol)
            while self.symbols[self.at] in ("?", "*", "+"):
                part = (self.take(), part)
            parts.append(part)
        return ("seq", parts)

    def literals_of(self, tree: tuple) -> list[str]:
        kind, content = tree
        if kind == "lit":
            return [content]
        if kind in ("alt", "seq"):
            return [lit for part in content for lit in self.literals_of(part)]
        return self.literals_of(content) if kind in ("?", "*", "+") else []

    def regex(self, tree: tuple) -> str:
        kind, content = tree
        if kind == "alt":
            return "(?:" + "|".join(map(self.regex, content)) + ")"
        if kind == "seq":
            return "".join(map(self.regex, content))
        if kind in ("?", "*", "+"):
            return f"(?:{self.regex(content)}){kind}"
        if kind == "ref":
            return self.regex(self.rules[content])
        return {"lit": re.escape(content), "class": content,
                "not": "[^" + content[1:]}[kind]

    def lex(self, text: str) -> list[tuple[str, str]] | None:
        """(rule or literal, text) of each token; none where nothing matches."""
        found, at = [], 0
        longest_first = sorted(self.literals, key=len, reverse=True)
        while at < len(text):
            literal = next((lit for lit in longest_first if text.startswith(lit, at)), "")
            best, length = literal, len(literal)
            for name, pattern in self.lexer:
                match = pattern.match(text, at)
                if match and match.end() - at > length:
                    best, length = name, match.end() - at
            if not length:
                return None
            if best not in self.skipped:
                found.append((best, text[at:at + length]))
            at += length
        return found

    def accepts(self, text: str) -> bool:
        tokens = self.lex(text)
        if tokens is None:
            return False
        kinds = [kind for kind, _ in tokens] + ["EOF"]
        memo: dict[tuple[str, int], set[int]] = {}

        def ends(tree: tuple, at: int) -> set[int]:
            kind, content = tree
            if kind == "lit" or (kind == "ref" and content[0].isupper()):
                return {at + 1} if at < len(kinds) and kinds[at] == content else set()
            if kind == "ref":
                if (content, at) not in memo:
                    memo[content, at] = ends(self.rules[content], at)
                return memo[content, at]
            if kind == "alt":
                return set().union(*(ends(part, at) for part in content))
            if kind == "seq":
                reached = {at}
                for part in content:
                    reached = set().union(*(ends(part, each) for each in reached))
                return reached
            reached = {at} if kind != "+" else set()
            new = ends(content, at)
            while new:
                reached |= new
                if kind == "?":
                    break
                new = set().union(*(ends(content, each) for each in new)) - reached
            return reached

        return len(kinds) in ends(("ref", "module"), 0)


grammar = Grammar(Path(sys.argv[1]).read_text())
words = set(grammar.literals_of(grammar.rules["word"]))
for keyword in sorted(lit for lit in grammar.literals - words if lit[0].isalpha()):
    print(f"{keyword}: a keyword that is no word")
accepted = rejected = 0
for name in sys.argv[2:]:
    for part in re.split(r"^; -----.*\n", Path(name).read_text(), flags=re.M):
        if grammar.accepts(part):
            accepted += 1
        elif "expected-error" not in part:
            rejected += 1
            print(f"{name}: not accepted: {part[:200]!r}")
print(f"{accepted} accepted, {rejected} rejected")
