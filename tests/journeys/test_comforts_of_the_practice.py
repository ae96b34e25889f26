"""What a practitioner feels: a list that fits, today in one press, paper without buttons, the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

TABLET, PHONE = {"width": 768, "height": 900}, {"width": 375, "height": 720}
CLIPPED = "(box) => box.scrollWidth - box.clientWidth"
LINES = "(name) => name.getClientRects().length"
HEIGHT = "(row) => row.getBoundingClientRect().height"
TO_PRESS = "button, .button, nav, [type=submit], .filter-bar, .back-link"


@pytest.fixture(scope="module")
def with_a_long_name(settled: Installation) -> Installation:
    """The installation, with a client whose names are long."""
    a_client(settled, "Bartholomea Featherstonehaugh-Cholmondeley", pain_before=2)
    return settled


@pytest.fixture
def olive(with_a_long_name: Installation, sit_down: SitDown) -> Reader:
    """The owner, signed in."""
    reader = sit_down("Olive", with_a_long_name)
    reader.opens("/sign-in")
    reader.fills(email=OWNER, password=PASSWORD)
    reader.presses("Sign in", within="main")
    return reader


def test_the_client_list_fits_a_tablet_and_is_a_line_each_on_a_phone(olive: Reader) -> None:
    olive.page.set_viewport_size(TABLET)
    olive.opens("/clients")
    page = olive.page
    assert page.locator(".table-scroll").evaluate(CLIPPED) == 0
    assert max(name.evaluate(LINES) for name in page.locator("tbody th a").all()) <= 3
    page.set_viewport_size(PHONE)
    assert page.locator(".table-scroll").evaluate(CLIPPED) == 0
    short = page.locator("tbody tr", has_not_text="Featherstonehaugh")
    assert all(row.evaluate(HEIGHT) < 64 for row in short.all())


def test_back_from_a_record_is_the_list_as_it_was(olive: Reader) -> None:
    olive.opens("/clients?q=Bartholomea")
    olive.presses("Bartholomea", within="table")
    olive.presses("Timeline", within=".tabs")
    olive.presses("Clients", within="main")
    assert re.search(r"/clients\?q=Bartholomea#client-[0-9a-f-]+$", olive.page.url)


def test_a_date_is_today_in_one_press(olive: Reader) -> None:
    olive.opens("/clients/new")
    olive.page.locator("button", has_text="Today").first.click()
    parts = [
        olive.page.locator(f"[name=consented_on-{part}]").input_value() for part in ("day", "month", "year")
    ]
    today = date.today()  # noqa: DTZ011 - the browser's own
    assert parts == [str(today.day), str(today.month), str(today.year)]


@pytest.mark.parametrize("address", ["/clients", "/today", "record", "program"])
def test_paper_has_nothing_to_press(olive: Reader, address: str) -> None:
    olive.opens(address if address.startswith("/") else "/clients?q=Bartholomea")
    if not address.startswith("/"):
        olive.presses("Bartholomea", within="table")
    if address == "program":
        olive.presses("Program", within=".tabs")
    olive.page.emulate_media(media="print")
    seen = [each.inner_text() for each in olive.page.locator(TO_PRESS).all() if each.is_visible()]
    assert seen == []
