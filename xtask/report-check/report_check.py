"""Opens a SkinKit report in headless Chromium, offline, and uses it as a person without a mouse would.

    python3 report_check.py CHROMIUM REPORT.html OUT

Fails on a console message, on any request but the page itself, on a control or picture without an accessible
name, on a slider, toggle or fold that the keyboard cannot work, and on a page wider than the screen. Screenshots
go to OUT. First the checker checks itself on a page that breaks every rule. Standard library only.
"""

import base64
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

#: Name, width, height, device pixels a CSS pixel.
SCREENS = (("phone", 390, 844, 2), ("desktop", 1280, 900, 1))
#: Roles that a screen reader announces by name.
NAMED = {"button", "checkbox", "slider", "link", "img", "image", "graphics-symbol", "DisclosureTriangle", "textbox", "radio"}
#: Seconds that any one answer may take.
PATIENCE = 30
#: More stops of the Tab key than any page of this kind has.
STOPS = 400

BROKEN = """<!doctype html><html><head><title></title></head><body><h1>a</h1><h3>b</h3>
<img src="https://example.org/picture.png" width="2000" height="10"><button></button>
<input type="range" min="0" max="100" onkeydown="event.preventDefault()">
<input type="checkbox" tabindex="-1">
<script>console.error("broken"); undefined_function();</script></body></html>"""


class Browser:
    """Chromium's DevTools protocol over its two pipes."""

    def __init__(self, program: str, folder: str):
        to_child, self.to = os.pipe()
        self.back, from_child = os.pipe()
        # The browser reads descriptor 3 and writes 4; the shell puts them there.
        place = f'exec "$@" 3<&{to_child} 4>&{from_child}'
        flags = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-first-run", "--disable-gpu",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses root; the page is our own.
        self.process = subprocess.Popen(
            ["bash", "-c", place, "bash", program, *flags, "about:blank"],
            pass_fds=(to_child, from_child), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self.buffer = b""
        self.number = 0
        self.session: str | None = None
        self.events: list[dict] = []

    def close(self) -> None:
        try:
            self.ask("Browser.close", session=None)
            self.process.wait(timeout=PATIENCE)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def open_page(self) -> None:
        target = self.ask("Target.createTarget", session=None, url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", session=None, targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)

    def ask(self, method: str, session: str | None = "page", **parameters) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        number = self.number
        answer = self._wait(lambda m: m.get("id") == number, method)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, event: str) -> None:
        if not any(e["method"] == event for e in self.events):
            self._wait(lambda m: m.get("method") == event, event)

    def _wait(self, wanted, what: str) -> dict:
        end = time.monotonic() + PATIENCE
        while True:
            while b"\0" in self.buffer:
                raw, self.buffer = self.buffer.split(b"\0", 1)
                message = json.loads(raw)
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message
            if not select.select([self.back], [], [], max(0.0, end - time.monotonic()))[0]:
                raise RuntimeError(f"the browser did not answer {what} within {PATIENCE} s")
            part = os.read(self.back, 1 << 16)
            if not part:
                raise RuntimeError(f"the browser ended while {what} was asked")
            self.buffer += part

    def run(self, expression: str):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def tab(self) -> None:
        self.press("Tab", 9)


def check(browser: Browser, url: str, screen: tuple, shots: pathlib.Path | None) -> list[str]:
    """What is wrong with the page on one screen."""
    name, width, height, density = screen
    browser.events.clear()
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=density, mobile=False)
    browser.ask("Page.navigate", url=url)
    browser.wait_for("Page.loadEventFired")
    if shots:
        photograph(browser, shots / f"{name}.png")
    wrong = layout(browser) + names(browser) + keyboard(browser)
    if shots:
        photograph(browser, shots / f"{name}-used.png")
    return [f"{name}: {fault}" for fault in wrong + heard(browser, url)]


def photograph(browser: Browser, path: pathlib.Path) -> None:
    shot = browser.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    path.write_bytes(base64.b64decode(shot["data"]))


