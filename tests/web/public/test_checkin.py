"""A check-in answered from its mail: signs first, an answer once, and never anything from looking."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from clinic.catalogue import load_catalogue
from clinic.domain.pain_rule import PainAnswer
from clinic.domain.types import CheckinState, MistakeAnswer, OutboxState, Tier
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Base,
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    OpenReason,
    OutboxMessage,
    Program,
    User,
    WarningFlag,
)
from clinic.services.attention.today import OF_ANSWERS
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, link_to, sent_checkin
from tests.factories.people import People, make_people
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANSWER = {"days": "5", "pain": "3", "mistake": "no", "contact": "no", "note": "Stairs are easier."}
RULE = load_catalogue().dosing.pain_rule
CLOSING = load_catalogue().warnings.tiers[Tier.N].client_text


@pytest.fixture
def program(people: People) -> Iterator[Program]:
    with time_machine.travel(MONDAY, tick=False):
        yield enrol(people, starts_on=date(2026, 11, 2))


@pytest.fixture
def checkin(program: Program) -> Checkin:
    return sent_checkin(program)


@pytest.fixture
def link(checkin: Checkin) -> str:
    return link_to(checkin)


def answer(browser: Visitor, link: str, **changes: str) -> None:
    browser.post(link, {"none": "y"}, status=303)
    browser.post(f"{link}/questions", ANSWER | changes, status=303)


def stored(kind: type[Base]) -> list[Any]:
    return list(db.session.scalars(select(kind)))


def rows() -> dict[str, int]:
    """How many rows each table holds."""
    tables = Base.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", page.get_data(as_text=True))


# --- looking


def test_looking_stores_nothing_however_often_and_at_whichever_page(link: str, visit: Visit) -> None:
    before = rows()
    browser = visit()
    for _ in range(5):
        browser.get(link)
        browser.get(f"{link}/questions", status=303)
        assert browser.client.head(link).status_code == 200
    assert rows() == before


def test_looking_at_an_answered_checkin_changes_nothing_and_tells_no_answer(link: str, visit: Visit) -> None:
    answer(visit(), link, note="only for my practitioner", pain="7")
    before = rows()
    for path in (link, f"{link}/questions"):
        page = text(visit().get(path))
        assert "only for my practitioner" not in page
        assert "checked" not in page
    assert rows() == before


def test_the_signs_come_first_and_nothing_is_ticked(link: str, visit: Visit) -> None:
    page = text(visit().get(link))
    assert "Before we start: is any of this new?" in page
    for sign in load_catalogue().warnings.emergency:
        assert sign.tick in page
    assert "None of these" in page
    assert " checked" not in page


def test_the_numbers_of_the_practice_stand_at_the_foot(link: str, visit: Visit) -> None:
    page = text(visit().get(link))
    assert "Harbour Chiropractic" in page
    assert 'href="tel:999"' in page
    assert 'href="tel:111"' in page


@pytest.mark.parametrize("tail", ["", "/questions"])
def test_an_unknown_link_says_so(people: People, visit: Visit, tail: str) -> None:
    assert "We do not know this link" in text(visit().get(f"/c/abcdefghijklmnop{tail}", status=404))


def test_a_link_ends_after_fourteen_days(link: str, visit: Visit) -> None:
    with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
        assert "This link has run out" in text(visit().get(link, status=410))
        visit().post(link, {"signs": "saddle"}, status=410)
    assert stored(WarningFlag) == []


def test_a_link_for_something_else_opens_no_checkin(people: People, checkin: Checkin, visit: Visit) -> None:
    from clinic.services.accounts import signing_in as accounts

    with transaction():
        secret = accounts.mint_reset(people.colleague)
    visit().get(f"/c/{secret}", status=404)


# --- the signs


def test_nothing_said_about_the_signs_is_asked_again(link: str, visit: Visit) -> None:
    page = text(visit().post(link, {}, status=422))
    assert "There is a problem" in page
    assert "Tick what is new" in page
    assert stored(WarningFlag) == []


def test_the_questions_cannot_be_reached_past_the_signs(link: str, visit: Visit) -> None:
    browser = visit()
    assert browser.get(f"{link}/questions", status=303).location == link
    browser.post(f"{link}/questions", ANSWER, status=303)
    assert stored(CheckinAnswer) == []


def test_no_sign_leads_to_the_questions_and_is_noted_once(link: str, visit: Visit, checkin: Checkin) -> None:
    browser = visit()
    for _ in range(3):
        assert browser.post(link, {"none": "y"}, status=303).location == f"{link}/questions"
    browser.get(f"{link}/questions")
    (event,) = db.session.scalars(select(CheckinEvent).where(CheckinEvent.checkin_id == checkin.id))
    assert (event.state, event.reason) == (CheckinState.SENT, "none of the warning signs")


def test_no_sign_yesterday_is_asked_again_today(link: str, visit: Visit) -> None:
    visit().post(link, {"none": "y"}, status=303)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        visit().get(f"{link}/questions", status=303)


def test_a_sign_acts_at_once_even_if_the_rest_is_never_answered(
    people: People, checkin: Checkin, link: str, visit: Visit
) -> None:
    with transaction():
        outbox.promise(
            checkin.practice_id,
            "checkin",
            "next",
            client_id=checkin.client_id,
            due_at=MONDAY + timedelta(days=7),
        )
    browser = visit()
    assert browser.post(link, {"signs": "saddle"}, status=303).location == link
    (flag,) = stored(WarningFlag)
    assert (flag.client_id, flag.checkin_id, flag.tier) == (checkin.client_id, checkin.id, Tier.E)
    assert flag.question_keys == ["saddle"]
    page = text(browser.get(link))
    assert "Call 999 or go to the nearest emergency department now" in page
    assert "notice-emergency" in page
    waiting = db.session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == "next")).one()
    assert waiting.state is OutboxState.CANCELLED
    assert [event.action for event in stored(AuditEvent) if event.action.startswith("flag")] == [
        "flag.raised"
    ]


def test_every_owner_and_practitioner_is_alerted_and_nobody_else(
    people: People, link: str, visit: Visit
) -> None:
    with transaction():
        gone = db.session.get_one(User, people.colleague.id)
        gone.deactivated_at = MONDAY
    visit().post(link, {"signs": "bladder"}, status=303)
    alerts = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "warning_sign_alert")).all()
    assert [alert.user_id for alert in alerts] == [people.owner.id]


def test_a_sign_beside_none_of_these_counts_as_a_sign(link: str, visit: Visit) -> None:
    visit().post(link, {"signs": "saddle", "none": "y"}, status=303)
    assert len(stored(WarningFlag)) == 1


def test_a_sign_that_is_not_on_the_list_is_refused(link: str, visit: Visit) -> None:
    visit().post(link, {"signs": "made_up"}, status=422)
    assert stored(WarningFlag) == []


def test_ticks_sent_one_by_one_are_one_flag_and_one_alert_each(
    people: People, link: str, visit: Visit
) -> None:
    browser = visit()
    for sign in ("saddle", "bladder", "saddle"):
        told = browser.post(link, {"signs": sign}, status=200, headers={"X-Tick": "1"})
        assert told.get_json() == {"tier": "E"}
    (flag,) = stored(WarningFlag)
    assert sorted(flag.question_keys) == ["bladder", "saddle"]
    alerts = db.session.scalars(
        select(OutboxMessage.user_id).where(OutboxMessage.kind == "warning_sign_alert")
    ).all()
    assert sorted(alerts) == sorted([people.owner.id, people.colleague.id])


def test_a_tick_needs_the_pages_token(link: str, visit: Visit) -> None:
    visit().post(link, {"signs": "saddle"}, token=False, status=400, headers={"X-Tick": "1"})
    assert stored(WarningFlag) == []


def test_after_a_sign_the_other_questions_may_be_answered_and_the_warning_stays(
    link: str, visit: Visit
) -> None:
    browser = visit()
    browser.post(link, {"signs": "saddle"}, status=303)
    browser.get(f"{link}/questions")
    browser.post(f"{link}/questions", ANSWER, status=303)
    assert len(stored(CheckinAnswer)) == 1
    assert "Call 999" in text(browser.get(link))


def test_a_slip_in_a_checkin_is_taken_back_and_shows_nothing_of_what_was_ticked(
    link: str, visit: Visit
) -> None:
    browser = visit()
    browser.post(link, {"signs": "saddle"}, status=303)
    assert f"{link}/taken-back" in browser.get(link).text
    browser.post(f"{link}/taken-back", {"reason": "My grandson pressed it."}, status=303)
    (flag,) = stored(WarningFlag)
    assert (flag.is_open, flag.taken_back_reason) == (True, "My grandson pressed it.")
    assert "by mistake" not in browser.get(link).text
    browser.post(link, {"signs": "saddle"}, status=303)
    again = [each for each in stored(WarningFlag) if each.taken_back_at is None]
    assert [each.checkin_id for each in again] == [None], (
        "a check-in carries one flag; the new one stands alone"
    )


# --- the answer


def test_an_answer_is_stored_and_the_closing_words_never_reassure(
    link: str, visit: Visit, checkin: Checkin
) -> None:
    browser = visit()
    answer(browser, link)
    (given,) = stored(CheckinAnswer)
    assert (given.days_practised, given.pain, given.mistake) == (5, 3, MistakeAnswer.NO)
    assert (given.contact_wanted, given.note, given.answered_at) == (False, "Stairs are easier.", MONDAY)
    row = db.session.get_one(Checkin, checkin.id)
    assert (row.state, row.answered_at) == (CheckinState.ANSWERED, MONDAY)
    page = text(browser.get(link))
    assert CLOSING in page
    for word in ("safe", "nothing serious", "all good", "no need to worry"):
        assert word not in page.lower()


def test_the_mistake_is_called_by_its_name_in_the_clients_own_program(link: str, visit: Visit) -> None:
    browser = visit()
    browser.post(link, {"none": "y"}, status=303)
    assert "Did you notice the Butt Mistake this week?" in text(browser.get(f"{link}/questions"))


def test_rather_not_say_is_no_number(link: str, visit: Visit) -> None:
    answer(visit(), link, pain="declined")
    assert stored(CheckinAnswer)[0].pain is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": ""},
        {"days": "8"},
        {"pain": ""},
        {"pain": "11"},
        {"contact": ""},
        {"contact": "maybe"},
        {"mistake": "x"},
    ],
)
def test_a_wrong_or_missing_answer_is_asked_again_and_what_was_typed_is_kept(
    link: str, visit: Visit, wrong: dict[str, str]
) -> None:
    browser = visit()
    browser.post(link, {"none": "y"}, status=303)
    page = text(browser.post(f"{link}/questions", ANSWER | wrong, status=422))
    assert "There is a problem" in page
    assert "Stairs are easier." in page
    assert stored(CheckinAnswer) == []


def test_sending_again_the_same_day_corrects_and_the_audit_keeps_what_it_was(link: str, visit: Visit) -> None:
    answer(visit(), link)
    with time_machine.travel(MONDAY + timedelta(hours=3), tick=False):
        answer(visit(), link, pain="6")
    (given,) = stored(CheckinAnswer)
    assert (given.pain, given.corrected_at) == (6, MONDAY + timedelta(hours=3))
    (event,) = [event for event in stored(AuditEvent) if event.action == "checkin.corrected"]
    assert (event.details["before"]["pain"], event.details["after"]["pain"]) == (3, 6)


def test_sending_the_same_twice_is_no_correction(link: str, visit: Visit) -> None:
    answer(visit(), link)
    answer(visit(), link)
    assert stored(CheckinAnswer)[0].corrected_at is None
    assert [event for event in stored(AuditEvent) if event.action == "checkin.corrected"] == []


def test_the_day_after_it_is_closed(link: str, visit: Visit) -> None:
    answer(visit(), link)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        for path in (link, f"{link}/questions"):
            page = text(visit().get(path, status=410))
            assert "This check-in is closed" in page
            assert 'href="tel:999"' in page
        visit().post(f"{link}/questions", ANSWER | {"pain": "9"}, status=410)
    assert stored(CheckinAnswer)[0].pain == 3


def test_a_sign_can_still_be_named_on_a_closed_page_by_a_form_left_open(link: str, visit: Visit) -> None:
    answer(visit(), link)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        visit().post(link, {"signs": "saddle"}, status=303)
        assert "Call 999" in text(visit().get(link))


def test_what_waits_to_be_sent_for_an_answered_checkin_is_called_back(
    checkin: Checkin, link: str, visit: Visit
) -> None:
    with transaction():
        mail = outbox.promise(
            checkin.practice_id, "checkin", "again", client_id=checkin.client_id, checkin_id=checkin.id
        )
    answer(visit(), link)
    assert mail is not None
    assert db.session.get_one(OutboxMessage, mail.id).state is OutboxState.CANCELLED


def test_earlier_checkins_are_no_longer_waited_for(program: Program, link: str, visit: Visit) -> None:
    earlier = sent_checkin(program, date(2026, 11, 16), at=MONDAY - timedelta(days=7))
    answer(visit(), link)
    assert db.session.get_one(Checkin, earlier.id).state is CheckinState.EXPIRED


# --- pain


@pytest.mark.parametrize(
    ("pain", "advice"),
    [
        ("3", None),
        ("5", PainAnswer.SMALLER),
        ("6", PainAnswer.STOP),
        ("10", PainAnswer.STOP),
        ("declined", None),
    ],
)
def test_a_pain_is_answered_by_the_rule_of_the_log(
    people: People, link: str, visit: Visit, pain: str, advice: PainAnswer | None
) -> None:
    browser = visit()
    answer(browser, link, pain=pain)
    page = text(browser.get(link))
    said = [each for each, told in RULE.answers.items() if told.title in page]
    assert said == ([advice] if advice else [])
    assert (RULE.signs_title in page) is (advice is PainAnswer.STOP)


def test_the_clients_own_ceiling_counts_for_an_answer_too(people: People, link: str, visit: Visit) -> None:
    people.client.pain_ceiling = 4
    db.session.commit()
    browser = visit()
    answer(browser, link, pain="4")
    assert RULE.answers[PainAnswer.STOP].title in text(browser.get(link))


def test_a_pain_that_went_up_since_the_last_answers_asks_for_the_signs(
    program: Program, link: str, visit: Visit
) -> None:
    answered(program, MONDAY - timedelta(days=7), pain=2)
    browser = visit()
    answer(browser, link, pain="4")
    page = text(browser.get(link))
    assert RULE.answers[PainAnswer.SMALLER].title in page
    assert RULE.rise_text in page
    assert RULE.signs_title in page


def test_a_high_pain_stops_with_the_phone_and_a_sign_can_be_named_right_there(
    people: People, link: str, visit: Visit
) -> None:
    people.practice.phone = "020 7946 0000"
    db.session.commit()
    browser = visit()
    answer(browser, link, pain="9")
    page = browser.get(link)
    assert 'href="tel:02079460000"' in page.text
    assert f'action="{link}"' in page.text
    assert " checked" not in page.text, "nothing is filled in for somebody"
    assert "Stairs are easier" not in page.text, "others may hold this link"
    browser.post(link, {"signs": "fever"}, status=303)
    assert "Get advice today" in text(browser.get(link))
    assert [flag.tier for flag in stored(WarningFlag)] == [Tier.U]


def test_saying_none_of_these_after_the_answer_leads_back_to_it(link: str, visit: Visit) -> None:
    browser = visit()
    answer(browser, link, pain="9")
    assert browser.post(link, {"none": "y"}, status=303).location == link


def test_a_corrected_pain_is_answered_anew(link: str, visit: Visit) -> None:
    browser = visit()
    answer(browser, link, pain="9")
    browser.post(f"{link}/questions", ANSWER | {"pain": "2"}, status=303)
    assert RULE.answers[PainAnswer.STOP].title not in text(browser.get(link))


@pytest.mark.parametrize(
    "before, changes, asks",
    [
        ([], {}, False),
        ([], {"contact": "yes"}, True),
        ([2], {"pain": "3"}, False),
        ([2], {"pain": "4"}, True),
        ([5, 2, 3], {"pain": "4"}, True),
        ([5, 4, 3], {"pain": "4"}, False),
        ([2], {"pain": "declined"}, False),
        ([2], {"note": "Could you have a look?"}, True),
    ],
)
def test_an_answer_that_asks_for_somebody_is_on_the_first_page(
    program: Program, link: str, visit: Visit, before: list[int], changes: dict[str, str], asks: bool
) -> None:
    for number, pain in enumerate(before):
        at = MONDAY - timedelta(days=7 * (len(before) - number))
        answered(program, at, pain=pain)
    answer(visit(), link, **{"note": ""} | changes)
    newest = db.session.scalars(select(CheckinAnswer).order_by(CheckinAnswer.answered_at.desc())).first()
    assert newest is not None
    asking = db.session.scalars(select(OpenReason.subject_id).where(OpenReason.kind.in_(OF_ANSWERS))).all()
    assert asking == [newest.id] * asks


def test_twenty_answers_at_once_are_one_row(live_app: Flask) -> None:
    people = make_people()
    path = link_to(sent_checkin(enrol(people)))
    browser = Visitor(live_app)
    browser.post(path, {"none": "y"}, status=303)
    cookie = browser.client.get_cookie("regroove")
    assert cookie is not None
    data = ANSWER | {"csrf_token": browser.token()}
    db.session.remove()
    statuses: list[int] = []

    def send() -> None:
        client = live_app.test_client()
        client.set_cookie("regroove", cookie.value)
        statuses.append(client.post(f"{path}/questions", data=data).status_code)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 20
    assert len(stored(CheckinAnswer)) == 1
    assert len([event for event in stored(AuditEvent) if event.action == "checkin.answered"]) == 1
