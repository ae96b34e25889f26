"""The practice's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.models import AuditEvent, OutboxMessage
from tests.factories.people import PASSWORD, People
from tests.visitor import Visitor
from tests.web.public.test_first_visit import FORM

Visit = Callable[..., Visitor]
CHANGED = {key: value for key, value in FORM.items() if not key.startswith(("owner", "password"))}


def test_the_owner_changes_it_and_the_trail_holds_old_and_new(people: People, visit: Visit) -> None:
    visit(people.owner).post("/practice", CHANGED, status=303)
    db.session.refresh(people.practice)
    assert people.practice.name == "Quay Spine"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.changed")).one()
    assert event.details["changed"]["emergency_number"] == ["999", "112"]


def test_the_owner_sets_above_which_load_is_warned(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    owner.post("/practice", CHANGED | {"load_minutes": "15", "load_moves": "3"}, status=303)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (15, 3)
    assert "15 minutes a day, 3 moves" in visit(people.colleague).get("/practice").text
    refused = owner.post("/practice", CHANGED | {"load_minutes": "0", "load_moves": "25"}, status=422)
    for words in ("Minutes a day must be from 1 to 240.", "Moves must be from 1 to 24."):
        assert words in refused.text
    owner.post("/practice", CHANGED | {"load_minutes": "many"}, status=422)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (15, 3)
    owner.post("/practice", CHANGED, status=303)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (20, 5), "nothing typed is the usual"


def test_others_read_it_and_cannot_change_it(people: People, visit: Visit) -> None:
    for user in (people.colleague, people.assistant):
        assert "Only the owner can change these details." in visit(user).get("/practice").get_data(
            as_text=True
        )
        visit(user).post("/practice", CHANGED, status=422)
    db.session.refresh(people.practice)
    assert people.practice.name == "Harbour Chiropractic"


def test_missing_numbers_are_said_plainly(people: People, visit: Visit) -> None:
    people.practice.emergency_number = None
    db.session.commit()
    assert "No mail goes to clients yet" in visit(people.owner).get("/practice").get_data(as_text=True)


def test_the_account_page_says_from_when_the_password_is(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    assert "Your password is from" not in browser.get("/your-account").text, "it came from elsewhere"
    new = "grey heron over the mill pond"
    browser.post("/your-account", {"current": PASSWORD, "password": new}, status=303)
    assert "Your password is from" in browser.get("/your-account").text


def test_a_test_mail_goes_to_whoever_asks_and_says_when_it_is_not_sent(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    for _ in range(2):
        browser.post("/practice/test-mail", status=303)
    (mail,) = db.session.scalars(select(OutboxMessage)).all()
    assert (mail.kind, mail.user_id) == (MailKind.TEST_MAIL, people.colleague.id)
    assert "The test mail is kept here, not sent: no mail server is set." in browser.get("/practice").text


def test_the_owner_sets_from_which_pain_on_clients_stop(people: People, visit: Visit) -> None:
    assert people.practice.pain_ceiling == 6
    visit(people.owner).post("/practice", CHANGED | {"pain_ceiling": "5"}, status=303)
    db.session.refresh(people.practice)
    assert people.practice.pain_ceiling == 5
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.changed")).one()
    assert event.details["changed"]["pain_ceiling"] == ["6", "5"]
    assert "From 5 of 10 on" in visit(people.assistant).get("/practice").text


@pytest.mark.parametrize("typed", ["0", "11", "-1", "none", "6.5", ""])
def test_a_pain_that_cannot_be_is_no_ceiling(typed: str, people: People, visit: Visit) -> None:
    page = visit(people.owner).post("/practice", CHANGED | {"pain_ceiling": typed}, status=422)
    assert "Choose a number from 1 to 10." in page.text


def test_every_problem_of_the_practice_is_named_at_once(people: People, visit: Visit) -> None:
    wrong = {**CHANGED, "name": "=?", "phone": "", "waking_from": "20:00", "waking_until": "08:00"}
    page = visit(people.owner).post("/practice", wrong, status=422).text
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    for name in ("name", "phone", "waking_until"):
        assert f'href="#{name}"' in summary
