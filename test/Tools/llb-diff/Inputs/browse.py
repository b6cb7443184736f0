# SPDX-License-Identifier: Apache-2.0
"""Opens a page of llb-diff in a headless Chromium and clicks on each step.

    browse.py PAGE

prints each step as the browser has it, its classes, colour and what a click of
the mouse shows, then how many boxes are seen at once, what went wrong and what
was asked for besides the page. Chromium is spoken to by pipes: no port, no
network.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSER = ["chromium-headless-shell", "--no-sandbox", "--disable-gpu",
           "--remote-debugging-pipe", "--window-size=1200,900"]
STEPS = """[...document.querySelectorAll('.step')].map(function(step){
  step.scrollIntoView({block: 'center'});
  const box = step.getBoundingClientRect();
  return {text: step.textContent, classes: step.className,
          colour: getComputedStyle(step).backgroundColor,
          onTop: document.elementFromPoint(box.x + 9, box.y + 9) === step};})"""
PLACE = """(function(){
  const step = document.querySelectorAll('.step')[%d];
  step.scrollIntoView({block: 'center'});
  const box = step.getBoundingClientRect();
  return {x: box.x + 9, y: box.y + 9};})()"""
SHOWN = """[...document.querySelectorAll('.details')].filter(
  box => getComputedStyle(box).display !== 'none').map(box => box.innerText)"""


class Browser:
    """One page in one Chromium."""

    def __init__(self, page: Path, profile: str):
        commands, self.to = os.pipe()
        self.answers, events = os.pipe()
        # Chromium reads from 3 and writes to 4.
        script = f'exec "$@" 3<&{commands} 4>&{events}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", *BROWSER, f"--user-data-dir={profile}"],
            pass_fds=(commands, events), stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(events)
        self.buffer, self.number, self.session = b"", 0, None
        self.requests: list[str] = []
        self.faults: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.loaded = False
        self.call("Page.navigate", url=page.as_uri())
        while not self.loaded:
            self.receive()

    def receive(self) -> dict:
        while b"\0" not in self.buffer:
            data = os.read(self.answers, 1 << 16)
            if not data:
                sys.exit("the browser has gone")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            case "Runtime.exceptionThrown" | "Log.entryAdded":
                self.faults.append(json.dumps(message["params"]))
            case "Page.loadEventFired":
                self.loaded = True
        return message

    def call(self, method: str, **params) -> dict:
        self.number += 1
        command = {"id": self.number, "method": method, "params": params}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.to, json.dumps(command).encode() + b"\0")
        while (message := self.receive()).get("id") != self.number:
            pass
        if "error" in message:
            sys.exit(f"{method}: {message['error']}")
        return message["result"]

    def evaluate(self, expression: str):
        return self.call("Runtime.evaluate", expression=expression,
                         returnByValue=True)["result"]["value"]

    def click(self, place: dict) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left",
                      clickCount=1, **place)

    def close(self) -> None:
        self.session = None
        self.call("Browser.close")
        self.process.wait(timeout=30)


def main() -> None:
    page = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(page, profile)
        most = len(browser.evaluate(SHOWN))
        for number, step in enumerate(browser.evaluate(STEPS)):
            hidden = "" if step["onTop"] else ", hidden"
            print(f"{step['text']}: {step['classes']}, {step['colour']}{hidden}")
            browser.click(browser.evaluate(PLACE % number))
            shown = browser.evaluate(SHOWN)
            most = max(most, len(shown))
            for line in "\n".join(shown).splitlines():
                print(f"    {line}")
        others = [url for url in browser.requests if url != page.as_uri()]
        print(f"{most} box at once, {len(browser.faults)} faults, "
              f"{len(others)} requests")
        print("\n".join(browser.faults + others))
        browser.close()


main()
