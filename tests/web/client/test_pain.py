"""A logged pain is answered at once, for each move and day, and asked about the next morning."""

from __future__ import annotations

import html
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.pain_rule import MorningAnswer, PainAnswer
from clinic.domain.types import LogObstacle, LogOutcome, ProgramStatus
from clinic.extensions import db
from clinic.models import AuditEvent, OutboxMessage, PainMorning, PracticeLog, Program, WarningFlag
from clinic.services.actors import Actor
from clinic.services.programs import diary as practice_logs
from clinic.services.programs import pain
from tests.factories.people import People, make_people
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
RULE = load_catalogue().dosing.pain_rule
FINE, SMALLER, STOP = (RULE.answers[each].title for each in PainAnswer)
TURNS, HINGE = "Small standing hip turns", "Hip hinge"
DONE, PARTLY, NOT_DONE = LogOutcome


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People) -> Program:
    return assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))


@pytest.fixture
def ada(people: People, program: Program) -> Actor:
    return people.actor(people.client_user)


@pytest.fixture
def browser(people: People, program: Program, visit: Visit) -> Visitor:
    return visit(people.client_user)


def text(page: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)).split())


def log(browser: Visitor, day: date = TODAY, **data: Any) -> str:
    """Save a log, and return where it leads."""
    sent = {"day": day.isoformat(), "outcome": "done", **data}
    return str(browser.post("/my/log", sent, status=303).location)


def ids(program: Program) -> dict[str, str]:
    """The program's moves: name to prescription."""
    return {move.content["name"]: str(move.id) for move in program.prescriptions}


def keep(actor: Actor, day: date, pain_said: int | None, outcome: LogOutcome = DONE, **more: Any) -> None:
    """A log of a day, whatever today is."""
    with time_machine.travel(datetime.combine(day, NOON.timetz()), tick=False):
        practice_logs.log_day(actor, day, DiaryEntry(outcome, pain_said, **more))


def answers(actor: Actor, day: date = TODAY) -> dict[str, PainAnswer]:
    """What each move of a day is answered with."""
    told = pain.of_day(practice_logs.diary(actor), day)
    return {each.move.name: each.ruling.answer for each in told.moves} if told else {}


# --- at once


@pytest.mark.parametrize("said, title", [("0", FINE), ("3", FINE), ("4", SMALLER), ("5", SMALLER)])
def test_a_pain_below_the_ceiling_is_answered_on_the_first_page(
    browser: Visitor, said: str, title: str
) -> None:
    assert log(browser, pain=said) == "/my"
    page = text(browser.get("/my"))
    assert title in page
    assert f"{TURNS} · {HINGE}" in page
    assert "Look at the warning signs" not in page


@pytest.mark.parametrize("said", ["6", "9", "10"])
def test_a_pain_from_the_ceiling_on_stops_with_the_phone_and_the_warning_signs_right_there(
    people: People, browser: Visitor, said: str
) -> None:
    people.practice.phone = "020 7946 0000"
    db.session.commit()
    at = log(browser, outcome="partly", pain=said, note="sharp pain down the left leg, please ring me")
    assert at == f"/my/log/answer?day={TODAY}"
    page = browser.get(at)
    assert STOP in text(page)
    assert 'href="tel:02079460000"' in page.text
    assert RULE.signs_title in text(page)
    assert 'action="/warning-signs"' in page.text
    assert " checked" not in page.text, "nothing is filled in for somebody"
    assert "None of these: back to today" in text(page)
    assert STOP in text(browser.get("/my"))
    assert not db.session.scalars(select(WarningFlag)).all(), "a number names no sign"


def test_whoever_is_told_to_leave_all_moves_for_now_reads_that_first_and_is_not_led_into_them(
    browser: Visitor, program: Program
) -> None:
    start = 'href="/my/practise"'
    log(browser, pain="5")
    assert start in browser.get("/my").text
    log(browser, pain="8", hurting=ids(program)[HINGE])
    assert start in browser.get("/my").text, "the other move is not what hurts"
    assert f"{STOP} {HINGE}" in text(browser.get("/my/practise"))
    log(browser, pain="8")
    page = browser.get("/my").text
    assert start not in page
    assert page.index(STOP) < page.index('class="move-row')
    log(browser, pain="2")
    assert start in browser.get("/my").text


def test_a_sign_ticked_below_the_answer_is_told_to_the_practice(browser: Visitor) -> None:
    browser.get(log(browser, pain="9"))
    browser.post("/warning-signs", {"signs": "saddle"}, status=303)
    assert "Get help now" in text(browser.get("/warning-signs"))
    assert browser.get(f"/my/log/answer?day={TODAY}", status=303).location == "/warning-signs"


