#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Serves the repositories below DIR by HTTP on a free port of this machine while
COMMAND runs, which finds the server's URL in GIT_URL.

  git_server.py DIR COMMAND...

What lies in DIR/locked is given out only to who presents the token `tok-5d2`, as
GitHub wants it.
"""
import base64
import http.server
import os
import subprocess
import sys
import threading
from urllib.parse import urlsplit

root, *command = sys.argv[1:]
wanted = "basic " + base64.b64encode(b"x-access-token:tok-5d2").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def serve(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/locked/") and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        env = dict(
            os.environ, GIT_PROJECT_ROOT=root, GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=url.path, QUERY_STRING=url.query,
            REQUEST_METHOD=self.command, REMOTE_ADDR="127.0.0.1",
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
        done = subprocess.run(["git", "http-backend"], input=body, env=env,
                              stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = dict(fields).get("Status", "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = serve

    def log_message(self, *args) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.exit(subprocess.run(
    command, env=dict(os.environ, GIT_URL=f"http://127.0.0.1:{server.server_port}"),
    check=False).returncode)
