"""A client opens the day's practice: a list with times, which needs no script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.programs import ProgramChange
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer, ProgramAction, Tier, WayDone
from clinic.extensions import db
from clinic.models import AuditEvent, PracticeLog, Prescription, Program, WarningFlag
from clinic.services.programs import changing as program_changes
from clinic.services.programs import diary as practice_logs
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program(people: People) -> Program:
    return assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))


def practice(people: People, visit: Visit) -> str:
    return str(visit(people.client_user).get("/my/practise").text)


def test_start_opens_the_days_moves_as_a_list_with_times(
    people: People, program: Program, visit: Visit
) -> None:
    assert 'href="/my/practise"' in visit(people.client_user).get("/my").text
    page = practice(people, visit)
    for words in (
        "about 5 minutes",
        "8 times on the left and 8 on the right",
        "1 minute 36 seconds",
        "Round 1 of 2: 8 times",
        "Rest",
        "Round 2 of 2: 8 times",
        "How did it go?",
    ):
        assert words in page


def test_the_camera_is_open_to_this_page_alone(people: People, program: Program, visit: Visit) -> None:
    ada = visit(people.client_user)
    assert "camera=(self)" in ada.get("/my/practise").headers["Permissions-Policy"]
    assert "camera=()" in ada.get("/my").headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("said", "leads"), [(MistakeAnswer.YES, True), (MistakeAnswer.NOT_SURE, True), (MistakeAnswer.NO, False)]
)
def test_the_fix_comes_first_after_a_yes_or_not_sure(
    people: People, program: Program, visit: Visit, said: MistakeAnswer, leads: bool
) -> None:
    practice_logs.log_day(
        people.actor(people.client_user), TODAY - timedelta(days=1), DiaryEntry(LogOutcome.DONE, mistake=said)
    )
    assert ("First the Butt Mistake" in practice(people, visit)) is leads


SITTING = "Sit tall on the edge of a chair and rock forward from the hips"


def moves(program: Program) -> tuple[Prescription, Prescription]:
    turns, hinge = db.session.scalars(
        select(Prescription).where(Prescription.program_id == program.id).order_by(Prescription.position)
    )
    return turns, hinge


def logs(program: Program) -> list[PracticeLog]:
    found = {row.prescription_id: row for row in db.session.scalars(select(PracticeLog))}
    return [found[each.id] for each in moves(program)]


def counted(program: Program, turns: int = 16, hinge: int = 16, way: str = "") -> str:
    first, second = moves(program)
    return json.dumps(
        [
            {"moves": [str(first.id)], "both": 0, "left": turns, "right": turns, "way": ""},
            {"moves": [str(second.id)], "both": hinge, "left": 0, "right": 0, "way": way},
        ]
    )


def save(visitor: Visitor, outcome: str, practised: str) -> None:
    told = {"day": TODAY.isoformat(), "outcome": outcome, "practised": practised}
    visitor.post("/my/log", told, status=303)


def test_the_log_holds_what_was_really_done_of_each_move(
    people: People, program: Program, visit: Visit
) -> None:
    save(visit(people.client_user), "partly", counted(program, turns=16, hinge=5, way=SITTING))
    turns, hinge = logs(program)
    assert (turns.outcome, turns.reps_left, turns.reps_right, turns.way) == (LogOutcome.DONE, 16, 16, None)
    assert (hinge.outcome, hinge.reps_both, hinge.way) == (LogOutcome.PARTLY, 5, WayDone.EASIER)
    assert hinge.way_words == SITTING
    record = visit(people.colleague).get(f"/clients/{people.client.id}/timeline").text
    assert "Hip hinge: 5 times, an easier way (Sit tall on the edge of a chair" in record
    assert "Small standing hip turns: left 16 times, right 16 times" in record


def test_sent_twice_is_one_and_the_second_time_of_the_day_adds(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    save(ada, "partly", counted(program, turns=8))
    save(ada, "partly", counted(program, turns=8))
    assert logs(program)[0].reps_left == 8
    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("practice.%"))).all()
    assert actions == ["practice.logged"]
    page = practice(people, visit)
    assert "Hip hinge is done for today" in page
    assert page.count("data-run=") == 1, "what is done for today does not come again"
    save(ada, "done", counted(program, turns=16))
    assert [row.outcome for row in logs(program)] == [LogOutcome.DONE, LogOutcome.DONE]


def test_what_the_client_says_of_the_day_goes_before_the_count(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    save(ada, "done", counted(program, turns=8, hinge=3))
    assert [row.outcome for row in logs(program)] == [LogOutcome.DONE, LogOutcome.DONE]
    assert logs(program)[1].reps_both == 3
    save(ada, "not_done", "")
    assert [row.reps_both for row in logs(program)] == [None, None]


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", "{}", "[1]", '[{"moves": ["x"]}]', '[{"moves": 1}]', "[[]]", "null", "[" * 5000],
)
def test_a_count_that_cannot_be_read_keeps_nobody_from_logging(
    people: People, program: Program, visit: Visit, told: str
) -> None:
    save(visit(people.client_user), "partly", told)
    assert [(row.outcome, row.reps_both) for row in logs(program)] == [(LogOutcome.PARTLY, None)] * 2


def test_a_move_that_is_not_the_days_and_a_way_that_is_not_the_moves_are_left_out(
    people: People, program: Program, visit: Visit
) -> None:
    strange = (
        '[{"moves": ["00000000-0000-4000-8000-000000000000"], "both": 9, "left": 0, "right": 0, "way": ""}]'
    )
    save(visit(people.client_user), "partly", strange)
    assert logs(program)[0].reps_both is None
    save(visit(people.client_user), "partly", counted(program, hinge=999_999, way="<b>Any way</b>"))
    assert (logs(program)[1].reps_both, logs(program)[1].way, logs(program)[1].way_words) == (
        3000,
        None,
        None,
    )


def test_harder_ways_are_the_practitioners_to_allow_and_a_fact_of_the_log(
    people: People, program: Program, visit: Visit
) -> None:
    light = "Hold a light object close"
    ada, cole = visit(people.client_user), visit(people.colleague)
    assert light not in ada.get("/my/practise").text
    save(ada, "partly", counted(program, hinge=5, way=light))
    assert logs(program)[1].way is None
    assert "Allow harder ways, too" in cole.get(f"/programs/{program.id}").text
    for _ in range(2):
        cole.post(f"/programs/{program.id}/harder/on", {}, status=303)
    assert light in ada.get("/my/practise").text
    save(ada, "partly", counted(program, hinge=6, way=light))
    assert (logs(program)[1].way, logs(program)[1].way_words) == (WayDone.HARDER, light)
    cole.post(f"/programs/{program.id}/harder/off", {}, status=303)
    assert light not in ada.get("/my/practise").text
    told = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("%harder%"))).all()
    assert sorted(told) == ["program.harder_allowed", "program.harder_not_allowed"]


def test_whoever_was_in_the_middle_of_it_when_their_program_was_paused_still_logs_it(
    people: People, program: Program, visit: Visit
) -> None:
    told = counted(program, hinge=5)
    change = ProgramChange(ProgramAction.PAUSE, TODAY, "Away for a while.")
    program_changes.change(people.actor(people.colleague), program.id, program.version, change)
    ada = visit(people.client_user)
    page = practice(people, visit)
    assert "Your program is paused" in page
    assert "data-over" in page, "what this tab counted until then can be saved from here, too"
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "partly"}, status=422)
    save(ada, "partly", told)
    assert logs(program)[1].reps_both == 5
    page = ada.get("/my").text
    assert "What you did is kept. Your program was paused meanwhile" in page
    assert "Your program is paused" in page


@pytest.mark.parametrize("days_back", [0, 1])
def test_whoever_was_in_the_middle_of_it_when_their_program_ended_still_logs_it(
    people: People, program: Program, visit: Visit, days_back: int
) -> None:
    told = counted(program, hinge=5)
    change = ProgramChange(ProgramAction.END, TODAY - timedelta(days=days_back), "Enough.")
    program_changes.change(people.actor(people.colleague), program.id, program.version, change)
    ada = visit(people.client_user)
    assert "data-over" in practice(people, visit)
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "partly"}, status=422)
    save(ada, "partly", told)
    assert logs(program)[1].reps_both == 5
    page = ada.get("/my").text
    assert "What you did is kept. Your program has ended meanwhile" in page
    assert "Your program has ended" in page


def test_a_warning_sign_half_way_keeps_what_was_done_and_holds_the_program(
    people: People, program: Program, visit: Visit
) -> None:
    told = counted(program, hinge=5)
    about = {"practice_id": people.practice.id, "client_id": people.client.id}
    db.session.add(WarningFlag(**about, tier=Tier.U, question_keys=[], raised_at=NOON))
    db.session.commit()
    ada = visit(people.client_user)
    assert "data-over" in practice(people, visit)
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "partly"}, status=422)
    save(ada, "partly", told)
    assert logs(program)[1].reps_both == 5
    page = ada.get("/my").text
    assert "What you did is kept. Your program is on hold now" in page
    assert 'href="/my/practise"' not in page


def test_a_program_that_stopped_before_yesterday_was_not_under_way(
    people: People, program: Program, visit: Visit
) -> None:
    told = counted(program, hinge=5)
    change = ProgramChange(ProgramAction.END, TODAY - timedelta(days=2), "Enough.")
    program_changes.change(people.actor(people.colleague), program.id, program.version, change)
    assert "data-over" not in practice(people, visit)
    sent = {"day": TODAY.isoformat(), "outcome": "partly", "practised": told}
    visit(people.client_user).post("/my/log", sent, status=422)


def test_putting_the_pain_right_keeps_what_was_counted(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    save(ada, "partly", counted(program, hinge=5))
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "partly", "pain": "3"}, status=303)
    turns, hinge = logs(program)
    assert (turns.outcome, hinge.outcome, hinge.reps_both, hinge.pain) == (
        LogOutcome.DONE,
        LogOutcome.PARTLY,
        5,
        3,
    )


def opened(visitor: Visitor, page: str = "/my/practise") -> str:
    """What a form has seen of the day, as the page holds it."""
    (seen,) = re.findall(r'name="seen"[^>]*value="([^"]*)"', visitor.get(page).text)
    return str(seen)


def test_a_second_phone_that_was_open_already_takes_no_pain_away(
    people: People, program: Program, visit: Visit
) -> None:
    here, there = visit(people.client_user), visit(people.client_user)
    seen, hinge = opened(there), str(moves(program)[1].id)
    told = {"day": TODAY.isoformat(), "outcome": "partly", "seen": opened(here)}
    said = {"pain": "8", "hurting": hinge, "obstacle": "hurts", "note": "It was sharp"}
    here.post("/my/log", {**told, **said}, status=303)
    for _ in range(2):
        late = {**told, "outcome": "done", "seen": seen, "practised": counted(program, hinge=3)}
        there.post("/my/log", late, status=303)
        turns, hinges = logs(program)
        assert (turns.pain, hinges.pain, hinges.note) == (None, 8, "It was sharp")
        assert hinges.reps_both == 3
    assert "It was sharp" in visit(people.colleague).get("/today").text


def test_where_the_day_comes_to_something_else_than_was_pressed_it_says_why(
    people: People, program: Program, visit: Visit
) -> None:
    here, there = visit(people.client_user), visit(people.client_user)
    seen, told = opened(there), {"day": TODAY.isoformat(), "seen": opened(here)}
    here.post("/my/log", {**told, "outcome": "partly", "obstacle": "hurts"}, status=303)
    assert "both count" not in here.get("/my").text
    there.post("/my/log", {**told, "outcome": "done", "seen": seen}, status=303)
    page = there.get("/my").text
    assert "You had logged this day on another page or phone: both count." in page
    assert "Today: Partly done" in page


def test_whoever_puts_right_what_they_see_takes_it_back(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    told = {"day": TODAY.isoformat(), "outcome": "done"}
    ada.post("/my/log", {**told, "pain": "8", "seen": opened(ada)}, status=303)
    ada.post("/my/log", {**told, "outcome": "not_done", "seen": opened(ada, "/my?change=1")}, status=303)
    assert [(row.outcome, row.pain) for row in logs(program)] == [(LogOutcome.NOT_DONE, None)] * 2


def test_a_move_that_hurt_and_is_asked_no_longer_keeps_no_pain_back(
    people: People, program: Program, visit: Visit
) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    told = {"day": TODAY.isoformat(), "outcome": "partly", "obstacle": "hurts", "hurting": gone}
    visit(people.client_user).post("/my/log", told, status=303)
    assert {row.obstacle for row in logs(program)} == {LogObstacle.HURTS}
