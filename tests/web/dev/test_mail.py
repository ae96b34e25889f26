"""/dev/mail shows what would have gone out, and what a mail holds can do nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from clinic.domain.types import Role
from clinic.services.outbox import promises as outbox
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from clinic.web import url_map
from config import Settings
from tests.factories.people import People
from tests.visitor import Visitor


def test_a_mail_is_listed_and_shown_in_a_frame_that_may_do_nothing(
    people: People, visit: Callable[..., Visitor]
) -> None:
    with transaction():
        outbox.promise_test_mail(people.owner)
    delivery.run()
    visitor = visit(people.owner)
    listed = visitor.get("/dev/mail").text
    assert "Mail from Harbour Chiropractic arrives" in listed
    address = listed.split('href="/dev/mail/')[1].split('"')[0]

    page = visitor.get(f"/dev/mail/{address}")
    assert 'sandbox="allow-popups' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Hello Olive" in page.text

    frame = visitor.client.get(f"/dev/mail/{address}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_unknown_mail_is_not_found(people: People, visit: Callable[..., Visitor]) -> None:
    visit(people.owner).get("/dev/mail/..%2f..%2fsecret.key", status=404)
    visit(people.owner).get("/dev/mail/nothing", status=404)


@pytest.fixture
def kept(people: People, visit: Callable[..., Visitor]) -> str:
    """The address of a mail that is kept here."""
    with transaction():
        outbox.promise_test_mail(people.owner)
    delivery.run()
    listed = visit(people.owner).get("/dev/mail").text
    return "/dev/mail/" + listed.split('href="/dev/mail/')[1].split('"')[0]


def test_whoever_has_not_signed_in_is_asked_to(
    people: People, visit: Callable[..., Visitor], kept: str
) -> None:
    for address in ("/dev/mail", kept, f"{kept}/html"):
        assert visit().get(address, status=303).location == f"/sign-in?next={address}"


def test_nobody_but_the_owner_reads_it(people: People, visit: Callable[..., Visitor], kept: str) -> None:
    for user in (people.colleague, people.assistant, people.client_user, people.stranger):
        for address in ("/dev/mail", kept, f"{kept}/html"):
            visit(user).get(address, status=404)


def test_another_practices_owner_sees_none_of_it(
    people: People, visit: Callable[..., Visitor], kept: str
) -> None:
    with transaction():
        people.stranger.role = Role.OWNER
    other = visit(people.stranger)
    assert "No mail yet" in other.get("/dev/mail").text
    other.get(kept, status=404)


def test_the_demo_alone_shows_it_to_everybody(
    people: People, app: Flask, visit: Callable[..., Visitor], kept: str
) -> None:
    before: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, demo=True)
    try:
        visit().get("/dev/mail", status=303)  # there is a real practice beside it
        with transaction():
            people.practice.is_demo = people.elsewhere.is_demo = True
        visit().get("/dev/mail")
        visit().get(kept)
    finally:
        app.config["SETTINGS"] = before


def test_there_is_no_such_page_in_production(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    public = {rule.path for rule in url_map(replace(settings, env="production"))}
    assert not [path for path in public if path.startswith("/dev")]
