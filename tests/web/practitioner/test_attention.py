"""The practitioner's first page, a warning sign's page and the check-in pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.models import Checkin, CheckinAnswer, Client, OutboxMessage, Program, ReasonHandling, WarningFlag
from clinic.services import warnings
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, sent_checkin
from tests.factories.people import People, make_client
from tests.statements import statements
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
MOST_QUERIES = 8


@pytest.fixture
def program(people: People) -> Program:
    return enrol(people)


@pytest.fixture
def flag(people: People, program: Program) -> WarningFlag:
    return warnings.name_on_own_page(people.actor(people.client_user), ["saddle", "fever"])


def text(page: Any) -> str:
    return " ".join(page.get_data(as_text=True).split())


def failed(program: Program) -> OutboxMessage:
    checkin = sent_checkin(program, state=CheckinState.FAILED)
    with transaction():
        mail = outbox.promise(
            program.practice_id, "checkin", "it", client_id=program.client_id, checkin_id=checkin.id
        )
        assert mail is not None
        mail.state, mail.reason = OutboxState.FAILED, "refused"
    return mail


def queries(visit: Callable[[], object]) -> int:
    """How many questions a page asks the database."""
    visit()  # the first look of the hour is noted in the trail
    with statements(db.session.connection()) as asked:
        visit()
    asked = [statement for statement in asked if "set_config" not in statement]  # the wall, not a question
    return len([statement for statement in asked if statement.startswith(("SELECT", "INSERT", "UPDATE"))])


# --- /today


def test_with_nobody_to_look_after_the_page_is_pleasant_and_says_the_day(
    people: People, visit: Visit
) -> None:
    page = text(visit(people.colleague).get("/today"))
    assert "Nobody needs you just now." in page
    assert str(now().year) in page


def test_the_page_names_the_client_the_reason_and_one_button(
    people: People, program: Program, visit: Visit
) -> None:
    answered(program, now() - timedelta(hours=1), contact=True)
    page = text(visit(people.assistant).get("/today"))
    assert "Ada Northcote" in page
    assert "Would like to be contacted" in page
    assert "Done with Ada Northcote" in page.replace('<span class="visually-hidden">', "")


def test_marking_as_done_takes_the_client_off_the_list_by_name(
    people: People, program: Program, visit: Visit
) -> None:
    answer = answered(program, now() - timedelta(hours=1), contact=True)
    browser = visit(people.colleague)
    data = {"cases": f"contact_wanted:{answer.id}", "note": "Spoke on the phone."}
    browser.post(f"/clients/{program.client_id}/looked-after", data, status=303)
    page = text(browser.get("/today"))
    assert "Would like to be contacted" not in page
    assert "Marked as done." in page
    stored = db.session.scalars(select(ReasonHandling)).one()
    assert (stored.subject_id, stored.handled_by, stored.note) == (
        answer.id,
        people.colleague.id,
        "Spoke on the phone.",
    )


def test_a_page_that_is_out_of_date_says_so(people: People, program: Program, visit: Visit) -> None:
    browser = visit(people.colleague)
    browser.post(f"/clients/{program.client_id}/looked-after", {"cases": "made up"}, status=303)
    assert "out of date" in text(browser.get("/today"))


def test_answers_without_a_reason_stand_below(people: People, program: Program, visit: Visit) -> None:
    answered(program, now() - timedelta(days=1), pain=2)
    page = text(visit(people.colleague).get("/today"))
    assert "Answered" in page
    assert "pain 2" in page


# --- a warning sign


def test_a_flags_page_says_what_was_named_and_its_practitioner_clears_it(
    people: People, flag: WarningFlag, visit: Visit
) -> None:
    browser = visit(people.colleague)
    assert f"/flags/{flag.id}" in text(browser.get("/today"))
    page = text(browser.get(f"/flags/{flag.id}"))
    assert "New numbness, tingling or a strange feeling" in page
    assert "Fever, shivers" in page
    assert "There is a problem" in text(browser.post(f"/flags/{flag.id}", {"note": " "}, status=422))
    browser.post(f"/flags/{flag.id}", {"note": "Examined today."}, status=303)
    page = text(browser.get(f"/flags/{flag.id}"))
    assert "Examined today." in page
    assert "Robin Vale" in page


def test_with_a_sign_among_it_nothing_of_a_client_is_called_done_or_put_off(
    people: People, program: Program, flag: WarningFlag, visit: Visit
) -> None:
    answered(program, now() - timedelta(hours=1), contact=True)
    page = text(visit(people.colleague).get("/today"))
    assert "Would like to be contacted" in page
    assert "Hand to" in page
    assert "Snooze until" not in page


def test_an_assistant_may_look_and_not_clear(people: People, flag: WarningFlag, visit: Visit) -> None:
    browser = visit(people.assistant)
    assert "Clear and open" not in text(browser.get(f"/flags/{flag.id}"))
    browser.post(f"/flags/{flag.id}", {"note": "Looks fine."}, status=422)
    assert db.session.get_one(WarningFlag, flag.id).cleared_at is None


def test_a_stranger_and_a_client_have_no_door_to_it(people: People, flag: WarningFlag, visit: Visit) -> None:
    for user in (people.stranger, people.client_user, people.foreign_client_user):
        visit(user).get(f"/flags/{flag.id}", status=404)
        visit(user).post(f"/flags/{flag.id}", {"note": "x"}, status=404)
        visit(user).post(f"/clients/{flag.client_id}/looked-after", {"cases": ""}, status=404)
    assert db.session.get_one(WarningFlag, flag.id).cleared_at is None


# --- check-ins


def test_what_failed_is_listed_and_sent_again_with_one_press(
    people: People, program: Program, visit: Visit
) -> None:
    mail = failed(program)
    browser = visit(people.colleague)
    assert f"/mail/{mail.id}/resend" in text(browser.get("/check-ins"))
    answer = browser.post(f"/mail/{mail.id}/resend", status=303)
    assert answer.location == f"/clients/{program.client_id}/check-ins"
    assert db.session.get_one(OutboxMessage, mail.id).state is OutboxState.READY
    assert db.session.scalars(select(Checkin.state)).one() is CheckinState.WAITING
    browser.post(f"/mail/{mail.id}/resend", status=303)
    assert "not one to send again" in text(browser.get(answer.location))
    visit(people.stranger).post(f"/mail/{mail.id}/resend", status=404)


def test_the_clients_own_page_shows_the_ledger_the_answers_and_pain_with_gaps(
    people: People, program: Program, visit: Visit
) -> None:
    for weeks, pain in ((4, 6), (3, None), (2, 3)):
        answered(program, now() - timedelta(weeks=weeks), pain=pain)
    sent_checkin(program, at=now() - timedelta(weeks=1))
    page = text(visit(people.colleague).get(f"/clients/{program.client_id}/check-ins"))
    assert "Pain down from 6 to 3" in page
    assert "not reported" in page
    assert page.count("not said") >= 1
    assert "Sent" in page
    visit(people.stranger).get(f"/clients/{program.client_id}/check-ins", status=404)


def test_the_mail_can_be_seen_in_a_frame_and_sent_to_oneself(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    assert "Time for your check-in" in text(browser.get("/check-ins/preview"))
    framed = browser.client.get("/check-ins/preview.html")
    assert "Open your check-in" in framed.get_data(as_text=True)
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    browser.post("/check-ins/preview/send", status=303)
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.user_id, mail.client_id) == ("checkin_preview", people.colleague.id, None)


def test_the_preview_holds_no_working_link(people: People, visit: Visit) -> None:
    page = visit(people.colleague).client.get("/check-ins/preview.html").get_data(as_text=True)
    assert "/c/" not in page
    assert "/u/" not in page


@pytest.mark.parametrize("path", ["/today", "/check-ins", "/clients/{client}/check-ins", "/flags/{flag}"])
def test_a_page_asks_at_most_eight_questions(
    people: People, program: Program, flag: WarningFlag, visit: Visit, path: str
) -> None:
    for weeks in range(1, 6):
        answered(program, now() - timedelta(weeks=weeks), pain=weeks, contact=True)
    failed(program)
    browser = visit(people.colleague)
    address = path.format(client=program.client_id, flag=flag.id)
    assert queries(lambda: browser.get(address)) <= MOST_QUERIES


def test_the_twenty_most_pressing_come_first_and_one_press_shows_all(people: People, visit: Visit) -> None:
    with transaction():
        for number in range(25):
            make_client(people.practice, f"Client {number:02}", bounced_at=now() - timedelta(days=number + 1))
    browser = visit(people.owner)
    page = browser.get("/today").text
    assert "25 clients to look after, the 20 most pressing are shown" in page
    assert page.count("Mail does not arrive") == 20
    assert 'href="/today?show=all">Show all 25<' in page
    everybody = browser.get("/today?show=all").text
    assert everybody.count("Mail does not arrive") == 25
    assert "Show all" not in everybody


# --- what is done from the page


@pytest.fixture
def wish(people: People, program: Program) -> str:
    """Ada, who would like to be called, and the case as the page names it."""
    with transaction():
        db.session.get_one(Client, people.client.id).phone = "020 7946 0123"
    answer = answered(program, now() - timedelta(hours=1), contact=True)
    with transaction():
        db.session.get_one(CheckinAnswer, answer.id).note = "About the stairs?"
    return f"contact_wanted:{answer.id}"


@pytest.mark.parametrize("path", ["/today", "/clients?needs=attention", "/clients/{}"])
def test_every_list_has_the_words_the_number_and_the_next_act(
    people: People, program: Program, wish: str, visit: Visit, path: str
) -> None:
    page = text(visit(people.colleague).get(path.format(program.client_id)))
    assert "Would like to be contacted" in page
    assert "About the stairs?" in page
    assert 'href="tel:02079460123"' in page
    assert wish in page


def test_done_can_be_taken_back_from_the_page_that_follows(
    people: People, program: Program, wish: str, visit: Visit
) -> None:
    browser = visit(people.colleague)
    address = f"/clients/{program.client_id}/looked-after"
    browser.post(address, {"cases": wish, "act": "done", "came_from": "record"}, status=303)
    page = text(browser.get(f"/clients/{program.client_id}"))
    assert "Marked as done." in page
    assert "Would like to be contacted" not in page
    (press,) = re.findall(r'name="press" value="([0-9a-f-]+)"', page)
    browser.post(f"{address}/undo", {"press": press}, status=303)
    page = text(browser.get("/today"))
    assert "Taken back." in page
    assert "Would like to be contacted" in page


def test_a_reason_is_put_off_by_a_press_on_a_day_or_by_a_date(
    people: People, program: Program, wish: str, visit: Visit
) -> None:
    browser = visit(people.colleague)
    address, day = f"/clients/{program.client_id}/looked-after", (now() + timedelta(days=9)).date()
    for typed, said in (
        ({"act": "snoozed", "day": ""}, "Choose the day it is to come back."),
        ({"act": "snoozed", "day": "2020-01-01"}, "Choose a day that is still to come."),
        ({"until": day.isoformat()}, "It comes back by itself on"),
    ):
        browser.post(address, {"cases": wish, **typed}, status=303)
        assert said in text(browser.get("/today"))
    assert "Would like to be contacted" not in text(browser.get("/today"))


def test_what_is_handed_over_stands_under_mine_of_whoever_has_it(
    people: People, program: Program, wish: str, visit: Visit
) -> None:
    db.session.get_one(Client, program.client_id).responsible_id = people.owner.id
    db.session.commit()
    browser = visit(people.colleague)
    data = {"cases": wish, "act": "handed", "colleague": str(people.owner.id), "came_from": "mine"}
    answer = browser.post(f"/clients/{program.client_id}/looked-after", data, status=303)
    assert answer.location == "/today?whose=mine"
    page = text(browser.get("/today?whose=mine"))
    assert f"Handed to {people.owner.name}." in page
    assert "Nothing of yours asks for you just now." in page
    assert f"with {people.owner.name}" in text(browser.get("/today"))
    assert "1 client to look after among yours" in text(visit(people.owner).get("/today?whose=mine"))


def test_an_old_page_is_told_who_was_quicker(
    people: People, program: Program, wish: str, visit: Visit
) -> None:
    address, seen = f"/clients/{program.client_id}/looked-after", now().isoformat()
    visit(people.owner).post(address, {"cases": wish, "act": "done"}, status=303)
    browser = visit(people.colleague)
    browser.post(address, {"cases": wish, "seen": seen, "until": "2030-01-01"}, status=303)
    browser.post(address, {"cases": wish, "seen": seen, "act": "done"}, status=303)
    page = text(browser.get("/today"))
    assert f"{people.owner.name} marked this as done on" in page
    assert db.session.scalars(select(ReasonHandling)).one().handled_by == people.owner.id


@pytest.mark.parametrize(
    "typed", [{"act": "undone"}, {"act": "made up"}, {"act": "handed", "colleague": "x"}, {"until": "x"}]
)
def test_what_no_page_of_ours_says_changes_nothing(
    people: People, program: Program, wish: str, visit: Visit, typed: dict[str, str]
) -> None:
    browser = visit(people.colleague)
    browser.post(f"/clients/{program.client_id}/looked-after", {"cases": wish, **typed}, status=303)
    assert db.session.scalars(select(ReasonHandling)).all() == []


def test_more_than_a_page_of_clients_are_counted_truly(people: People, visit: Visit) -> None:
    for number in range(61):
        make_client(people.practice, f"Bounced {number}", bounced_at=now())
    db.session.commit()
    rebuilding.rebuild_all()
    browser = visit(people.colleague)
    assert "61 clients to look after, the 20 most pressing are shown" in text(browser.get("/today"))
    assert "61 clients" in text(browser.get("/clients?needs=attention"))
