"""Somebody at a browser: does what people do, by the words they see, and looks at every page it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
)
from playwright.sync_api import Error as PlaywrightError

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
# `wcag22aa` has to be asked for, else the size of targets is never looked at.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK = {"width": 1280, "height": 800}
NARROW = (320, 375)
IDS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/c/)[\w-]+|(?<=/u/)[\w.-]+|(?<=/invitation/)[\w-]+|(?<=/colleague/)[\w-]+|(?<=/new-password/)[\w-]+"
    r"|(?<=/join/confirm/)[\w.-]+"
)
# Chromium reports a page's own status as an error; what a form answers with 422 is none.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# What Playwright says when the page that was asked is no longer there.
GONE_ON = "Execution context was destroyed"
# What tells two states of one page apart, and whose page it is.
STATE = """() => ({
  title: document.title,
  standsOut: document.querySelectorAll('.error-summary, dialog[open], .notice').length
    + document.documentElement.dir,
  room: document.body.className,
})"""
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > wide + 1)
    .map((e) => e.tagName.toLowerCase() + '.' + e.className + ' to '
      + Math.round(e.getBoundingClientRect().right));
}"""
IN_LARGE_TEXT = """() => {
  const html = document.documentElement, wide = html.clientWidth;
  const name = (e) => e.tagName.toLowerCase() + '.' + (e.className.baseVal ?? e.className);
  const within = (e) => e.getBoundingClientRect().left >= -1 && e.getBoundingClientRect().right <= wide + 1;
  const out = html.scrollWidth <= wide ? [] : ['scrolls to ' + html.scrollWidth,
    ...[...document.body.querySelectorAll('*')].filter((e) => !within(e)).map(name)].slice(0, 4);
  out.push(...[...document.querySelectorAll('.client-nav a')].filter((e) => !within(e))
    .map((e) => e.innerText + ' left the bar'));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const unseen = '.visually-hidden, .pain-end, script, svg';
  for (let text; (text = texts.nextNode()); ) {
    const around = text.parentElement;
    if (text.data.includes('@') || !around.checkVisibility() || around.closest(unseen)) continue;
    for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((r) => r.width).map((r) => Math.round(r.top)));
      if (lines.size > 1) out.push('“' + word[0] + '” is broken in pieces');
    }
  }
  return out;
}"""
# Both in one go: nobody ever sees the large text, so nothing is painted with it.
AT_A_WIDTH = f"""(inLargeText) => {{
  const found = {{out: ({STICKS_OUT})(), broken: []}}, size = document.documentElement.style;
  if (inLargeText) {{
    size.fontSize = '200%';
    found.broken = ({IN_LARGE_TEXT})();
    size.fontSize = '';
  }}
  return found;
}}"""
VIOLATIONS = "(options) => axe.run(document, options).then((found) => found.violations)"


