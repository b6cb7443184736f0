# SPDX-License-Identifier: Apache-2.0
"""Random LLB graphs as text, which no Dockerfile leads to.

Most operations of a graph work on the last few values, so that chains, shared
parents and merges of merges come about; nearly all are written so that they
build (`createDestPath`, `allowNotFound`). Scenes are a few steps in which a pass
goes wrong that does not look closely. A graph has one or two results.
"""
import random

BASE = "docker.io/library/busybox:latest"
PATHS = ["/d", "/d/a", "/d/e", "/d/e/a", "/opt/a", "/l", "/l/a", "/new//a", "/./new/b",
         "/srv/x", "/etc/passwd", "/bin/own"]
INTO = ["/", "/d/", "/d/e/", "/opt/", "/l/", "/srv/../opt/"]
# Where copies of a chain go: apart, into each other, into what the base has.
CHAIN = ["/srv/a", "/srv/a/b", "/srv/b/", "/opt/a/", "/opt/a/b", "/tmp/t", "/tmp/u/v", "/etc/app/c",
         "/root/x", "/d/a", "/d/e/"]
SOURCES = ["/a", "/b", "/sub", "/sub/c", "/f*", "/x/y", "/x/y/../y"]


class Graph:
    def __init__(self, rng: random.Random, name: str) -> None:
        self.rng = rng
        # A daemon takes sources of equal ids that it is asked for at one time for one.
        self.name = name
        self.lines: list[str] = []
        # Values by name, and whether a shell can run on them.
        self.values: list[tuple[str, bool]] = []
        self.contexts: list[tuple[str, str]] = []

    def define(self, text: str) -> str:
        name = f"%{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def add(self, text: str, shell: bool) -> None:
        self.values.append((self.define(text), shell))

    def pick(self) -> tuple[str, bool]:
        if self.rng.random() < 0.6:
            return self.values[-1]
        return self.rng.choice(self.values[-4:])

    def sources(self, digest: str) -> None:
        platform = "platform(linux/amd64)"
        self.add(f'source "docker-image://{BASE}@{digest}" {platform}', True)
        self.values.append(("scratch", False))
        for path in self.rng.sample(SOURCES, 3) + ["", ""]:
            # Each with an id of its own, as two compiles would have it.
            follow = f'local.followpaths = "[\\"{path[1:]}\\"]", ' if path else ""
            self.contexts.append((path, self.define(
                f'source "local://context" {{ {follow}local.unique = "{self.name}-{len(self.lines)}" }}')))

    def copy(self, base: str) -> str:
        rng = self.rng
        flags = ["followSymlink", "createDestPath", "allowWildcard", "allowEmptyWildcard"]
        if rng.random() < 0.7:
            flags.append("dirCopyContents")
        if rng.random() < 0.2:
            flags.append(f"mode = {rng.choice(['0o755', '0o640', '0o700'])}")
        if rng.random() < 0.2:
            flags.append("owner { user = " + rng.choice(
                ["7", "7, group = 8", f'"nobody" from {base}' if base != "scratch" else "9"]) + " }")
        others = [name for name, _ in self.values if name != "scratch"]
        if rng.random() < 0.3:
            source, path = rng.choice(others), rng.choice(["/d*", "/opt*", "/etc/g*", "/new"])
            path = path if "*" in path else path + "*"
        else:
            path, source = rng.choice(self.contexts)
            path = path or rng.choice(SOURCES)
            # What there is, with a filter or without.
            path = rng.choice([path, path, path, "/*"])
        dest = rng.choice(INTO if "*" in path or rng.random() < 0.5 else PATHS)
        return f'copy {source} "{path}" -> "{dest}" {{ {", ".join(flags)} }}'

    def action(self, base: str) -> str:
        rng = self.rng
        roll = rng.random()
        if roll < 0.55:
            return self.copy(base)
        if roll < 0.75:
            mode = rng.choice(["0o755", "0o755", "0o700"])
            owner = rng.choice(["", "", ", owner { user = 5, group = 6 }"])
            return f'mkdir "{rng.choice(PATHS)}" {{ mode = {mode}, makeParents{owner} }}'
        if roll < 0.83:
            return f'rm "{rng.choice(PATHS + ["/d*", "/d/*"])}" {{ allowNotFound, allowWildcard }}'
        if roll < 0.92:
            return (f'mkfile "{rng.choice(["/m", "/n", "/opt"])}{rng.randrange(3)}" '
                    f'{{ mode = 0o644, data = "{rng.randrange(9)}" }}')
        return f'symlink "{rng.choice(["d", "opt", "/srv"])}" -> "/l{rng.choice(["", "1", "2"])}"'

    def scene(self) -> None:
        rng = self.rng
        base, shell = self.pick()
        match rng.choice(["dots", "again", "itself", "chain", "chain"]):
            case "dots":
                self.file(base, shell, [
                    'mkdir "/d/e" { mode = 0o755, makeParents }',
                    f'symlink "/d/e" -> "/s{len(self.lines)}"',
                    f'mkdir "/s{len(self.lines)}/../up" {{ mode = 0o755, makeParents }}'])
            case "again":
                path = rng.choice(["/d", "/d/a", "/opt/a"])
                mode = rng.choice(["0o755", "0o700"])
                make = f'mkdir "{path}" {{ mode = {mode}, makeParents }}'
                self.file(base, shell, [make, rng.choice([
                    f'rm "{path}" {{ allowNotFound }}', f'rm "{path[:2]}*" {{ allowWildcard }}',
                    self.copy(base)]), make])
            case "itself":
                self.file(base, shell, [self.action(base)])
                last = self.values[-1][0]
                self.file(last, shell, [
                    f'copy {last} "{rng.choice(["/d*", "/opt*", "/l*", "/m*"])}" -> "/itself{len(self.lines)}/"'
                    " { createDestPath, allowWildcard, allowEmptyWildcard }"])
            case "chain":
                base, shell = rng.choice([(base, shell), *self.values[:2]])
                places = rng.sample(CHAIN, rng.choice([1, 3, 6]))
                for _ in range(rng.randrange(2, 5)):
                    path, source = rng.choice(self.contexts)
                    owner = rng.choice(["", "", ", owner { user = 7, group = 8 }"])
                    self.file(base, shell, [
                        f'copy {source} "{path or rng.choice(["/a", "/b", "/sub"])}" -> "{rng.choice(places)}"'
                        f" {{ createDestPath, followSymlink{owner} }}"])
                    base = self.values[-1][0]

    def file(self, base: str, shell: bool, actions: list[str], policy: str = "") -> None:
        body = "\n".join("  " + action for action in actions)
        self.add(f"file {base} {{\n{body}\n}}{policy}", shell)

    def step(self) -> None:
        rng = self.rng
        if rng.random() < 0.2:
            self.scene()
            return
        roll = rng.random()
        base, shell = self.pick()
        if roll < 0.72:
            actions = [self.action(base) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
            self.file(base, shell, actions,
                      " !meta { ignore_cache }" if rng.random() < 0.05 else "")
        elif roll < 0.84:
            inputs = [base] + [rng.choice(self.values)[0] for _ in range(rng.choice([1, 1, 2]))]
            inputs = [name for name in inputs if name != "scratch"]
            if len(inputs) > 1:
                self.add("merge " + ", ".join(inputs), any(
                    can for name, can in self.values if name in inputs))
        elif roll < 0.93:
            lower = rng.choice([base, "scratch", rng.choice(self.values)[0]])
            upper = rng.choice(self.values[-3:])[0]
            # A daemon refuses a difference of a thing to itself.
            if lower != upper:
                self.add(f"diff {lower} -> {upper}", False)
        elif shell and base != "scratch":
            command = rng.choice(["true", "rm -rf /d /l", "mkdir -p /d/e; ln -f /bin/own /d/h",
                                  "echo nobody:x:77:77::/:/bin/sh > /etc/passwd"])
            self.add(f'exec ["/bin/sh", "-c", "{command} || true"] {{\n  cwd = "/"\n'
                     f'  env = ["PATH=/bin"]\n  bind {base} -> "/" => #0\n}}', True)


def make_graph(rng: random.Random, name: str, digest: str) -> tuple[str, list[str]]:
    """The text, and the names of its results."""
    graph = Graph(rng, name)
    graph.sources(digest)
    for _ in range(rng.randrange(4, 12)):
        graph.step()
    while graph.values[-1][0] == "scratch":
        graph.step()
    results = {"one": graph.values[-1][0]}
    if rng.random() < 0.4:
        two = rng.choice(graph.values)[0]
        if two != "scratch":
            results["two"] = two
    lines = graph.lines + [f'return "{name}" {value}' for name, value in results.items()]
    return "\n".join(lines) + "\n", list(results)
