"""The practice's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.models import AuditEvent, OutboxMessage
from clinic.services.overview import kept
from clinic.web.presenters.reports import letterhead
from tests.factories.people import PASSWORD, People
from tests.visitor import Visitor
from tests.web.public.test_first_visit import FORM

Visit = Callable[..., Visitor]
NAME = {key: FORM[key] for key in ("name", "phone")}
HELP = {key: FORM[key] for key in ("emergency_number", "urgent_number")}
HOURS = {key: FORM[key] for key in ("time_zone", "waking_from", "waking_until")}
LIMITS = {"pain_ceiling": "6"}
MESSAGES = {"answer_days": "3", "works_on": ["1", "2", "4"]}
SECTIONS: dict[str, dict[str, Any]] = {
    **{"name": NAME, "help": HELP, "hours": HOURS, "limits": LIMITS, "messages": MESSAGES}
}


def at(part: str) -> str:
    return f"/practice/settings/{part}"


def test_the_owner_changes_it_and_the_trail_holds_old_and_new(people: People, visit: Visit) -> None:
    visit(people.owner).post(at("help"), HELP, status=303)
    db.session.refresh(people.practice)
    assert people.practice.emergency_number == "112"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.changed")).one()
    assert event.details["changed"]["emergency_number"] == ["999", "112"]


def test_what_one_section_saves_leaves_the_others_as_they_are(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    owner.post(at("limits"), LIMITS | {"load_minutes": "15", "assess_every_weeks": "8"}, status=303)
    for part in ("name", "help", "hours"):
        owner.post(at(part), SECTIONS[part], status=303)
    db.session.refresh(people.practice)
    practice = people.practice
    assert (practice.load_minutes, practice.assess_every_weeks, practice.name) == (15, 8, "Quay Spine")


def test_an_address_stands_line_by_line(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    owner.post(at("name"), NAME | {"address": "2 Quay Street\nHarbour Town"}, status=303)
    db.session.refresh(people.practice)
    assert people.practice.address == "2 Quay Street\nHarbour Town"
    assert letterhead(people.practice)["address"] == ["2 Quay Street", "Harbour Town"]


def test_the_owner_sets_above_which_load_is_warned(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    owner.post(at("limits"), LIMITS | {"load_minutes": "15", "load_moves": "3"}, status=303)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (15, 3)
    assert "15 minutes a day, 3 moves" in visit(people.colleague).get("/practice").text
    wrong = {"load_minutes": "0", "load_moves": "25", "assess_every_weeks": "105"}
    refused = owner.post(at("limits"), LIMITS | wrong, status=422)
    for words in (
        "Minutes a day must be from 1 to 240.",
        "Moves must be from 1 to 24.",
        "Weeks must be from 0 to 104.",
    ):
        assert words in refused.text
    owner.post(at("limits"), LIMITS | {"load_minutes": "many"}, status=422)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (15, 3)
    owner.post(at("limits"), LIMITS, status=303)
    db.session.refresh(people.practice)
    assert (people.practice.load_minutes, people.practice.load_moves) == (20, 5), "nothing typed is the usual"


def test_the_owner_promises_how_soon_messages_are_answered(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    assert "“We answer within 2 working days.”" in owner.get("/practice").text
    closed = {"closed_from-day": "24", "closed_from-month": "12", "closed_from-year": "2026"}
    until = {"closed_until-day": "3", "closed_until-month": "1", "closed_until-year": "2027"}
    owner.post(at("messages"), MESSAGES | closed | until, status=303)
    page = owner.get("/practice").text
    for words in (
        "“We answer within 3 working days.”",
        "Monday, Tuesday, Thursday",
        "Thu 24 Dec to Sun 3 Jan",
    ):
        assert words in page
    refused = owner.post(at("messages"), {"answer_days": "11"} | closed, status=422).text
    assert "Working days must be from 0 to 10." in refused
    assert "Choose at least one day on which you work." in refused
    assert "Give the first and the last closed day, or neither." in refused
    owner.post(at("messages"), MESSAGES | {"answer_days": "0"}, status=303)
    assert "Nothing is promised" in owner.get("/practice").text


def test_others_read_it_and_cannot_change_it(people: People, visit: Visit) -> None:
    for user in (people.colleague, people.assistant):
        page = visit(user).get("/practice").text
        assert "Only the owner can change these details." in page
        for part, typed in SECTIONS.items():
            assert at(part) not in page
            visit(user).get(at(part), status=404)
            visit(user).post(at(part), typed, status=404)
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
    visit(people.owner).post(at("limits"), {"pain_ceiling": "5"}, status=303)
    db.session.refresh(people.practice)
    assert people.practice.pain_ceiling == 5
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.changed")).one()
    assert event.details["changed"]["pain_ceiling"] == ["6", "5"]
    assert "From 5 of 10 on" in visit(people.assistant).get("/practice").text


@pytest.mark.parametrize("typed", ["0", "11", "-1", "none", "6.5", ""])
def test_a_pain_that_cannot_be_is_no_ceiling(typed: str, people: People, visit: Visit) -> None:
    page = visit(people.owner).post(at("limits"), {"pain_ceiling": typed}, status=422)
    assert "Choose a number from 1 to 10." in page.text


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("name", {"name": "=?", "phone": ""}),
        ("help", {"emergency_number": "", "urgent_number": ""}),
        ("hours", {"waking_from": "20:00", "waking_until": "08:00", "time_zone": "Nowhere/Else"}),
    ],
)
def test_every_problem_of_a_section_is_named_at_once(
    part: str, wrong: dict[str, str], people: People, visit: Visit
) -> None:
    page = visit(people.owner).post(at(part), wrong, status=422).text
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    for name in wrong.keys() - {"waking_from"}:
        assert f'href="#{name}"' in summary


def test_the_practice_in_figures_says_as_of_when_and_is_a_table_too(people: People, visit: Visit) -> None:
    assert "The figures are being made" in visit(people.colleague).get("/practice/overview").text
    visit(people.owner).get("/practice/overview.csv", status=404)
    kept.make_all()
    page = visit(people.colleague).get("/practice/overview").text
    assert "As of" in page
    assert "nothing was asked" in page
    assert "No questionnaire has been answered yet." in page
    table = visit(people.owner).get("/practice/overview.csv").get_data(as_text=True)
    assert table.splitlines()[0].endswith("figure,value,of")
    assert "As of" in visit(people.assistant).get("/practice/overview").text
