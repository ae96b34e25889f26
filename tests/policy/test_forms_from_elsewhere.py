"""A form counts only if it was made on our page, in this browser."""

from __future__ import annotations

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.policy.bodies import WRITES_NOTHING, arrange
from tests.policy.requests import UNSAFE, at, body_for, guest, rules, sent
from tests.policy.stage import Stage, changed
from tests.visitor import Visitor

pytestmark = pytest.mark.sqlite_only  # the database plays no part here: once is enough

# One click in a mail program (RFC 8058) brings no token of ours; its view takes nothing else without.
# What a mail server hands in opens with a secret in its head, and no browser is asked.
WITHOUT_TOKEN = frozenset({"public.unsubscribe.show", "api.bounces.take"})
CHANGING = [name for name in UNSAFE if name not in WRITES_NOTHING]


def _none(browser: Visitor) -> str:
    return ""


def _wrong(browser: Visitor) -> str:
    return "IjAxMjM0NTY3ODlhYmNkZWYi.aaaaaa.bm90LWEtc2lnbmF0dXJl"


def _of_another_browser(browser: Visitor) -> str:
    return str(URLSafeTimedSerializer(browser.app.secret_key, salt="wtf-csrf-token").dumps("f" * 40))


def _altered(browser: Visitor) -> str:
    token = browser.token()
    return token[:-2] + ("AA" if token[-2:] != "AA" else "BB")


def test_only_mail_programs_and_mail_servers_need_no_token() -> None:
    assert {name for name, rule in rules().items() if not rule.csrf} == WITHOUT_TOKEN


@pytest.mark.parametrize("endpoint", CHANGING)
def test_a_form_without_this_browsers_token_changes_nothing(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    body = body_for(stage, address)
    with stage.scene():  # one for all four: each leaves it to the next as it was
        arrange(stage.world, address)
        before = stage.dump()
        for token in (_none, _wrong, _of_another_browser, _altered):
            browser = stage.browser(guest(address))
            answer = stage.ask(browser, "POST", address.url, sent(body, token(browser)))
            came = changed(before, stage.dump())
            assert not came, f"{address.url} changed {came} with a token like {token.__name__}"
            assert answer.status_code == 400


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://localhost.elsewhere.example", "null"]
)
@pytest.mark.parametrize("endpoint", UNSAFE)
def test_a_form_from_another_site_changes_nothing(stage: Stage, endpoint: str, origin: str) -> None:
    address = at(stage, endpoint)[0]
    with stage.scene(guest(address)) as browser:
        before = stage.dump()
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        answer = stage.ask(browser, "POST", address.url, {"csrf_token": browser.token()}, headers=headers)
        came = changed(before, stage.dump())
        assert not came
        assert answer.status_code == 400


def test_one_click_takes_its_own_words_and_nothing_else(stage: Stage) -> None:
    address = at(stage, "public.unsubscribe.show")[0]
    for words, stops in (
        ({"List-Unsubscribe": "One-Click"}, True),
        ({"List-Unsubscribe": "Two-Click"}, False),
        ({"List-Unsubscribe": "One-Click", "email": "a@b.example"}, False),
        ({"stop": "y"}, False),
        ({}, False),
    ):
        with stage.scene() as browser:
            before = stage.dump()
            answer = stage.ask(browser, "POST", address.url, words)
            came = "client" in changed(before, stage.dump())
            assert came is stops, words
            assert answer.status_code == (200 if stops else 400)
