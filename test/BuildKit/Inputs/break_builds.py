#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""break_builds.py COUNT SEED: builds in the daemon of buildkit-env.sh (DEBUG=1)
through a network that breaks at a random moment, or with the client or the daemon
gone then. Each time the client has to end within half a minute, with a message
and no output unless that is whole; the daemon has to have no session left, and
the next build has to work."""
import atexit
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

count, seed = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(seed)
here = Path(__file__).resolve().parent
socket = os.environ["BUILDKIT_HOST"].removeprefix("unix://")
log = Path(os.environ["BUILDKITD_LOG"])
daemon = proxy = None
# What is waited for: the client gives a silent daemon up after 25 seconds.
LONGEST = 30.0
# How a client ends that is killed or interrupted.
STOPPED = (-signal.SIGKILL, -signal.SIGINT, 130)
DOCKERFILE = """FROM busybox
ARG ROUND
COPY . /in
RUN echo $ROUND && sleep 0.5 && sha256sum /in/blob | cut -c -64 > /sum
FROM scratch
COPY --from=0 /sum /in/blob /
"""


@atexit.register
def end_servers() -> None:
    """Whoever reads what is printed here waits for them too."""
    for server in filter(None, (proxy, daemon)):
        server.kill()
        server.wait()


def fail(text: str) -> None:
    print(f"round {number} of seed {seed}: {action} after {moment:.2f} s, {form}: {text}")
    print((work / "log").read_text(errors="replace")[-2000:])
    sys.exit(1)


def wait_for(test, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return True
        time.sleep(0.05)
    return False


def restart_daemon() -> None:
    """The old one was killed; the new one has a log of its own."""
    global daemon, log
    log = Path("buildkitd-again.log").resolve()
    with open(log, "wb") as out:
        daemon = subprocess.Popen(["buildkitd", "--config", os.environ["BUILDKITD_CONFIG"]],
                                  stdout=out, stderr=out)
    ready = ["buildctl", "debug", "workers"]
    if not wait_for(lambda: not subprocess.run(ready, capture_output=True).returncode, 30):
        fail("the daemon does not start again")


def sessions_left() -> int:
    text = log.read_text(errors="replace")
    return text.count("session started") - text.count("session finished")


def build(address: str, name: str, dest: Path) -> subprocess.Popen:
    out = open(work / "log", "wb")
    form_of = {"local": f"type=local,dest={dest}", "tar": f"type=tar,dest={dest}"}
    return subprocess.Popen(
        ["llbc", f"--builder=buildkit://{address}", "--progress=plain", "--output", form_of[form],
         f"--build-arg=ROUND={name}", str(context / "Dockerfile")], stdout=out, stderr=out)


def is_whole(dest: Path) -> bool:
    if form == "tar":
        subprocess.run(["tar", "-xf", dest, "-C", work], check=True)
        dest = work
    blob = subprocess.run(["sha256sum", dest / "blob"], capture_output=True, check=True).stdout
    return blob[:64] == (dest / "sum").read_bytes()[:64]


work = Path("rounds")
ended = {"whole": 0, "message": 0}
slowest = 0.0
for number in range(count):
    shutil.rmtree(work, ignore_errors=True)
    context = work / "context"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text(DOCKERFILE)
    (context / "blob").write_bytes(rng.randbytes(3_000_000))
    for n in range(200):
        (context / f"file{n}").write_text(str(rng.random()))
    action = rng.choice(("cut", "stall", "drop", "delay", "interrupt", "kill client", "kill daemon"))
    moment = rng.uniform(0, 2.5)
    form = rng.choice(("local", "tar"))
    dest = work / "out"
    network = [here / "proxy.py", work / "address", socket]
    if action in ("cut", "stall", "drop", "delay"):
        network += ["--after", str(moment), "--then", action]
    proxy = subprocess.Popen([sys.executable, *network])
    wait_for((work / "address").exists, 10)
    client = build((work / "address").read_text().strip(), f"{seed}.{number}", dest)
    time.sleep(moment)
    if action == "interrupt":
        client.send_signal(signal.SIGINT)
    elif action == "kill client":
        client.kill()
    elif action == "kill daemon":
        if daemon:
            daemon.kill()
            daemon.wait()
        else:
            os.kill(int(os.environ["BUILDKITD_PID"]), signal.SIGKILL)
    start = time.monotonic()
    try:
        status = client.wait(4 * LONGEST)
    except subprocess.TimeoutExpired:
        client.kill()
        fail("the client does not end")
    took = time.monotonic() - start
    # Of a build that was let go on, the time is its own.
    if status != 0:
        slowest = max(slowest, took)
        if took > LONGEST:
            fail(f"the client took {took:.1f} s")
    proxy.kill()
    proxy.wait()
    text = (work / "log").read_text(errors="replace")
    if status == 0:
        ended["whole"] += 1
        if not is_whole(dest):
            fail("it says that it is done, and the output is not whole")
    elif status in STOPPED and dest.exists():
        # It was done, and about to end.
        ended["whole"] += 1
        if not is_whole(dest):
            fail("a client that was stopped left an output that is not whole")
    elif dest.exists():
        fail("an output is left of a build that failed")
    elif status == 1:
        ended["message"] += 1
        if not re.search(r"^.*error: .+ \[[a-z-]+\]$", text, re.M):
            fail("no message")
    elif status not in STOPPED or (status == -signal.SIGKILL and action != "kill client"):
        fail(f"status {status}")
    # What a killed client was writing has another name.
    if status != -signal.SIGKILL and list(work.glob("out.tmp*")):
        fail("something is left of the output")
    if action == "kill daemon":
        restart_daemon()
    # A daemon asks every five seconds, and believes what it hears twice.
    if not wait_for(lambda: sessions_left() == 0, 60):
        fail(f"the daemon has {sessions_left()} sessions left")
    shutil.rmtree(dest, ignore_errors=True) if dest.is_dir() else dest.unlink(missing_ok=True)
    if build(os.environ["BUILDKIT_HOST"], f"{seed}.{number}.again", dest).wait(60) or not is_whole(dest):
        fail("the next build does not work")
end_servers()
# What a killed daemon had mounted is in the way of who removes its files.
state = str(Path(os.environ["BUILDKITD_CONFIG"]).parent)
for line in Path("/proc/mounts").read_text().splitlines():
    if (place := line.split()[1]).startswith(state):
        subprocess.run(["umount", "-l", place], check=False)
print(f"{count} rounds of seed {seed}: {ended['whole']} whole, {ended['message']} with a message, "
      f"the slowest end after {slowest:.1f} s")
