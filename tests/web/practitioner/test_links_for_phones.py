"""A link or a code that somebody takes along says beside it whether a phone can open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text

Visit = Callable[..., Visitor]


@pytest.fixture
def based_at(app: Flask) -> Iterator[Callable[[str], None]]:
    """Another CLINIC_BASE_URL for this test."""
    before = app.config["SETTINGS"]

    def put(url: str) -> None:
        app.config["SETTINGS"] = replace(before, base_url=url)

    yield put
    app.config["SETTINGS"] = before


def handed_over(people: People, visit: Visit) -> str:
    with transaction():
        people.client.user_id = None
    return text(visit(people.owner).post(f"/clients/{people.client.id}/invitation/link", status=200))


def test_one_that_opens_on_this_computer_alone_offers_a_way(people: People, visit: Visit) -> None:
    page = handed_over(people, visit)
    assert "This address opens on this computer alone: no phone can reach it." in page
    assert "clinic serve --lan" in page
    assert "CLINIC_BASE_URL" in page


def test_one_of_this_network_says_so(people: People, visit: Visit, based_at: Callable[[str], None]) -> None:
    based_at("http://192.168.1.20:8000")
    page = handed_over(people, visit)
    assert "This address opens in this network alone: phones elsewhere cannot reach it." in page
    assert "--lan" not in page


def test_one_that_opens_everywhere_says_nothing(
    people: People, visit: Visit, based_at: Callable[[str], None]
) -> None:
    based_at("https://clinic.example")
    assert "phone can open this link" not in handed_over(people, visit)


@pytest.mark.usefixtures("mail_server")
def test_links_in_mails_that_open_nowhere_else_are_told_on_every_page(people: People, visit: Visit) -> None:
    assert "Links in your mails lead nowhere on other devices." in text(visit(people.owner).get("/clients"))
