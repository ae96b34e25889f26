"""Warning signs on the client's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from clinic.catalogue import load_catalogue
from clinic.domain.types import Tier
from clinic.extensions import db
from clinic.models import OutboxMessage, WarningFlag
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


@pytest.mark.usefixtures("mail_server")
def test_a_named_sign_is_stored_and_the_page_says_what_to_do(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    browser.post("/warning-signs", {"signs": "fever"}, status=303)
    (flag,) = flags()
    assert (flag.client_id, flag.checkin_id, flag.tier) == (people.client.id, None, Tier.U)
    page = browser.get("/warning-signs").get_data(as_text=True)
    assert "Get advice today" in page
    assert "Your practice is told now" in page


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


def test_a_slip_is_taken_back_with_a_reason_and_the_practice_sees_both(people: People, visit: Visit) -> None:
    browser, practice = visit(people.client_user), visit(people.colleague)
    browser.post("/warning-signs", {"signs": "fever"}, status=303)
    assert "/warning-signs/taken-back" in browser.get("/warning-signs").text
    assert "Say what happened" in browser.post("/warning-signs/taken-back", {"reason": " "}, status=422).text
    browser.post("/warning-signs/taken-back", {"reason": "My thumb slipped."}, status=303)
    (flag,) = flags()
    assert flag.is_open, "only the practice opens the program again"
    assert flag.taken_back_reason == "My thumb slipped."
    assert "they read that too" in browser.get("/warning-signs").text
    page = practice.get(f"/flags/{flag.id}").text
    assert "says that it was a mistake" in page
    assert "My thumb slipped." in page
    assert "said to be ticked by mistake" in practice.get(f"/clients/{people.client.id}/timeline").text


def test_what_is_named_after_a_slip_counts(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    browser.post("/warning-signs", {"signs": "fever"}, status=303)
    browser.post("/warning-signs/taken-back", {"reason": "A slip."}, status=303)
    browser.post("/warning-signs", {"signs": "fever"}, status=303)
    slip, again = sorted(flags(), key=lambda flag: flag.raised_at)
    assert (slip.is_open, again.is_open) == (True, True)
    assert (again.taken_back_at, again.tier) == (None, Tier.U), "told anew, though it is the same sign"
    assert db.session.scalar(select(func.count()).where(OutboxMessage.flag_id == again.id)), (
        "and by mail, too"
    )


def test_with_nothing_named_there_is_nothing_to_take_back(people: People, visit: Visit) -> None:
    told = visit(people.client_user).post("/warning-signs/taken-back", {"reason": "A slip."}, status=422)
    assert "nothing to take back" in told.text
