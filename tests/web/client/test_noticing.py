"""The form re-check is asked, made and shown to both sides; why somebody stopped is asked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.types import ProgramStatus, StopReason
from clinic.extensions import db
from clinic.models import AuditEvent, Client, FormRecheck, PracticeStop, Program, TaperingOffer
from tests.factories.moves import make_move, publish_own
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Here = Callable[[], Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = date(2026, 11, 20)
ASKED = "Is your form still right?"
RIGHT = {"first": "no", "second": "no", "third": "no"}
QUIET = "You have not logged for two weeks"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People) -> Program:
    people.practice.phone = "020 7946 0000"
    return assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))


@pytest.fixture
def browser(people: People, program: Program, visit: Visit) -> Here:
    """The client, signed in anew: days go by."""
    return lambda: visit(people.client_user)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def go_to(clock: time_machine.Coordinates, number: int) -> None:
    clock.move_to(NOON + timedelta(days=number))


def log(browser: Here, number: int, outcome: str = "done") -> None:
    browser().post("/my/log", {"day": day(number).isoformat(), "outcome": outcome}, status=303)


def due(people: People) -> date | None:
    """The earliest day on which one of their moves is to be looked at."""
    kept = db.session.scalar(select(Client.rechecks_due).where(Client.id == people.client.id)) or {}
    return min((date.fromisoformat(each) for each in kept.values() if each), default=None)


def asked(page: str) -> list[str]:
    """The moves that a page of re-checks asks of, in its order: each is sent by its own form."""
    return re.findall(r'name="move"\s+value="([^"]+)"', page)


def check(browser: Here, **answers: str) -> None:
    """All of the moves that wait, one after another; the last of them with these answers."""
    page = browser().get("/my/re-check").text
    moves = asked(page) or re.findall(r"again=([0-9a-f-]{36})", page)[-1:]
    for move in moves:
        said = RIGHT | (answers if move == moves[-1] else {})
        browser().post("/my/re-check", {"move": move, **said}, status=303)


def record(people: People, visit: Visit) -> str:
    """How the client stands, as the practice reads it."""
    page = visit(people.colleague).get(f"/clients/{people.client.id}/program").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_timeline_says_which_move_was_looked_at(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 7)
    check(browser)
    page = visit(people.colleague).get(f"/clients/{people.client.id}/timeline").text
    told = re.findall(r'Form re-check: it was right.*?timeline-text written">([^<]+)<', page, re.DOTALL)
    assert sorted(told) == ["Hip hinge", "Small standing hip turns"]


def test_it_is_asked_a_week_after_the_first_log_and_not_before(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    assert "A week after your first log" in browser().get("/my/program").text
    assert "Form re-check: A week after the first log" in record(people, visit)
    log(browser, 0)
    assert "Form re-check: Due on Fri 27 Nov" in record(people, visit)
    assert "On Fri 27 Nov we ask you" in browser().get("/my/program").text
    go_to(clock, 6)
    assert ASKED not in browser().get("/my").text
    go_to(clock, 7)
    assert ASKED in browser().get("/my").text
    assert "Due since Fri 27 Nov" in record(people, visit)


def test_a_day_that_was_not_practised_begins_nothing_and_one_put_right_takes_it_back(
    people: People, browser: Here
) -> None:
    log(browser, 0, "not_done")
    assert due(people) is None
    log(browser, 0)
    assert due(people) == day(7)
    log(browser, 0, "not_done")
    assert due(people) is None


def test_after_a_long_gap_it_is_asked_the_day_they_are_back(
    people: People, browser: Here, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 7)
    log(browser, 7)
    check(browser)
    assert due(people) is None
    go_to(clock, 20)
    log(browser, 20)
    assert due(people) is None
    go_to(clock, 34)
    log(browser, 34)
    assert due(people) == day(34)


def test_all_right_is_shown_to_both_and_asks_for_nobody(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 7)
    page = browser().get("/my/re-check").text
    assert "Watch again: Hip hinge" in page, "the move with the named mistake"
    of_hinge = page[page.index("Watch again: Hip hinge") :].split("Now try it")[1]
    titles = re.findall(r"\b([123])\.\s+([A-Z][^<\n]+)", of_hinge.split("Watch again:")[0])
    assert [number for number, _ in titles] == ["1", "2", "3"]
    assert titles[0][1] == "Watch out for “Butt Mistake”"
    moves = asked(page)
    assert len(moves) == 2, "one form for each move of the program"
    browser().post("/my/re-check", {"move": moves[0], **RIGHT}, status=303)
    left = browser().get("/my/re-check").text
    assert asked(left) == moves[1:], "left and gone on with"
    assert ASKED in browser().get("/my").text
    for move in (moves[1], moves[1]):
        browser().post("/my/re-check", {"move": move, **RIGHT}, status=303)
    assert len(db.session.scalars(select(FormRecheck)).all()) == 2
    events = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("recheck.%"))).all()
    assert events == ["recheck.passed"] * 2
    assert "It was right" in browser().get("/my/re-check").text
    assert ASKED not in browser().get("/my").text
    assert "Form re-check: Passed on Fri 27 Nov" in record(people, visit)
    assert "re-check" not in visit(people.colleague).get("/today").text


def test_of_many_moves_one_stands_open_and_the_others_below_by_name(
    people: People, program: Program, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    moves = [make_move(people.actor(people.owner), name=f"Move {letter}") for letter in "ABC"]
    version = publish_own(people.practice, people.owner, *moves)
    clock.move_to(NOON + timedelta(minutes=1))
    assign_program(people.colleague, people.client, version, alongside=True, checkin=False)
    log(browser, 0)
    go_to(clock, 7)
    page = browser().get("/my/re-check").text
    of_all = asked(page)
    assert len(of_all) == 5
    assert re.findall(r"Watch again: ([^<]+)<", page) == ["Small standing hip turns"]
    folded = re.findall(r'<summary>.*?<h2 id="move-\d">([^<]+)</h2>', page, re.DOTALL)
    assert folded == ["Hip hinge", "Move A", "Move B", "Move C"]

    browser().post("/my/re-check", {"move": of_all[3], "first": "no"}, status=422)
    again = browser().get(f"/my/re-check?again={of_all[2]}").text
    assert re.findall(r"Watch again: ([^<]+)<", again) == ["Move A"], "what was asked for stands first"
    for move in of_all[:2]:
        browser().post("/my/re-check", {"move": move, **RIGHT}, status=303)
    page = browser().get("/my/re-check").text
    assert asked(page) == of_all[2:]
    assert 'href="#move-3">Next: Move A</a>' in page
    go_to(clock, 8)
    page = browser().get("/my/re-check").text
    assert asked(page) == of_all[2:]
    others = page[page.index("Your other moves") :]
    assert "You checked it on Fri 27 Nov" in others
    assert f"again={of_all[0]}" in others
    assert "Looked at in" not in record(people, visit), "what is right is said once"


def test_what_is_not_right_reaches_the_practice_and_is_asked_again_in_a_week(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 7)
    check(browser, first="not_sure")
    page = browser().get("/my/re-check").text
    assert "Not right yet" in page
    assert asked(page) == []
    assert "look again on Fri 4 Dec" in page
    *_, link = re.findall(r'href="(/my/messages[^"]+)"', page)
    box = browser().get(link.replace("&amp;", "&")).text
    assert "About your move:</strong> Hip hinge" in box
    assert "please look at how I do it" in box
    assert "Form re-check, not right yet:" in visit(people.colleague).get("/today").text
    told = record(people, visit)
    assert "Butt Mistake: not sure" in told
    assert due(people) == day(14)
    go_to(clock, 14)
    check(browser)
    assert "not right yet:" not in visit(people.colleague).get("/today").text


def test_each_of_the_three_is_asked_for(browser: Here) -> None:
    move = asked(browser().get("/my/re-check").text)[0]
    page = browser().post("/my/re-check", {"move": move, "first": "no", "third": "yes"}, status=422).text
    assert page.count("Say how it was.") == 2, "in the summary and at the field"
    assert not db.session.scalars(select(FormRecheck)).all()


def test_nothing_is_asked_while_the_program_is_paused(program: Program, browser: Here) -> None:
    program.status = ProgramStatus.PAUSED
    db.session.commit()
    assert "no move to look at" in browser().get("/my/re-check").text
    page = (
        browser().post("/my/re-check", {"move": str(program.prescriptions[0].id), **RIGHT}, status=422).text
    )
    assert "There is no move to look at just now." in page


def test_why_somebody_stopped_is_asked_after_two_silent_weeks_once(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 13)
    assert QUIET not in browser().get("/my").text
    go_to(clock, 14)
    assert QUIET in browser().get("/my").text
    browser().post("/my/stopping", {"because": "no_time"}, status=303)
    browser().post("/my/stopping", {"because": "no_time"}, status=303)
    assert "Two minutes count" in browser().get("/my/stopping").text
    assert [each.reason for each in db.session.scalars(select(PracticeStop))] == [StopReason.NO_TIME]
    go_to(clock, 30)
    assert QUIET not in browser().get("/my").text
    assert "No practice reported: “I have no time”" in visit(people.colleague).get("/today").text
    log(browser, 30)
    assert "Why do you want to stop?" in browser().get("/my/stopping").text
    assert "“I have no time”" not in record(people, visit)


def test_a_reason_is_put_right_the_same_day(browser: Here) -> None:
    browser().post("/my/stopping", {"because": "better"}, status=303)
    browser().post("/my/stopping", {"because": "not_suitable"}, status=303)
    assert [each.reason for each in db.session.scalars(select(PracticeStop))] == [StopReason.NOT_SUITABLE]
    browser().post("/my/stopping", {}, status=422)
    browser().post("/my/stopping", {"because": "moved"}, status=422)


def test_it_hurts_reaches_the_practice_and_shows_the_phone_and_the_signs(
    people: People, browser: Here, visit: Visit, clock: time_machine.Coordinates
) -> None:
    browser().post("/my/stopping", {"because": "hurts"}, status=303)
    page = browser().get("/my/stopping").text
    assert "020 7946 0000" in page
    assert "Look at the warning signs" in page
    assert "Stopped because it hurts" in visit(people.colleague).get("/today").text
    go_to(clock, 1)
    log(browser, 1)
    assert "Stopped because it hurts" not in visit(people.colleague).get("/today").text


def offers() -> list[tuple[str, str | None]]:
    rows = db.session.scalars(select(TaperingOffer).order_by(TaperingOffer.offered_at))
    return [(row.step.value, row.decision and row.decision.value) for row in rows]


def test_sure_of_it_and_a_recheck_that_passed_lead_to_graduation(
    people: People,
    program: Program,
    browser: Here,
    visit: Visit,
    clock: time_machine.Coordinates,
) -> None:
    log(browser, 0)
    go_to(clock, 8)
    browser().post("/my/stopping", {"because": "confident"}, status=303)
    assert "look at your form once more" in browser().get("/my/stopping").text
    assert offers() == []
    check(browser, third="yes")
    assert offers() == []
    check(browser)
    assert offers() == [("graduate", None)]
    page = visit(people.colleague).get("/today").text
    assert "They say that they manage alone, and the form re-check passed." in page
    (accept,) = re.findall(r'action="(/tapering/[^"]+/accept)"', page)
    visit(people.colleague).post(accept, {}, status=303)
    assert "You have come to the end of your program" in browser().get("/my").text
    assert db.session.get_one(Program, program.id).graduated_on == day(8)


def test_a_recheck_first_and_sure_of_it_afterwards_come_to_the_same(
    browser: Here, clock: time_machine.Coordinates
) -> None:
    log(browser, 0)
    go_to(clock, 7)
    check(browser)
    browser().post("/my/stopping", {"because": "confident"}, status=303)
    assert offers() == [("graduate", None)]
    assert "ends your program with you" in browser().get("/my/stopping").text
