"""A form that fails says so on top, with every problem at once and a link to each field."""

from __future__ import annotations

import re

import pytest

from tests.policy.bodies import arrange
from tests.policy.requests import UNSAFE, at, guest, sent
from tests.policy.stage import Stage

pytestmark = pytest.mark.sqlite_only  # the database plays no part here: once is enough
# Their one problem is said in words of their own, or an empty form is an answer.
SAID_OTHERWISE: set[str] = set()


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_an_empty_form_names_all_that_is_missing(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    who = guest(address)
    if who is None:
        return
    with stage.scene(who) as browser:
        arrange(stage.world, address)
        answer = stage.ask(browser, "POST", address.url, sent({"nothing": [""]}, browser.token()))
    if answer.status_code != 422 or answer.mimetype != "text/html":
        return
    page = answer.get_data(as_text=True)
    assert "There is a problem" in page, address.url
    assert "<title>Error: " in re.sub(r"\s+", " ", page).replace("<title> ", "<title>")
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    named = re.findall(r'href="#([^"]+)"', summary)
    for field in named:
        assert f'id="{field}"' in page, f"{address.url} links to #{field}, which is nowhere"
    marked = set(re.findall(r'aria-invalid="true"', page))
    assert named or not marked
