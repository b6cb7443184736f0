#!/usr/bin/env python3
"""Runs a command beside a small registry on loopback that can misbehave.

    fake_registry.py [--auth none|basic|token] [--fault KIND] -- COMMAND...

The command finds `host:port` in $REGISTRY. The registry has one image, app:1,
an index with linux/amd64 and linux/arm64. Faults: `flaky` answers the first
two requests with 503, `digest` serves a config that has another digest,
`huge` never stops sending a manifest, `missing` has no arm64 image, `both` has an
index that is a manifest too, `type` one that says it is a manifest, `nested` one of
indexes, `layers` has 501 of them, `headers` never stops sending headers, `expire` takes
each token for one request, `realm` speaks TLS and wants tokens to be asked for without.
It takes uploads too, into any repository, and mounts blobs from lib/app. Their
faults: `busy` answers the first two of them with 429, `cut` breaks the second
part of an upload off in the middle, `lost` takes it and then answers 500, `far` too,
and claims to have more bytes than there can be,
`other` says that a manifest has another digest, `away` sends uploads to another
name of the host and takes no password there, `slow` keeps silent about blobs that
were sent, `mute` when it is asked for one.
The log of requests goes to standard error when the command is done.
"""
import argparse
import base64
import hashlib
import http.server
import io
import json
import os
import socket
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.parse

USER, PASSWORD = "someone", "secret"
TOKENS = {"pull": "the-token", "pull,push": "the-push-token"}
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def tar_of(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


class Store:
    """The image's blobs by digest."""

    def __init__(self, architectures: list[str]) -> None:
        self.blobs: dict[str, bytes] = {}
        self.pushed: set[str] = set()
        layer = self.add(tar_of("base.txt", b"base"))
        manifests = []
        for architecture in architectures:
            config = dump({
                "architecture": architecture, "os": "linux",
                "config": {"Env": ["PATH=/bin", f"ARCH={architecture}"]},
                "rootfs": {"type": "layers",
                           "diff_ids": [layer]}})
            manifest = dump({
                "schemaVersion": 2, "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "digest": self.add(config),
                           "size": len(config)},
                "layers": [{"mediaType": LAYER, "digest": layer,
                            "size": len(self.blobs[layer])}]})
            manifests.append({
                "mediaType": MANIFEST, "digest": self.add(manifest),
                "size": len(manifest),
                "platform": {"os": "linux", "architecture": architecture}})
        self.index = dump({"schemaVersion": 2, "mediaType": INDEX,
                           "manifests": manifests})
        self.add(self.index)

    def disguise(self, fault: str) -> None:
        index = json.loads(self.index)
        if fault == "both":
            index["layers"] = []
        elif fault == "type":
            index["mediaType"] = MANIFEST
        elif fault == "nested":
            for entry in index["manifests"]:
                entry["digest"] = digest(self.index)
        elif fault == "layers":
            for entry in index["manifests"]:
                manifest = json.loads(self.blobs[entry["digest"]])
                config = json.loads(self.blobs[manifest["config"]["digest"]])
                manifest["layers"] *= 501
                config["rootfs"]["diff_ids"] *= 501
                manifest["config"]["digest"] = self.add(dump(config))
                entry["digest"] = self.add(dump(manifest))
        self.index = dump(index)
        self.add(self.index)

    def add(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)


