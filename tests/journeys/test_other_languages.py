"""Pages of clients hold words that are longer by a third, and lines from right to left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clinic.languages import MADE_UP, language
from tests.journeys.installation import Installation
from tests.journeys.people import a_client, settle
from tests.journeys.test_large_text_and_own_colours import pages_of_a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 375, "height": 720}}


@pytest.mark.parametrize("code", MADE_UP)
def test_pages_hold_in_another_language(code: str, tmp_path: Path, migrated: Path, sit_down: SitDown) -> None:
    """Words that are made up are broken in pieces at 200 % of text; real ones are looked at in English."""
    spoken = language(code)
    abroad = Installation(tmp_path, CLINIC_LANGUAGE=code).with_tables(migrated)
    try:
        abroad.start()
        settle(abroad)
        zoe, somebody = sit_down("Zoe", abroad, large_text=False, **PHONE), a_client(abroad, "Zoe Abroad")
        zoe.opens("/sign-in")
        zoe.fills(email=somebody.email, password=somebody.password)
        zoe.enters("Enter")
        zoe.is_at("/my")
        assert zoe.page.locator("html").get_attribute("dir") == spoken.direction
        for address in [*pages_of_a_client(), somebody.checkin, somebody.unsubscribe]:
            zoe.opens(address)
        assert not abroad.troubles()
    finally:
        abroad.stop()
