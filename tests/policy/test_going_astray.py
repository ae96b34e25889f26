"""Nobody is led to another site: not by an address given at sign-in, and not by a Host header."""

from __future__ import annotations

import pytest

from clinic.extensions import db
from clinic.models import OutboxMessage
from tests.factories.people import PASSWORD
from tests.policy.bodies import arrange
from tests.policy.requests import READ, WALKED, at, everything_in, guest, rules
from tests.policy.stage import Stage, changed

ELSEWHERE = (
    "https://elsewhere.example",
    "//elsewhere.example",
    "///elsewhere.example",
    "////elsewhere.example/today",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/\t/elsewhere.example",
    "/%09/elsewhere.example",
    "/\n/elsewhere.example",
    "http:elsewhere.example",
    "https:///elsewhere.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/today@elsewhere.example",
    "@elsewhere.example",
    "/today\r\nLocation: https://elsewhere.example",
    "/.elsewhere.example",
    "%2f%2felsewhere.example",
    "/today/../../elsewhere.example",
    "https://localhost@elsewhere.example",
    "https://localhost.elsewhere.example/today",
    "/no-such-page-of-ours",
    "",
)

pytestmark = pytest.mark.sqlite_only  # the database plays no part here: once is enough
HOSTS = (
    "elsewhere.example",
    "localhost.elsewhere.example",
    "localhost:80@elsewhere.example",
    "elsewhere.example:8000",
    "elsewhere.example/localhost",
)
FORWARDED = {
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Server": "elsewhere.example",
    "X-Host": "elsewhere.example",
    "X-Original-URL": "//elsewhere.example",
    "Forwarded": "host=elsewhere.example",
}
OURS = ("/today", "/clients", "/clients?q=a", "/practice")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_to_our_own_pages_only(stage: Stage, target: str) -> None:
    with stage.scene() as browser:
        form = {"email": _email(stage), "password": PASSWORD, "csrf_token": browser.token()}
        answer = stage.ask(browser, "POST", "/sign-in", form, query_string={"next": target})
        assert answer.status_code == 303
        assert answer.location == "/today"


@pytest.mark.parametrize("target", OURS)
def test_signing_in_leads_back_to_where_one_was(stage: Stage, target: str) -> None:
    with stage.scene() as browser:
        form = {"email": _email(stage), "password": PASSWORD, "csrf_token": browser.token()}
        answer = stage.ask(browser, "POST", "/sign-in", form, query_string={"next": target})
        assert answer.location == target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_page_takes_an_address_to_go_to(stage: Stage, target: str) -> None:
    asked = dict.fromkeys(("next", "url", "return", "return_to", "redirect", "back", "continue"), target)
    with stage.scene("owner") as browser:
        for path in ("/", "/sign-in", "/today", "/practice"):
            answer = stage.ask(browser, "GET", path, query_string=asked)
            assert answer.location in (None, "/today")


@pytest.mark.parametrize("endpoint", WALKED)
def test_a_poisoned_host_is_refused(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    with stage.scene(guest(address)) as browser:
        before = stage.dump()
        for host in HOSTS:
            answer = stage.ask(browser, rules()[endpoint].methods[0], address.url, headers={"Host": host})
            assert answer.status_code == 400, host
            assert "elsewhere.example" not in everything_in(answer)
        came = changed(before, stage.dump())
        assert not came


@pytest.mark.parametrize("endpoint", READ)
def test_what_a_proxy_is_said_to_forward_is_ignored(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    with stage.scene(guest(address)) as browser:
        arrange(stage.world, address)
        answer = stage.ask(browser, "GET", address.url, headers=FORWARDED)
        assert answer.status_code in (200, 303)
        assert "elsewhere.example" not in everything_in(answer)


def test_a_mail_never_holds_the_host_somebody_sent(stage: Stage) -> None:
    """The link of a mail is made from the settings when the mail is sent; a request cannot speak for it."""
    with stage.scene() as browser:
        form = {"email": _email(stage), "csrf_token": browser.token()}
        for headers in ({"Host": "elsewhere.example"}, {"X-Forwarded-Host": "elsewhere.example"}):
            stage.ask(browser, "POST", "/forgotten-password", form, headers=headers)
        columns = [column.name for column in OutboxMessage.__table__.columns]
        rows = db.session.query(OutboxMessage).filter_by(kind="password_reset").all()
        assert len(rows) == 1, "the request with a poisoned Host is refused, the other is served"
        assert "elsewhere.example" not in str([[getattr(row, name) for name in columns] for row in rows])


def _email(stage: Stage) -> str:
    return stage.world.people.colleague.email
