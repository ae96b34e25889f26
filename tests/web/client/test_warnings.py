"""Warning signs on the client's own page."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.types import Tier
from clinic.extensions import db
from clinic.models import WarningFlag
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


def flags() -> list[WarningFlag]:
    return list(db.session.scalars(select(WarningFlag)))


def test_every_sign_stands_there_with_what_to_do_and_nothing_is_ticked(people: People, visit: Visit) -> None:
    page = visit(people.client_user).get("/warning-signs").get_data(as_text=True)
    for sign in load_catalogue().warnings.signs.values():
        assert sign.tick in page
    assert "cauda equina" not in page  # no disease is ever named to a client
    assert "Call 999 or go to the nearest emergency department now" in page
    assert " checked" not in page
    assert flags() == []


def test_looking_stores_nothing(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    for _ in range(3):
        browser.get("/warning-signs")
    assert flags() == []


def test_a_named_sign_is_stored_and_the_page_says_what_to_do(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    browser.post("/warning-signs", {"signs": "fever"}, status=303)
    (flag,) = flags()
    assert (flag.client_id, flag.checkin_id, flag.tier) == (people.client.id, None, Tier.U)
    page = browser.get("/warning-signs").get_data(as_text=True)
    assert "Get advice today" in page
    assert "Your practice has been told" in page


def test_a_tick_is_answered_with_its_tier_so_that_the_page_stays(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    told = browser.post("/warning-signs", {"signs": "cough"}, status=200, headers={"X-Tick": "1"})
    assert told.get_json() == {"tier": "S"}


def test_nothing_ticked_is_asked_again(people: People, visit: Visit) -> None:
    page = visit(people.client_user).post("/warning-signs", {}, status=422)
    assert "Tick what is new." in page.get_data(as_text=True)
    assert flags() == []


def test_it_is_the_clients_page_alone(people: People, visit: Visit) -> None:
    visit(people.colleague).get("/warning-signs", status=404)
    visit().get("/warning-signs", status=303)
