"""Readers who set their own text size or their own colours: every page of a client holds both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clinic.domain.types import Audience
from clinic.web import url_map
from config import Settings
from tests.journeys.installation import Installation
from tests.journeys.people import a_client
from tests.journeys.test_smaller_journeys import PHONE, signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

LINE_UNDER = "(e) => getComputedStyle(e.querySelector('.week-letter')).borderBottomColor"


def pages_of_a_client() -> list[str]:
    """Every address that a client may open and that names no record, and the first two moves."""
    rules = url_map(Settings.from_env({}))
    own = [rule for rule in rules if rule.audience is Audience.CLIENT and "GET" in rule.methods]
    return [rule.path for rule in own if "<" not in rule.path and not rule.path.endswith(".pdf")] + [
        "/my/program/1",
        "/my/program/2",
    ]


def test_text_twice_as_large_breaks_no_word_and_no_page_of_a_client(
    settled: Installation, sit_down: SitDown
) -> None:
    """The reader looks at each page with text at 200 %; here it comes to all, held ones too."""
    zoe = sit_down("Zoe", settled, **PHONE)
    signs_in(zoe, a_client(settled, "Zoe Large"))
    for address in pages_of_a_client():
        zoe.opens(address)
    zoe.opens("/warning-signs")
    zoe.page.locator("label.choice").first.click()
    zoe.presses("Tell my practice", within="main")
    zoe.sees("Your practice sees it when somebody there next opens")
    for address in ("/my", "/my/program", "/my/program/1"):
        zoe.opens(address)
        zoe.sees("on hold")


def test_on_the_narrowest_phone_signing_out_stands_beside_the_name(
    settled: Installation, sit_down: SitDown
) -> None:
    nan = sit_down("Nan", settled, viewport={"width": 320, "height": 600})
    signs_in(nan, a_client(settled, "Nan Narrow"))
    name, out = (nan.page.locator(f".plain-header {what}").bounding_box() for what in (".brand", "button"))
    assert name is not None
    assert out is not None
    assert out["x"] >= name["x"] + name["width"]
    assert abs(out["y"] + out["height"] / 2 - name["y"] - name["height"] / 2) < 4


def test_in_forced_colours_one_day_of_the_week_is_today(settled: Installation, sit_down: SitDown) -> None:
    fay = sit_down("Fay", settled, forced_colors="active", **PHONE)
    signs_in(fay, a_client(settled, "Fay Contrast"))
    lines = [each.evaluate(LINE_UNDER) for each in fay.page.locator(".week li").all()]
    today = fay.page.locator(".week-today").evaluate(LINE_UNDER)
    assert len(lines) == 7
    assert lines.count(today) == 1
