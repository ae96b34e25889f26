"""The eyes of the journeys, tried on a page with everything wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import vnu
from tests.journeys.conftest import leave_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

BAD = """<!doctype html><html><head></head><body>
<img src="data:,"><input type="text"><a href="/x"></a>
<p style="color:#777;background:#888">Grey on grey</p>
<div style="width:900px">Wide</div><button style="width:12px;height:12px;padding:0"></button><button
 style="width:12px;height:12px;padding:0"></button>
<script>console.error("a fault"); throw new Error("a crash")</script></body></html>"""


def test_every_kind_of_fault_is_found(browser: Browser) -> None:
    from tests.journeys.reader import Findings, Reader

    findings = Findings()
    reader = Reader("Somebody", browser, "http://localhost", findings)
    reader.context.route("**/*", lambda route: route.fulfill(body=BAD, content_type="text/html"))
    reader.opens("http://localhost/bad")
    reader.leaves()
    told = "\n".join(findings.problems)
    for fault in (
        *("no title", "wider than 320 px", "wider than 375 px", "console: a fault", "a script failed"),
        *(
            "image-alt",
            "label",
            "link-name",
            "html-has-lang",
            "color-contrast (light)",
            "color-contrast (dark)",
        ),
        *("button-name", "target-size"),
    ):
        assert fault in told, f"{fault} was not found among:\n{told}"
    assert "GET /bad 200" in findings.pages


def test_the_html_checker_finds_faults() -> None:
    if reason := vnu.missing():
        leave_out(reason)
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title></head>'
    good = head + "<body><h1>A</h1>{}</body></html>"
    pages = {"bad": good.format('<p id="a"><p id="a">'), "good": good.format('<p hx-get="/x">Good</p>')}
    problems = vnu.problems(pages)
    assert [problem for problem in problems if problem.startswith("bad: Duplicate ID")]
    assert not [problem for problem in problems if problem.startswith("good")]
