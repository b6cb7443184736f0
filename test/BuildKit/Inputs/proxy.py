#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A network between a client and a daemon that can be broken.

  proxy.py FILE SOCKET [--after SECONDS --then cut|stall|drop|delay] [--unix PATH]

carries connections to a free port, whose `tcp://` address it writes to FILE, or to
the socket PATH, on to the daemon's SOCKET. So many seconds after the first byte it
cuts all of them and takes no more (`cut`), carries nothing any more (`stall`),
carries nothing to the client alone (`drop`), or holds all back for three seconds
(`delay`)."""
import argparse
import os
import socket
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("socket")
parser.add_argument("--after", type=float)
parser.add_argument("--then", choices=("cut", "stall", "drop", "delay"))
parser.add_argument("--unix")
args = parser.parse_args()

first = threading.Event()
broken = threading.Event()
open_sockets: list[socket.socket] = []


def hold(to_client: bool) -> None:
    """Returns when a chunk that has come may go on."""
    if not broken.is_set():
        return
    if args.then == "stall" or (args.then == "drop" and to_client):
        threading.Event().wait()
    if args.then == "delay" and time.monotonic() < resume[0]:
        time.sleep(max(0.0, resume[0] - time.monotonic()))


resume = [0.0]


def carry(source: socket.socket, sink: socket.socket, to_client: bool) -> None:
    try:
        while chunk := source.recv(1 << 16):
            first.set()
            hold(to_client)
            sink.sendall(chunk)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def break_it(listener: socket.socket) -> None:
    first.wait()
    time.sleep(args.after)
    resume[0] = time.monotonic() + 3
    broken.set()
    if args.then == "cut":
        listener.close()
        for end in open_sockets:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


if args.unix:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(args.unix)
    address = f"unix://{args.unix}"
else:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
listener.listen()
with open(args.file + ".part", "w") as out:
    out.write(address + "\n")
os.rename(args.file + ".part", args.file)
if args.after is not None:
    threading.Thread(target=break_it, args=(listener,), daemon=True).start()
while True:
    try:
        client, _ = listener.accept()
    except OSError:
        break
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect(args.socket)
    open_sockets += [client, daemon]
    for source, sink, to_client in ((client, daemon, False), (daemon, client, True)):
        threading.Thread(target=carry, args=(source, sink, to_client), daemon=True).start()
threading.Event().wait()