class Handler(http.server.BaseHTTPRequestHandler):
    store: Store
    auth = "none"
    fault = ""
    log: list[str] = []
    uploads: dict[str, bytearray] = {}
    spent: set[str] = set()
    issued = 0
    lock = threading.Lock()

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

    def action(self) -> str:
        return "pull" if self.command in ("GET", "HEAD") else "pull,push"

    def authorized(self) -> bool:
        given = self.headers.get("Authorization", "")
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path.startswith("/token"):
            return given == "Basic " + basic
        if self.auth == "token" and self.fault == "expire":
            with self.lock:
                if given in self.spent:
                    return False
                self.spent.add(given)
            given = given.split("#")[0]
        if self.auth == "token":
            return given in ("Bearer " + TOKENS[self.action()],
                             "Bearer " + TOKENS["pull,push"])
        return given == {"none": given, "basic": "Basic " + basic}[self.auth]

    def challenge(self) -> None:
        host = self.headers["Host"]
        header = 'Basic realm="here"'
        if self.auth == "token":
            repository = self.path.removeprefix("/v2/").split("/blobs/")[0]
            repository = repository.split("/manifests/")[0]
            header = (f'Bearer realm="http://{host}/token",service="fake",'
                      f'scope="repository:{repository}:{self.action()}"')
        self.answer(401, b"", WWW_Authenticate=header)

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        self.log.append(url.path + ("?" + url.query if url.query else ""))
        if self.fault == "flaky" and len(self.log) <= 2:
            self.answer(503, b"")
        elif not self.authorized():
            self.challenge()
        elif url.path == "/token":
            scopes = urllib.parse.parse_qs(url.query)["scope"]
            action = scopes[0].rsplit(":", 1)[-1]
            token = TOKENS[action]
            if self.fault == "expire":
                with self.lock:
                    Handler.issued += 1
                    token += f"#{self.issued}"
            self.answer(200, dump({"token": token}))
        elif url.path.startswith("/v2/uploads/"):
            self.progress(url.path)
        elif self.fault == "headers":
            self.send_response(200)
            for number in range(100000):
                self.send_header(f"X-Header-{number}", "x" * 1000)
                self.flush_headers()
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

    def do_HEAD(self) -> None:
        if self.fault == "mute":
            time.sleep(3600)
        pushing = "/blobs/" in self.path and self.authorized()
        if pushing and self.path.rsplit("/", 1)[-1] not in self.store.pushed:
            self.answer(404, b"")
        else:
            self.do_GET()

    def progress(self, path: str, status: int = 204) -> None:
        size = len(self.uploads[path])
        host = self.headers["Host"].replace("127.0.0.1", "localhost")
        place = f"http://{host}{path}" if self.fault == "away" else path
        last = 2 ** 63 - 1 if self.fault == "far" else max(size - 1, 0)
        self.answer(status, b"", Location=place, Range=f"0-{last}")

    def begin(self) -> bool:
        """Reads what comes before a change; false if that was answered."""
        url = urllib.parse.urlsplit(self.path)
        with self.lock:
            self.log.append(f"{self.command} {self.path}")
            count = sum(not line.startswith("/") for line in self.log)
        self.length = int(self.headers.get("Content-Length", 0))
        if self.fault == "cut" and self.command == "PATCH" and "0-" != \
                self.headers["Content-Range"][:2] and "cut" not in self.uploads:
            self.uploads["cut"] = bytearray()
            self.uploads[url.path] += self.rfile.read(self.length // 2)
            self.close_connection = True
            return False
        self.content = self.rfile.read(self.length)
        if self.fault == "busy" and count <= 2:
            self.answer(429, b"", Retry_After="1")
        elif self.fault == "slow" and self.command == "PUT":
            time.sleep(60)
        elif self.headers["Host"].startswith("localhost"):
            if "Authorization" in self.headers:
                self.log.append("told a stranger the password")
            return True
        elif not self.authorized():
            self.challenge()
        else:
            return True
        return False

    def do_POST(self) -> None:
        if self.path.startswith("/token"):
            # Tokens are to be had by GET.
            self.answer(405, b"")
            return
        if not self.begin():
            return
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        if query.get("from") == ["lib/app"] and query["mount"][0] in self.store.blobs:
            self.answer(201, b"", Location=url.path)
            return
        with self.lock:
            path = f"/v2/uploads/{len(self.uploads)}"
            self.uploads[path] = bytearray()
        self.progress(path, 202)

    def do_PATCH(self) -> None:
        if not self.begin():
            return
        upload = self.uploads[self.path]
        if self.headers["Content-Range"].split("-")[0] != str(len(upload)):
            self.answer(416, b"")
            return
        upload += self.content
        if self.fault in ("lost", "far") and "lost" not in self.uploads:
            self.uploads["lost"] = bytearray()
            self.answer(500, b"")
            return
        self.progress(self.path, 202)

    def do_PUT(self) -> None:
        if not self.begin():
            return
        url = urllib.parse.urlsplit(self.path)
        content = bytes(self.uploads.get(url.path, b"")) + self.content
        wanted = urllib.parse.parse_qs(url.query).get("digest")
        if wanted and wanted != [digest(content)]:
            self.answer(400, b"digest invalid")
            return
        self.store.pushed.add(self.store.add(content))
        claimed = digest(b"" if self.fault == "other" and not wanted else content)
        self.answer(201, b"", Docker_Content_Digest=claimed)


def speak_tls(socket: socket.socket) -> ssl.SSLSocket:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1",
                        "-keyout", folder + "/key", "-out", folder + "/cert"],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/cert", folder + "/key")
    return context.wrap_socket(socket, server_side=True)


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
    Handler.store.disguise(args.fault)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if args.fault == "realm":
        server.socket = speak_tls(server.socket)
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