def test_the_words_of_a_note_are_never_read(browser: Visitor) -> None:
    assert log(browser, note="my leg is numb and I cannot pee") == "/my"
    page = text(browser.get("/my"))
    assert not any(title in page for title in (FINE, SMALLER, STOP))


@pytest.mark.parametrize(("own", "practices", "title"), [(None, 4, STOP), (8, 4, SMALLER), (3, 9, STOP)])
def test_the_clients_own_ceiling_comes_first_then_the_practices(
    people: People, browser: Visitor, own: int | None, practices: int, title: str
) -> None:
    people.client.pain_ceiling, people.practice.pain_ceiling = own, practices
    db.session.commit()
    log(browser, pain="5")
    assert title in text(browser.get("/my"))


def test_of_two_moves_each_has_its_answer(browser: Visitor, program: Program, ada: Actor) -> None:
    log(browser, pain="7", hurting=[ids(program)[HINGE]])
    assert answers(ada) == {HINGE: PainAnswer.STOP}
    log(browser, pain="4", hurting=[ids(program)[TURNS], ids(program)[HINGE]])
    assert answers(ada) == {TURNS: PainAnswer.SMALLER, HINGE: PainAnswer.SMALLER}


def test_a_move_of_somebody_else_is_refused_and_the_pain_is_not(
    people: People, browser: Visitor, ada: Actor, program: Program
) -> None:
    with pytest.raises(NotFound):
        practice_logs.log_day(ada, TODAY, DiaryEntry(DONE, 4, hurting=frozenset({people.practice.id})))
    assert not db.session.scalars(select(PracticeLog)).all()
    foreign = str(people.practice.id)
    sent = {"day": TODAY.isoformat(), "outcome": "done", "pain": "4", "hurting": [foreign]}
    browser.post("/my/log", sent, status=303)
    assert {row.pain for row in db.session.scalars(select(PracticeLog))} == {4}


def test_the_form_comes_back_as_it_was_filled_in(browser: Visitor, program: Program) -> None:
    hinge = ids(program)[HINGE]
    log(browser, outcome="partly", pain="5", hurting=[hinge], obstacle="hurts", note="Slow works.")
    page = browser.get(f"/my/log?day={TODAY}").text
    checked = re.findall(r'name="(\w+)"\s+value="([^"]*)"\s+id="[^"]*"\s+checked', page)
    assert checked == [("outcome", "partly"), ("pain", "5"), ("hurting", hinge), ("obstacle", "hurts")]


@pytest.mark.parametrize(
    ("outcome", "title", "at"),
    [("not_done", STOP, f"/my/log/answer?day={TODAY}"), ("partly", SMALLER, "/my")],
)
def test_a_move_left_out_because_it_hurts_is_answered_without_a_number(
    browser: Visitor, outcome: str, title: str, at: str
) -> None:
    assert log(browser, outcome=outcome, obstacle="hurts") == at
    assert title in text(browser.get("/my"))


def test_what_got_in_the_way_goes_when_it_was_done_after_all(ada: Actor) -> None:
    practice_logs.log_day(ada, TODAY, DiaryEntry(NOT_DONE, obstacle=LogObstacle.HURTS))
    practice_logs.log_day(ada, TODAY, DiaryEntry(DONE, obstacle=LogObstacle.HURTS))
    assert answers(ada) == {}
    assert {row.obstacle for row in db.session.scalars(select(PracticeLog))} == {None}


def test_a_log_put_right_the_same_day_is_answered_anew(browser: Visitor) -> None:
    log(browser, pain="9")
    assert log(browser, pain="2") == "/my"
    page = text(browser.get("/my"))
    assert FINE in page
    assert STOP not in page
    assert log(browser, pain="9") == f"/my/log/answer?day={TODAY}"


def test_pressed_twice_it_is_one_log_and_the_same_answer(browser: Visitor) -> None:
    assert log(browser, pain="9") == log(browser, pain="9")
    assert len(db.session.scalars(select(PracticeLog)).all()) == 2, "one row a move"


def test_yesterdays_log_is_answered_too(browser: Visitor) -> None:
    at = log(browser, TODAY - DAY, pain="4")
    assert at == f"/my/log/answer?day={TODAY - DAY}"
    page = text(browser.get(at))
    assert SMALLER in page
    assert RULE.signs_title not in page


def test_a_pain_that_rose_asks_for_the_warning_signs_below_the_ceiling(browser: Visitor, ada: Actor) -> None:
    for ago, said in ((3, 2), (2, 2), (1, 3)):
        keep(ada, TODAY - ago * DAY, said)
    at = log(browser, pain="5")
    assert at == f"/my/log/answer?day={TODAY}"
    page = text(browser.get(at))
    assert SMALLER in page
    assert RULE.rise_text in page
    assert RULE.signs_title in page


