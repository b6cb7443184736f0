#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the parts of docs/ that the tables already say.

    gen_docs.py           write them
    gen_docs.py --check   fail if one is not what it would be

docs/Passes.md comes from Passes.def and the essays on top of the passes,
docs/Diagnostics.md from *Diags.def and Checks.def, and the tables between
the `generated` marks of docs/LanguageReference.md from Ops.h and the rules in
IRDiags.def, and of docs/Platforms.md from Architectures.def.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "llb"
NOTE = "<!-- Written by utils/gen_docs.py; change the tables, not this. -->\n"
STRING = r'"((?:[^"\\]|\\.)*)"'


def unquote(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def cell(text: str) -> str:
    """Text in a table: no pipes, no HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def tag(name: str) -> str:
    """As lib/Support/Diagnostics.cpp makes it: CannotRead is cannot-read."""
    return re.sub(r"(?<=[^A-Z])([A-Z])|(?<!^)([A-Z])(?=[a-z])", r"-\1\2", name).lower()


# ---- passes ----


def essay(name: str) -> str:
    """The comment on top of the pass, without its first line."""
    lines = []
    for line in (ROOT / "lib" / "Passes" / f"{name}.cpp").read_text().splitlines()[2:]:
        if not line.startswith("//"):
            break
        lines.append(line[3:])
    if lines and lines[0].startswith("The pass `"):
        lines = lines[1:]
    return "\n".join(lines).strip()


def passes() -> str:
    table = (INCLUDE / "Passes" / "Passes.def").read_text()
    headers = "".join(p.read_text() for p in sorted((INCLUDE / "Passes").glob("*.h")))
    found = re.findall(rf"^LLB_PASS\({STRING},\s*(\w+),\s*{STRING}\)", table, re.M)
    out = ["# Passes\n", NOTE,
           "`llb-opt --passes=NAME,NAME(OPTION)` runs them in that order; `--list-passes`",
           "prints this list. No pass changes what is built.\n",
           *levels(),
           "`--remarks=text` (or `yaml`, as LLVM's optimisation records) tells what was changed",
           "at which line and what was not, and why; the texts are at the end. `--stats`,",
           "`--time-passes`, `--print-changed`, `--debug-pass-manager` and",
           "`--opt-bisect-limit=N` help to find what a pass did.\n",
           "| pass | does |", "|---|---|"]
    out += [f"| [`{flag}`](#{flag}) | {cell(summary)} |" for flag, _, summary in found]
    for flag, name, _ in found:
        out += ["", f"## {flag}\n", essay(name.removesuffix("Pass"))]
        options = re.findall(
            rf"\boption\(\s*{STRING},\s*&{name}::\w+,\s*((?:{STRING}\s*)+)", headers)
        if options:
            out += ["", "| option | does |", "|---|---|"]
            out += [f"| `{flag}({option[0]})` | "
                    + cell("".join(re.findall(STRING, option[1]))) + " |"
                    for option in options]
    remarks = (INCLUDE / "Passes" / "Remarks.def").read_text()
    out += ["", "## Remarks\n", "| name | text |", "|---|---|"]
    out += [f"| {name} | {code(unquote(text))} |" for name, text in
            re.findall(rf"^LLB_REMARK\(\s*(\w+),\s*{STRING}\s*\)", remarks, re.M)]
    rules = (INCLUDE / "Passes" / "Rules.def").read_text()
    out += ["", "## Rules\n",
            "What makes a pass legal, so far as tests turn it off to show that they notice:",
            "`llb-opt --break-rule=NAME`, a hidden option that is for tests alone, since what",
            "comes out of it builds something else.\n",
            "| rule | what holds |", "|---|---|"]
    out += [f"| `{name}` | {cell(unquote(text))} |" for name, text in
            re.findall(rf"^LLB_RULE\(\s*\w+,\s*{STRING},\s*{STRING}\s*\)", rules, re.M)]
    # What was measured stays as it is.
    page = ROOT / "docs" / "Passes.md"
    _, mark, measured = page.read_text().partition("<!-- measured by benchmarks/passes.py -->")
    return "\n".join(out) + "\n" + (f"\n{mark}{measured}" if mark else "")


def levels() -> list[str]:
    """What -O1 and -O2 of llb-opt and llbc stand for."""
    table = (ROOT / "lib" / "Passes" / "PassTable.cpp").read_text()
    texts = re.findall(r'return "([a-z,-]+)";', table[table.index("pipelineOfLevel"):])
    return [f"`-O{level}` of llb-opt and llbc is `{text}`.  " for level, text
            in enumerate(texts, 1)]


# ---- messages ----


def messages() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(section, [(id, severity, text)]) of the areas' tables."""
    sections: list[tuple[str, list[tuple[str, str, str]]]] = []
    tables = sorted((INCLUDE / "Support").glob("*Diags.def"))
    text = "".join(path.read_text() for path in tables)
    for match in re.finditer(
            rf"^// ---- (.*?) ----$|^LLB_DIAG\(\s*(\w+),\s*(\w+),((?:\s*{STRING})+)\s*\)",
            text, re.M):
        if match[1]:
            sections.append((match[1], []))
        else:
            text = "".join(re.findall(STRING, match[4]))
            sections[-1][1].append((match[2], match[3].lower(), unquote(text)))
    return [(name, rows) for name, rows in sections if rows]


def message_rows(rows: list[tuple[str, str, str]]) -> list[str]:
    return ["| tag | severity | message |", "|---|---|---|"] + [
        f"| `{tag(name)}` | {severity} | {code(text)} |" for name, severity, text in rows]


def diagnostics() -> str:
    out = ["# Messages\n", NOTE,
           "Each message ends in its tag, `[unknown-instruction]`; `{0}` and so on stand for",
           "what the message is about. Sections marked BuildKit have BuildKit v0.32.2's own",
           "words. The rules of build checks are below."]
    for name, rows in messages():
        out += ["", f"## {name[0].upper()}{name[1:]}\n", *message_rows(rows)]
    checks = (INCLUDE / "Support" / "Checks.def").read_text()
    out += ["", "## Rules of build checks\n", "| rule | what it says |", "|---|---|"]
    for match in re.finditer(
            rf"^LLB_CHECK\(\s*(\w+),\s*{STRING},\s*\w+,(?:\s*{STRING})+\s*,((?:\s*{STRING})+)",
            checks, re.M):
        text = "".join(re.findall(STRING, match[4]))
        out.append(f"| `{match[1]}` | {cell(unquote(text))} |")
    return "\n".join(out) + "\n"


# ---- fields ----

SCALARS = {"std::string": "string", "bool": "flag", "int32_t": "int32", "int64_t": "int64",
           "uint32_t": "uint32", "uint64_t": "uint64", "StringList": "`[string, …]`",
           "StringMap": "`{ key = string, … }`", "Bytes": "string or base64",
           "RawDefinition": "base64", "CapMap": "`{ key, … }`"}


def enums() -> dict[str, str]:
    traits = (ROOT / "lib" / "IR" / "TextTraits.h").read_text()
    return {match[1]: ", ".join(f"`{name}`" for name in re.findall(r'"(\w+)"', match[2]))
            for match in re.finditer(
                r"struct EnumNames<(\w+)> \{.*?names = \{(.*?)\};", traits, re.S)}


def input_owners() -> list[str]:
    """The messages whose int64 fields text shows as the inputs they index."""
    traits = (ROOT / "lib" / "IR" / "TextTraits.h").read_text()
    function = re.search(r"isInputIndex\(.*?^\}", traits, re.S | re.M)
    return re.findall(r"is_same_v<Owner, (\w+)>", function[0]) if function else []


def type_text(name: str, names: dict[str, str]) -> str:
    if name in SCALARS:
        return SCALARS[name]
    if name in names:
        return names[name]
    if match := re.fullmatch(r"(?:std::optional|Rare)<(\w+)>", name):
        return type_text(match[1], names)
    if match := re.fullmatch(r"std::vector<(\w+)>", name):
        return f"`[…]` of {type_text(match[1], names)}"
    if match := re.fullmatch(r"std::map<std::string, (\w+)>", name):
        return f"`{{ key … }}` of {type_text(match[1], names)}"
    return f"[{name}](#{name.lower()})"


def fields() -> str:
    source = (INCLUDE / "IR" / "Ops.h").read_text()
    names = enums()
    owners = input_owners()
    out = []
    for match in re.finditer(r"^((?:/// [^\n]*\n)*)struct (\w+) \{\n(.*?)^\};", source, re.M | re.S):
        comment = " ".join(re.findall(r"/// (.*)", match[1]))
        message, body = match[2], match[3]
        listed = re.findall(rf"field\(\s*(\d+),\s*{STRING},\s*&{message}::(\w+)\)", body)
        members = dict(
            (m[3], (m[2], " ".join(re.findall(r"/// (.*)", m[1]))))
            for m in re.finditer(
                r"((?: *///.*\n)*) *([\w:<>, ]+?) (\w+)(?: = [^;]*)?;\n", body))
        oneof = re.search(r"return oneOf\((.*?)\);", body, re.S)
        if not listed and not oneof:
            continue
        out += ["", f"#### {message}\n"]
        if comment:
            out += [comment + "\n"]
        if listed:
            out += ["| field | number | value | |", "|---|---|---|---|"]
            for number, name, member in listed:
                kind, note = members[member]
                text = type_text(kind, names)
                if text == "int64" and message in owners:
                    text = "an input"
                out.append(f"| `{name}` | {number} | {text} | {cell(note)} |")
        if oneof:
            alternatives = re.findall(rf"OneOfMember\{{(\d+), {STRING}\}}", oneof[1])
            out += ["", "One of " + ", ".join(f"`{name}` ({number})"
                                              for number, name in alternatives) + "."]
    return "\n".join(out).strip("\n")


def rules() -> str:
    return "\n".join(message_rows(dict(messages())["rules of LLB"]))


# ---- platforms ----


def architecture_rows(macro: str) -> list[list[str]]:
    table = (INCLUDE / "Support" / "Architectures.def").read_text()
    return [[part.strip().strip('"') for part in line.split(",")]
            for line in re.findall(rf"^{macro}\((.*)\)$", table, re.M)
            if '"' in line]


def architectures() -> str:
    out = ["| architecture | bits | byte order | emulator | also runs |",
           "|---|---|---|---|---|"]
    for name, bits, order, _, qemu, runs in architecture_rows("LLB_ARCHITECTURE"):
        out.append(f"| `{name}` | {bits} | {order.lower()} | "
                   + (f"`qemu-{qemu}`" if qemu else "") + " | "
                   + (f"`{runs}`" if runs else "") + " |")
    return "\n".join(out)


def spellings() -> str:
    def platform(name: str, variant: str) -> str:
        return f"`{name}/{variant}`" if variant else f"`{name}`"

    out = ["| spelling | is |", "|---|---|"]
    for spelling, name, variant in architecture_rows("LLB_ARCHITECTURE_ALIAS"):
        out.append(f"| `{spelling}` | "
                   + platform(name, "" if variant == "nullptr" else variant) + " |")
    for name, spelling, variant in architecture_rows("LLB_VARIANT"):
        out.append(f"| {platform(name, spelling)} | {platform(name, variant)} |")
    return "\n".join(out)


def fill_marks(text: str) -> str:
    parts = {"fields": fields, "rules": rules,
             "architectures": architectures, "spellings": spellings}

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n\n{parts[match[2]]()}\n\n{match[3]}"

    return re.sub(r"(<!-- generated: (\w+) -->)\n.*?(<!-- end -->)", fill, text, flags=re.S)


def main() -> int:
    marked = [ROOT / "docs" / name for name in ("LanguageReference.md", "Platforms.md")]
    wanted = {ROOT / "docs" / "Passes.md": passes(),
              ROOT / "docs" / "Diagnostics.md": diagnostics(),
              **{path: fill_marks(path.read_text()) for path in marked}}
    stale = [path for path, text in wanted.items()
             if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: not current; run utils/gen_docs.py")
        print(f"generated documents: {len(stale)} of {len(wanted)} are stale")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
