"""Nonsense in every field of every form, and in addresses: refused in words, never with a broken page."""

from __future__ import annotations

import os
from urllib.parse import urlencode

import pytest

from tests.policy.addresses import Address
from tests.policy.bodies import arrange
from tests.policy.conftest import looked_up, marked, stage  # noqa: F401
from tests.policy.forms import Filled
from tests.policy.requests import READ, UNSAFE, at, body_for, guest
from tests.policy.stage import AUDIT, Stage, changed
from tests.policy.watching import LookedUp

NASTY = {
    "nothing": "",
    "a nought byte": "a\x00b",
    "half a character": b"\xed\xa0\x80".decode("utf-8", "surrogatepass"),
    "a million letters": "x" * 200_000,
    "a huge number": "9" * 4400,
    "minus one": "-1",
    "not a number": "nan",
    "another alphabet's digits": "٣",
    "the year nought": "0000-00-00",
    "the last year": "9999",
    "a path": "../../etc/passwd",
    "a formula": "=cmd|' /C calc'!A0",
    "a line of a header": "x\r\nBcc: all@clients.example",
    "right to left": "\u202e\u2028\U0001f9d1\u200d\ufffe",
    "an id": "00000000-0000-0000-0000-000000000000",
}
ASKED = ["q", "status", "invitation", "after", "before", "day", "change", "routine", "next", "doses-0-reps"]
FORM = "application/x-www-form-urlencoded"
EACH_ALONE = bool(os.environ.get("CLINIC_TEST_FULL"))


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_nonsense_in_a_form_breaks_no_page(stage: Stage, endpoint: str) -> None:  # noqa: F811
    address = at(stage, endpoint)[0]
    body = body_for(stage, address)
    forms = [{name: [value] for name in body} for value in NASTY.values()]
    if EACH_ALONE:
        forms += [body | {name: [value]} for value in NASTY.values() for name in body]
    while forms:
        with stage.scene():
            arrange(stage.world, address)
            before = stage.dump()
            while forms and not changed(before, stage.dump()) - AUDIT:
                _send(stage, address, forms.pop(0))


def _send(stage: Stage, address: Address, form: Filled) -> None:  # noqa: F811
    browser = stage.browser(guest(address))
    pairs = [(name, each) for name, values in form.items() for each in values]
    pairs.append(("csrf_token", browser.token()))
    raw = urlencode(pairs, errors="surrogatepass")
    stage.ask(browser, "POST", address.url, raw, content_type=FORM)


@pytest.mark.parametrize("endpoint", READ)
def test_nonsense_in_an_address_breaks_no_page(stage: Stage, endpoint: str, looked_up: LookedUp) -> None:  # noqa: F811
    """All of it at once, then each by itself: but a page that never looks for any of the names, or passes on
    their bare text alone, has had it all by then.
    """
    address = at(stage, endpoint)[0]
    path = address.url.partition("?")[0]
    values = [value[:2000].encode("utf-8", "surrogatepass") for value in NASTY.values()]
    with stage.scene(guest(address)) as browser:
        stage.ask(browser, "GET", path, query_string=urlencode(dict.fromkeys(ASKED, values), doseq=True))
        for value in values if looked_up.any_of(ASKED) else []:
            stage.ask(browser, "GET", path, query_string=dict.fromkeys(ASKED, value))
        for method in ("OPTIONS", "PUT", "DELETE", "TRACE", "PROPFIND"):
            stage.ask(browser, method, path)
        stage.ask(browser, "GET", path, headers={"Range": "bytes=0-5,-1", "If-None-Match": "*"})


@pytest.mark.parametrize(
    "tail", ["%00", "%ed%a0%80", "a" * 3000, "..%2f..%2fetc%2fpasswd", "%2e%2e", "'", "%ff"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/c/",
        "/u/",
        "/invitation/",
        "/new-password/",
        "/dev/mail/",
        "/clients/",
        "/my/program/",
        "/static/",
        "/",
    ],
)
def test_a_made_up_address_is_a_page_that_is_not_there(stage: Stage, path: str, tail: str) -> None:  # noqa: F811
    for who in ("anonymous", "owner", "client"):
        with stage.scene(who) as browser:
            assert stage.ask(browser, "GET", path + tail).status_code in (303, 308, 400, 404, 410, 414)