@pytest.mark.parametrize("day", ["soon", "", "2026-11-19", "2020-01-01"])
def test_there_is_no_answer_to_what_was_not_said(browser: Visitor, day: str) -> None:
    browser.get(f"/my/log/answer?day={day}", status=404)


def test_the_answer_is_in_no_mail_and_no_trail_beyond_the_log(browser: Visitor) -> None:
    log(browser, pain="9", note="sharp")
    assert not db.session.scalars(select(OutboxMessage)).all()
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.logged")).one()
    assert event.details == {"day": TODAY.isoformat(), "outcome": "done"}


def test_a_limit_of_their_own_stands_beside_the_pain_rule(people: People, browser: Visitor) -> None:
    for address in ("/my/program", "/my/program/2"):
        assert "another limit" not in text(browser.get(address))
    people.client.pain_ceiling = 4
    db.session.commit()
    for address in ("/my/program", "/my/program/2"):
        assert RULE.own_limit(4) in text(browser.get(address))


# --- the morning after


@pytest.mark.parametrize("said, asked", [(3, False), (4, True), (9, True)])
def test_the_morning_after_asks_how_it_is_now(browser: Visitor, ada: Actor, said: int, asked: bool) -> None:
    keep(ada, TODAY - DAY, said)
    assert (RULE.morning_question in text(browser.get("/my"))) is asked


def test_it_is_asked_the_next_morning_alone(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - 2 * DAY, 5)
    assert RULE.morning_question not in text(browser.get("/my"))
    browser.post("/my/morning", {"settled": "no"}, status=303)
    assert pain.NOTHING_TO_SAY in text(browser.get("/my"))
    assert not db.session.scalars(select(PainMorning)).all()


def test_settled_is_kept_once_with_its_day_and_can_be_put_right(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - DAY, 5)
    for _ in range(2):
        assert browser.post("/my/morning", {"settled": "yes"}, status=303).location == "/my"
    [kept] = db.session.scalars(select(PainMorning)).all()
    assert (kept.local_date, kept.settled, kept.corrected_at) == (TODAY, True, None)
    page = text(browser.get("/my"))
    assert RULE.mornings[MorningAnswer.GO_ON].title in page
    assert RULE.morning_question not in page
    assert RULE.morning_question in text(browser.get("/my/morning?change=1"))
    browser.post("/my/morning", {"settled": "no"}, status=303)
    db.session.refresh(kept)
    assert kept.settled is False
    assert kept.corrected_at is not None
    query = select(AuditEvent.action).where(AuditEvent.action.like("pain.%")).order_by(AuditEvent.seq)
    assert db.session.scalars(query).all() == ["pain.settled", "pain.still_up"]


def test_still_up_offers_the_easier_version_of_the_move_that_hurt(
    browser: Visitor, ada: Actor, program: Program
) -> None:
    hinge = next(move for move in program.prescriptions if move.content["name"] == HINGE)
    keep(ada, TODAY - DAY, 5, hurting=frozenset({hinge.id}))
    browser.post("/my/morning", {"settled": "no"}, status=303)
    page = text(browser.get("/my"))
    assert RULE.mornings[MorningAnswer.EASIER].title in page
    assert "Sit tall on the edge of a chair and rock forward from the hips" in page
    assert "Sit on a firm chair" not in page, "the turns did not hurt"


def test_an_easier_way_is_taken_over_in_one_press_and_the_log_says_so(
    browser: Visitor, program: Program, ada: Actor
) -> None:
    keep(ada, TODAY - DAY, 5, hurting=frozenset({uuid.UUID(ids(program)[HINGE])}))
    browser.post("/my/morning", {"settled": "no"}, status=303)
    page = browser.get("/my").text
    assert 'action="/my/morning/easier"' in page
    hinge = next(move for move in program.prescriptions if move.content["name"] == HINGE)
    way = hinge.content["easier"][0]
    for _ in range(2):
        browser.post("/my/morning/easier", {"move": str(hinge.id), "way": "0"}, status=303)
    assert f"{HINGE} , today in this way: {way}" in text(browser.get("/my"))
    [told] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.easier")).all()
    assert told.subject_id == hinge.id
    guided = html.unescape(browser.get("/my/practise").text)
    assert guided.count("Today the easier way:") == 1
    assert '"taken": [0]' in guided.replace('"taken":[0]', '"taken": [0]')
    log(browser)
    ways = {row.prescription_id: row.way_words for row in db.session.scalars(select(PracticeLog)) if row.way}
    assert ways == {hinge.id: way}


