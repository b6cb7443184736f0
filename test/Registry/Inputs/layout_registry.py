#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command beside a registry that serves an OCI layout and misbehaves.

    layout_registry.py [--fault KIND] [--on blobs|manifests] LAYOUT -- COMMAND...

The command finds `host:port` in $REGISTRY, and @REGISTRY@ in its words; every
repository has what the layout has. Faults that pass: `busy` answers the first
two requests with 429, `flaky` with 503, `reset` drops the connection in the
middle of the first two, `stall` falls silent after sixty bytes of the first, `cut`
ends after each half. Those that stay: `500`, `404`, `stuck` (never more than ten
bytes in all), `flip` (one bit), `longer`, `shorter` (and says so). `hang` says
nothing more, `few` nothing after sixty bytes in all, `drip` after one of each
request. They are about blobs of layers, or about manifests. How many requests a
fault was about goes to standard error.
"""
import argparse
import http.server
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    layout: Path
    fault = ""
    on = "blobs"
    count = 0
    lock = threading.Lock()
    small: set[str] = set()

    def log_message(self, *_args: object) -> None:
        pass

    def find(self, name: str) -> tuple[bytes, str] | None:
        index = json.loads((self.layout / "index.json").read_text())
        for entry in index["manifests"]:
            notes = entry.get("annotations", {})
            if notes.get("org.opencontainers.image.ref.name") == name:
                name = entry["digest"]
        path = self.layout / "blobs/sha256" / name.removeprefix("sha256:")
        if not path.is_file():
            return None
        body = path.read_bytes()
        kind = "application/octet-stream"
        if body[:1] == b"{":
            kind = json.loads(body).get("mediaType", kind)
        return body, kind

    def reply(self, status: int, body: bytes, length: int | None = None,
              kind: str = "application/octet-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def fall_silent(self, status: int, body: bytes, length: int) -> None:
        self.reply(status, body, length)
        self.wfile.flush()
        time.sleep(3600)

    def do_GET(self) -> None:
        where, name = self.path.rsplit("/", 2)[-2:]
        found = self.find(name)
        if not found:
            self.reply(404, b"")
            return
        body, kind = found
        # A config is a blob too; faults are about layers.
        faulty = where == self.on and (where == "manifests" or body[:1] != b"{")
        fault = self.fault if faulty else ""
        with self.lock:
            Handler.count += faulty
            count = Handler.count
        begin = 0
        status = 200
        if given := self.headers.get("Range"):
            begin, status = int(given.removeprefix("bytes=").rstrip("-")), 206
        rest = body[begin:]
        if fault == "busy" and count <= 2:
            self.reply(429, b"", Retry_After="1")
        elif fault == "flaky" and count <= 2:
            self.reply(503, b"")
        elif fault in ("500", "404"):
            self.reply(int(fault), b"")
        elif fault == "reset" and count <= 2:
            self.reply(status, rest[:len(rest) // 2], len(rest), kind)
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "cut" and len(rest) > 1000:
            self.reply(status, rest[:len(rest) // 2], len(rest), kind)
        elif fault == "stuck":
            self.reply(status, body[begin:10], len(rest), kind)
        elif fault == "flip":
            changed = bytearray(body)
            changed[len(body) // 2] ^= 1
            self.reply(status, bytes(changed[begin:]), kind=kind)
        elif fault == "longer":
            self.reply(status, rest + b"more", kind=kind)
        elif fault == "shorter":
            self.reply(status, rest[:-7], kind=kind)
        elif fault == "hang":
            time.sleep(3600)
        elif fault == "few":
            self.fall_silent(status, body[begin:60], len(rest))
        elif fault == "drip":
            self.fall_silent(status, rest[:1], len(rest))
        elif fault == "stall" and count == 1:
            self.fall_silent(status, rest[:60], len(rest))
        else:
            self.reply(status, rest, kind=kind)

    do_HEAD = do_GET


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fault", default="")
    parser.add_argument("--on", default="blobs")
    parser.add_argument("layout")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    Handler.fault, Handler.on = args.fault, args.on
    Handler.layout = Path(args.layout)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    registry = f"127.0.0.1:{server.server_address[1]}"
    words = [word.replace("@REGISTRY@", registry) for word in args.command]
    status = subprocess.run(words, env=dict(os.environ, REGISTRY=registry)).returncode
    if args.fault:
        print(f"{args.fault}: {Handler.count} requests", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
