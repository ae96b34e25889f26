"""/dev/mail shows what would have gone out, and what a mail holds can do nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

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
    visitor = visit()
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
    visit().get("/dev/mail/..%2f..%2fsecret.key", status=404)
    visit().get("/dev/mail/nothing", status=404)


def test_there_is_no_such_page_in_production(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    public = {rule.path for rule in url_map(replace(settings, env="production"))}
    assert not [path for path in public if path.startswith("/dev")]