class Findings:
    """What was seen on the way: pages for the HTML checker, and which states were looked at already."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.looked_at: set[str] = set()
        self.problems: list[str] = []


class Reader:
    """One person in one browser window."""

    def __init__(self, who: str, browser: Browser, base: str, findings: Findings, **options: Any) -> None:
        self.who = who
        self.base = base
        self.findings = findings
        self.scripts = bool(options.get("java_script_enabled", True))
        self.large_text = bool(options.pop("large_text", True))
        options.setdefault("viewport", DESK)
        self.context: BrowserContext = browser.new_context(base_url=base, locale="en-GB", **options)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self._document: Response | None = None
        self._listen(self.page)

    # ------------------------------------------------------------ going about

    def opens(self, address: str) -> None:
        """Type an address."""
        with self._coming_to_a_page():
            self.page.goto(address)

    def presses(self, words: str, *, within: str | None = None) -> None:
        """Press a button, or follow a link, by its words, and look at the page that comes."""
        with self._coming_to_a_page():
            self._named(words, within).click()

    def opens_up(self, words: str) -> None:
        """Open a folded part of the page."""
        self.page.locator("summary", has_text=words).first.click()

    def fills(self, **values: str) -> None:
        """Write into fields by their names in the form."""
        for name, value in values.items():
            self.page.locator(f'[name="{name.replace("__", "-")}"]:not([type=hidden])').first.fill(value)

    def writes(self, label: str, text: str) -> None:
        """Write into the field with this label."""
        self.page.get_by_label(label, exact=False).first.fill(text)

    def picks(self, label: str, value: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label, exact=False).first.select_option(value)

    def ticks(self, words: str, *, question: str | None = None) -> None:
        """Press a box or a radio by its words, under a question if several have the same answers."""
        part: Page | Locator = self.page
        if question is not None:
            part = self.page.locator("fieldset", has=self.page.locator("legend", has_text=question)).first
        part.locator("label", has_text=re.compile(f"^\\s*{re.escape(words)}", re.IGNORECASE)).first.click()

    def goes_back(self) -> None:
        """The browser's back button."""
        with self._coming_to_a_page():
            self.page.go_back()

    def leaves(self) -> None:
        """Close the window."""
        self.context.close()

    # ------------------------------------------------------------ seeing

    def sees(self, *words: str) -> None:
        """Words stand on the page, where they can be seen."""
        for each in words:
            expect(self.page.locator("body")).to_contain_text(re.compile(re.escape(each), re.IGNORECASE))

    def does_not_see(self, *words: str) -> None:
        """Words stand nowhere on the page."""
        for each in words:
            expect(self.page.locator("body")).not_to_contain_text(re.compile(re.escape(each), re.IGNORECASE))

    def is_at(self, path: str) -> None:
        """The address bar shows this path."""
        assert re.fullmatch(path, urlsplit(self.page.url).path), (
            f"{self.who} is at {self.page.url}, not at {path}"
        )

    # ------------------------------------------------------------ the keyboard alone

    def types(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.page.keyboard.press(key)

    def tabs_to(self, words: str) -> None:
        """Press Tab until the thing with these words has the focus, and see that the focus shows."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if words.casefold() in self._focused().casefold():
                return
        raise AssertionError(f"{self.who} cannot come to “{words}” with Tab at {self.page.url}")

    def enters(self, *keys: str) -> None:
        """Press keys that lead to another page."""
        with self._coming_to_a_page(), self.page.expect_navigation():
            self.types(*keys)

    def _focused(self) -> str:
        said = self.page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return '';
            const label = e.labels && e.labels[0] ? e.labels[0].innerText : '';
            const set = e.closest('fieldset');
            const group = set ? set.querySelector('legend').innerText : '';
            return [label, e.innerText || '', e.getAttribute('aria-label') || '', group].join(' '); }"""
        )
        return " ".join(str(said).split())

    # ------------------------------------------------------------ looking

    def looks(self) -> None:
        """The checks of one page: as it came, and how it stands at the width of a phone.

        A script may go on to the next page after its answer came (a passkey does):
        then that page is the one to look at.
        """
        for _ in range(3):
            try:
                self._look()
                return
            except PlaywrightError as error:
                if GONE_ON not in str(error):
                    raise
                self.page.wait_for_load_state("load")
        self._look()

    def _look(self) -> None:
        self._keep_html()
        path, page = IDS.sub("…", urlsplit(self.page.url).path), self.page.evaluate(STATE)
        state = f"{path} | {page['title']} | {page['standsOut']}"
        key = f"{state} | {self.scripts}"
        if key in self.findings.looked_at:
            return
        if not page["title"].strip():
            self._found(state, "no title")
        # What is not shown at a narrow width loses the focus, sooner or later: a look takes it from nobody.
        focused = self.page.evaluate_handle("() => document.activeElement")
        kept = self.page.viewport_size
        # Clients' and public pages hold text at twice its size.
        self._look_at_width(state, in_large_text=self.large_text and "room-practitioner" not in page["room"])
        if self.scripts:
            self._run_axe(state, kept)
        if kept:
            self.page.set_viewport_size(kept)
        focused.evaluate("(it) => { if (it !== document.activeElement && it !== document.body) it.focus(); }")
        self.findings.looked_at.add(key)

    def _look_at_width(self, state: str, *, in_large_text: bool) -> None:
        for width in NARROW:
            self.page.set_viewport_size({"width": width, "height": 700})
            found = self.page.evaluate(AT_A_WIDTH, in_large_text)
            if found["out"]:
                self._found(state, f"wider than {width} px: {found['out'][:4]}")
            if found["broken"]:
                self._found(state, f"with text at 200 % on {width} px: {found['broken'][:6]}")

    def _run_axe(self, state: str, size: ViewportSize | None) -> None:
        if size:  # all in view: a bar that sticks covers what lies under it, and nothing can be said of that
            self.page.set_viewport_size(size)
            whole = self.page.evaluate("() => document.documentElement.scrollHeight")
            if whole > size["height"]:
                self.page.set_viewport_size({"width": size["width"], "height": whole})
        self.page.evaluate(_axe())
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
            if scheme == "dark":  # only colours differ
                options["runOnly"] = {"type": "rule", "values": ["color-contrast"]}
            for each in self.page.evaluate(VIOLATIONS, options):
                where = "; ".join(f"{node['html'][:120]} {_why(node)}" for node in each["nodes"][:3])
                self._found(state, f"{each['id']} ({scheme}): {where}")
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")

    def _keep_html(self) -> None:
        answer = self._document
        if (
            answer is None
            or answer.status in range(300, 400)
            or "html" not in answer.headers.get("content-type", "")
        ):
            return
        self._document = None
        name = f"{answer.request.method} {IDS.sub('…', urlsplit(answer.url).path)} {answer.status}"
        if name not in self.findings.pages:
            self.findings.pages[name] = answer.text()

    # ------------------------------------------------------------ inside

    @contextmanager
    def _coming_to_a_page(self) -> Iterator[None]:
        try:
            yield
            self.page.wait_for_load_state("load")
        except Exception as error:
            error.add_note(f"{self.who} was at {self.page.url}: {self._main_text()}")
            raise
        self.looks()

    def _named(self, words: str, within: str | None) -> Locator:
        part: Page | Locator = self.page.locator(within).first if within else self.page
        exact = re.compile(rf"^\s*{re.escape(words)}\b", re.IGNORECASE)
        button, link = part.get_by_role("button", name=exact), part.get_by_role("link", name=exact)
        return button.or_(link).first

    def _main_text(self) -> str:
        try:
            return " ".join(self.page.locator("main").inner_text(timeout=500).split())[:700]
        except Exception:
            return "(no page)"

    def _listen(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._found(page.url, f"a script failed: {error}"))
        page.on("response", self._came)
        page.on("request", lambda request: self._asked(request.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not ANSWERED.search(message.text):
            self._found(self.page.url, f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and not url.startswith(self.base):
            self._found(self.page.url, f"asked another host: {url}")

    def _came(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == self.page.main_frame:
            self._document = answer
        elif answer.status >= 400:
            self._found(self.page.url, f"{answer.status} for {answer.url}")

    def _found(self, where: str, what: str) -> None:
        self.findings.problems.append(f"{self.who} at {where}: {what}")


@cache
def _axe() -> str:
    return AXE.read_text()


def _why(node: dict[str, Any]) -> str:
    said = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return f"({'; '.join(said)[:200]})"
