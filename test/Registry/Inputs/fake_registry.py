#!/usr/bin/env python3
"""Runs a command beside a small registry on loopback that can misbehave.

    fake_registry.py [--auth none|basic|token] [--fault KIND] -- COMMAND...

The command finds `host:port` in $REGISTRY. The registry has one image, app:1,
an index with linux/amd64 and linux/arm64. Faults: `flaky` answers the first
two requests with 503, `digest` serves a config that has another digest,
`huge` never stops sending a manifest, `missing` has no arm64 image.
The log of requests goes to standard error when the command is done.
"""
import argparse
import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse

USER, PASSWORD, TOKEN = "someone", "secret", "the-token"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


class Store:
    """The image's blobs by digest."""

    def __init__(self, architectures: list[str]) -> None:
        self.blobs: dict[str, bytes] = {}
        manifests = []
        for architecture in architectures:
            config = dump({
                "architecture": architecture, "os": "linux",
                "config": {"Env": ["PATH=/bin", f"ARCH={architecture}"]},
                "rootfs": {"type": "layers",
                           "diff_ids": ["sha256:" + "0" * 64]}})
            manifest = dump({
                "schemaVersion": 2, "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "digest": self.add(config),
                           "size": len(config)},
                "layers": []})
            manifests.append({
                "mediaType": MANIFEST, "digest": self.add(manifest),
                "size": len(manifest),
                "platform": {"os": "linux", "architecture": architecture}})
        self.index = dump({"schemaVersion": 2, "mediaType": INDEX,
                           "manifests": manifests})
        self.add(self.index)

    def add(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)


class Handler(http.server.BaseHTTPRequestHandler):
    store: Store
    auth = "none"
    fault = ""
    log: list[str] = []

    def log_message(self, *_args: object) -> None:
        pass

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def authorized(self) -> bool:
        given = self.headers.get("Authorization", "")
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path.startswith("/token"):
            return given == "Basic " + basic
        wanted = {"none": given, "basic": "Basic " + basic,
                  "token": "Bearer " + TOKEN}
        return given == wanted[self.auth]

    def challenge(self) -> None:
        host = self.headers["Host"]
        header = 'Basic realm="here"'
        if self.auth == "token":
            header = (f'Bearer realm="http://{host}/token",service="fake",'
                      'scope="repository:lib/app:pull"')
        self.answer(401, b"", WWW_Authenticate=header)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        # Tokens are to be had by GET.
        self.answer(405, b"")

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        self.log.append(url.path + ("?" + url.query if url.query else ""))
        if self.fault == "flaky" and len(self.log) <= 2:
            self.answer(503, b"")
        elif not self.authorized():
            self.challenge()
        elif url.path == "/token":
            self.answer(200, dump({"token": TOKEN}))
        elif url.path == "/v2/lib/app/manifests/1" and self.fault == "huge":
            self.answer(200, b" " * (5 << 20))
        elif url.path == "/v2/lib/app/manifests/1":
            self.answer(200, self.store.index, Content_Type=INDEX)
        else:
            blob = self.store.blobs.get(url.path.rsplit("/", 1)[-1])
            if blob is None:
                self.answer(404, b"")
            elif self.fault == "digest" and "/blobs/" in url.path:
                self.answer(200, blob + b" ")
            else:
                self.answer(200, blob)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auth", choices=["none", "basic", "token"],
                        default="none")
    parser.add_argument("--fault", default="")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    Handler.auth, Handler.fault = args.auth, args.fault
    Handler.store = Store(["amd64"] if args.fault == "missing"
                          else ["amd64", "arm64"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    env = dict(os.environ, REGISTRY=f"127.0.0.1:{port}")
    done = subprocess.run([word.replace("@REGISTRY@", env["REGISTRY"])
                           for word in args.command], env=env)
    for line in Handler.log:
        print("request:", line, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
