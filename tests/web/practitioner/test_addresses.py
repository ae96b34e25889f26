"""An address that mail came back from, and somebody who knows that it works."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clinic.extensions import db
from clinic.models import Client
from clinic.services.clock import now
from tests.factories.people import People
from tests.visitor import Visitor

WORDS = "552 5.1.1 no such user"


@pytest.mark.usefixtures("mail_server")
def test_a_dead_address_is_shown_with_the_other_servers_words_and_written_to_again_on_one_press(
    people: People, visit: Callable[..., Visitor]
) -> None:
    people.client.bounced_at, people.client.bounce_reason = now(), WORDS
    db.session.commit()
    browser, page = visit(people.assistant), f"/clients/{people.client.id}"
    shown = browser.get(page).get_data(as_text=True)
    assert WORDS in shown
    assert "This address works" in shown

    assert browser.post(f"{page}/address-works", status=303).location == page
    again = browser.get(page).get_data(as_text=True)
    assert f"Mail goes to {people.client.email} again" in again
    assert "This address works" not in again
    assert db.session.get_one(Client, people.client.id, populate_existing=True).bounced_at is None


def test_a_client_without_an_address_has_none_that_works(
    people: People, visit: Callable[..., Visitor]
) -> None:
    people.other_client.email = people.other_client.email_key = None
    db.session.commit()
    browser, page = visit(people.owner), f"/clients/{people.other_client.id}"
    browser.post(f"{page}/address-works", status=303)
    assert "has no email address" in browser.get(page).get_data(as_text=True)