def heard(browser: Browser, url: str) -> list[str]:
    """Console messages, exceptions, and requests that leave the page."""
    browser.run("new Promise(done => setTimeout(done, 200))")
    wrong = []
    for event in browser.events:
        method, p = event["method"], event["params"]
        if method == "Runtime.consoleAPICalled":
            wrong.append(f"console {p['type']}: {[a.get('value', a.get('description')) for a in p['args']]}")
        elif method == "Runtime.exceptionThrown":
            wrong.append(f"exception: {p['exceptionDetails'].get('exception', {}).get('description', p['exceptionDetails']['text'])}")
        elif method == "Log.entryAdded":
            wrong.append(f"log: {p['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            asked = p["request"]["url"]
            if asked.split("#")[0] != url and not asked.startswith("data:"):
                wrong.append(f"request: {asked}")
    return wrong


def layout(browser: Browser) -> list[str]:
    wrong = []
    wide, room = browser.run("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if wide > room:
        wrong.append(f"the page is {wide} px wide on a screen of {room}")
    if not browser.run("document.title.trim() !== '' && document.documentElement.lang !== ''"):
        wrong.append("no title or no language")
    levels = browser.run("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    if levels.count(1) != 1 or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        wrong.append(f"headings jump: {levels}")
    bare = browser.run("[...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope]')).length")
    if bare:
        wrong.append(f"{bare} tables without header cells")
    return wrong


def names(browser: Browser) -> list[str]:
    """Everything with a role that is announced has a name, in the tree a screen reader gets."""
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    shown = [n for n in nodes if not n.get("ignored")]
    roles = [(n["role"]["value"], n.get("name", {}).get("value", "").strip()) for n in shown]
    return [f"a {role} without a name" for role, name in roles if role in NAMED and not name]


#: The element in focus: what it is, and whether one sees that it has the focus.
FOCUS = """(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  window.met = window.met || new Set();
  const again = window.met.has(e);
  window.met.add(e);
  return {again, kind: e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase(), id: e.id,
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0};
})()"""

#: What a toggle switches, as one number: how many layers are displayed.
LAYERS = "[...document.querySelectorAll('.viewer use, .viewer image, .viewer path')].filter(e => e.checkVisibility()).length"


def keyboard(browser: Browser) -> list[str]:
    """Walks through the page with Tab and works each control it meets."""
    wrong, met = [], []
    browser.run("document.activeElement.blur(); window.scrollTo(0, 0); window.met = new Set()")
    for _ in range(STOPS):
        browser.tab()
        here = browser.run(FOCUS)
        if here is None or here["again"]:
            break
        met.append(here["kind"])
        if not here["seen"]:
            wrong.append(f"a {here['kind']} {here['id']} does not show that it has the focus")
        work = {"range": slider, "checkbox": toggle, "summary": fold}.get(here["kind"])
        if work:
            wrong += work(browser, here["id"])
    every = "[...document.querySelectorAll('%s')].filter(e => e.checkVisibility()).length"
    for kind, selector in (("range", "input[type=range]"), ("checkbox", "input[type=checkbox]"), ("summary", "summary"), ("a", "a[href]")):
        there = browser.run(every % selector)
        reached = met.count(kind)
        if reached != there:
            wrong.append(f"Tab reaches {reached} of {there} controls of kind {kind}")
    return wrong


def slider(browser: Browser, which: str) -> list[str]:
    state = """(() => { const e = document.activeElement, s = e.closest('.slide');
      return [Number(e.value), s ? Number(s.querySelector('.cut').getAttribute('width')) : null, e.getAttribute('aria-valuetext')]; })()"""
    seen = [browser.run(state)]
    for key, code in (("Home", 36), ("ArrowRight", 39), ("End", 35), ("ArrowLeft", 37)):
        browser.press(key, code)
        seen.append(browser.run(state))
    values, cuts, texts = zip(*seen)
    wrong = []
    if values[1:] != (0, 1, 100, 99):
        wrong.append(f"slider {which}: Home, right, End, left give {values[1:]}")
    if None in cuts or len(set(cuts[1:])) != 4 or sorted(cuts[1:]) != [cuts[1], cuts[2], cuts[4], cuts[3]]:
        wrong.append(f"slider {which} does not move the picture's edge: {cuts}")
    if len(set(texts[1:])) != 4:
        wrong.append(f"slider {which} does not say where it is: {texts}")
    return wrong


def toggle(browser: Browser, which: str) -> list[str]:
    before = browser.run(f"[document.activeElement.checked, {LAYERS}]")
    browser.press(" ", 32, " ")
    after = browser.run(f"[document.activeElement.checked, {LAYERS}]")
    if before[0] == after[0] or before[1] == after[1]:
        return [f"check box {which}: the space bar takes (checked, layers) from {before} to {after}"]
    return []


def fold(browser: Browser, which: str) -> list[str]:
    state = "document.activeElement.parentElement.open"
    before = browser.run(state)
    browser.press("Enter", 13, "\r")
    return [] if browser.run(state) != before else [f"fold {which}: Enter does not open it"]


def checks_itself(browser: Browser, folder: pathlib.Path) -> list[str]:
    """The rules that a page which breaks all of them passes."""
    page = folder / "broken.html"
    page.write_text(BROKEN)
    found = "\n".join(check(browser, page.as_uri(), SCREENS[0], None))
    signs = (
        "console error", "exception:", "request: https://example.org", "px wide", "no title", "headings jump", "a button without a name",
        "a slider without a name", "Home, right, End, left", "Tab reaches 0 of 1 controls of kind checkbox",
    )
    return [f"the checker does not notice: {sign}" for sign in signs if sign not in found]


def main() -> int:
    program, report, out = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            browser.open_page()
            wrong = checks_itself(browser, pathlib.Path(folder))
            for screen in SCREENS:
                wrong += check(browser, report.as_uri(), screen, out)
        finally:
            browser.close()
    for fault in wrong:
        print(f"    {fault}")
    if not wrong:
        print(f"    {report.name}: no console message, no request, every control named and worked by keyboard; screenshots in {out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