def test_an_easier_way_is_taken_where_it_is_offered_and_nowhere_else(
    browser: Visitor, program: Program, ada: Actor
) -> None:
    sore = {"move": ids(program)[HINGE], "way": "0"}
    assert "not offered just now" in follow(browser, sore), "nothing hurt"
    keep(ada, TODAY - DAY, 5, hurting=frozenset({uuid.UUID(sore["move"])}))
    assert "not offered just now" in follow(browser, sore), "nobody has said how it is"
    browser.post("/my/morning", {"settled": "yes"}, status=303)
    assert "not offered just now" in follow(browser, sore), "it has settled"
    browser.post("/my/morning", {"settled": "no"}, status=303)
    for other in ({"way": "99"}, {"way": "-1"}, {"move": ids(program)[TURNS]}, {"move": "x"}):
        browser.post("/my/morning/easier", {**sore, **other}, status=404)
    assert [row.easier for row in db.session.scalars(select(PainMorning))] == [None]


def follow(browser: Visitor, sent: dict[str, str]) -> str:
    """What stands on the page that a press leads to."""
    return text(browser.get(browser.post("/my/morning/easier", sent, status=303).location))


def test_where_a_move_has_no_easier_version_it_is_smaller_and_fewer(
    browser: Visitor, ada: Actor, program: Program
) -> None:
    for move in program.prescriptions:  # as it was kept before there were any
        move.content = {key: value for key, value in move.content.items() if key != "easier"}
    db.session.commit()
    keep(ada, TODAY - DAY, 5)
    browser.post("/my/morning", {"settled": "no"}, status=303)
    assert RULE.fewer_text in text(browser.get("/my"))


def test_still_up_for_the_second_time_in_seven_days_stops(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - 4 * DAY, 5)
    with time_machine.travel(NOON - 3 * DAY, tick=False):
        pain.say_morning(ada, False)
    keep(ada, TODAY - DAY, 5)
    assert browser.post("/my/morning", {"settled": "no"}, status=303).location == "/my/morning"
    page = browser.get("/my/morning")
    assert RULE.mornings[MorningAnswer.STOP].text in text(page)
    assert RULE.signs_title in text(page)
    assert 'action="/warning-signs"' in page.text
    assert 'href="/my/practise"' not in browser.get("/my").text


def test_settled_after_a_stop_is_no_leave_to_go_on(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - DAY, 8)
    browser.post("/my/morning", {"settled": "yes"}, status=303)
    assert RULE.mornings[MorningAnswer.WAIT].title in text(browser.get("/my"))


def test_the_log_of_today_asks_for_it_too_and_saves_both(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - DAY, 5)
    assert 'name="settled"' in browser.get("/my/log").text
    assert 'name="settled"' not in browser.get(f"/my/log?day={TODAY - DAY}").text
    log(browser, pain="2", settled="yes")
    assert [row.settled for row in db.session.scalars(select(PainMorning))] == [True]
    assert 'name="settled"' not in browser.get("/my/log").text, "it was said"


def test_a_log_without_it_says_nothing_of_the_morning(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - DAY, 5)
    log(browser)
    assert not db.session.scalars(select(PainMorning)).all()
    assert RULE.morning_question in text(browser.get("/my"))


def test_a_pain_put_right_to_a_fine_one_asks_no_more(browser: Visitor, ada: Actor) -> None:
    keep(ada, TODAY - DAY, 5)
    log(browser, TODAY - DAY, pain="2")
    assert RULE.morning_question not in text(browser.get("/my"))
    assert browser.get("/my/morning", status=303).location == "/my"


@pytest.mark.parametrize("data", [{}, {"settled": ""}, {"settled": "perhaps"}], ids=str)
def test_a_morning_that_says_neither_is_asked_again(
    browser: Visitor, ada: Actor, data: dict[str, str]
) -> None:
    keep(ada, TODAY - DAY, 5)
    assert RULE.morning_question in text(browser.post("/my/morning", data, status=422))
    assert not db.session.scalars(select(PainMorning)).all()


def test_a_paused_program_asks_nothing(browser: Visitor, ada: Actor, program: Program) -> None:
    keep(ada, TODAY - DAY, 5)
    program.status = ProgramStatus.PAUSED
    db.session.commit()
    assert RULE.morning_question not in text(browser.get("/my"))


def test_another_client_says_nothing_of_it(people: People, ada: Actor, visit: Visit) -> None:
    keep(ada, TODAY - DAY, 5)
    with pytest.raises(RuleBroken):
        pain.say_morning(people.actor(people.other_client_user), True)
    assert RULE.morning_question not in text(visit(people.other_client_user).get("/my"))


def test_twenty_mornings_at_once_are_one_row(live_app: Flask) -> None:
    people = make_people()
    assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
    actor = people.actor(people.client_user)
    keep(actor, TODAY - DAY, 5)

    def say() -> None:
        with live_app.app_context():
            pain.say_morning(actor, False)

    threads = [threading.Thread(target=say) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.settled for row in db.session.scalars(select(PainMorning))] == [False]
