"""Phases of a program: what each day asks, whatever was paused, moved or gone on from by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.phases import Phase
from clinic.domain.programs import ProgramChange
from clinic.domain.progress import adherence
from clinic.domain.types import CheckinKind, CheckinState, DayMark, LogOutcome, ProgramAction
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, PracticeLog, Program, ProgramPhase, RoutineVersion
from clinic.services.checkins import opening
from clinic.services.clock import now
from clinic.services.programs import assigning, changing, days, diary, own, passing, taking_back, weeks
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people
from tests.factories.programs import assign_program, in_phases, publish_routine

MONDAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)  # Ada lives in London
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
DONE = DiaryEntry(LogOutcome.DONE)
TURNS_FIRST = [(1, None), (2, None)]  # the turn throughout, the hinge from the second phase on


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def version(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def program(people: People, version: RoutineVersion) -> Program:
    """Two weeks of turns, then both, from this Monday on."""
    in_phases(version, [Phase("Turns", 2), Phase("Both")], TURNS_FIRST)
    return assign_program(people.colleague, people.client, version, starts_on=MONDAY)


@pytest.fixture
def by_criterion(people: People, version: RoutineVersion) -> Program:
    in_phases(version, [Phase("Turns", None, "Stands on one leg"), Phase("Both")], TURNS_FIRST)
    return assign_program(people.colleague, people.client, version, starts_on=MONDAY)


def asked_of(people: People) -> list[str]:
    """The moves that Ada finds today, on her first page and on that of her program alike."""
    on_today = diary.diary(people.actor(people.client_user)).moves
    of_program = own.held(people.actor(people.client_user)).moves
    assert [each.prescription.id for each in on_today] == [each.prescription.id for each in of_program]
    return [each.prescription.content["name"] for each in on_today]


def to(clock: time_machine.Traveller, day: date) -> None:
    clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    db.session.expire_all()


def names(program: Program) -> list[str]:
    return [row.content["name"] for row in program.prescriptions]


def test_a_program_keeps_the_phases_of_its_routine(program: Program) -> None:
    assert [(row.position, row.name, row.weeks) for row in program.phases] == [
        (1, "Turns", 2),
        (2, "Both", None),
    ]
    assert [(row.from_phase, row.until_phase) for row in program.prescriptions] == TURNS_FIRST


def test_each_day_asks_the_moves_of_its_phase(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    turn, hinge = names(program)
    assert asked_of(people) == [turn]
    to(clock, MONDAY + 2 * WEEK - DAY)
    assert asked_of(people) == [turn]
    to(clock, MONDAY + 2 * WEEK)
    assert asked_of(people) == [turn, hinge]


def test_a_day_is_done_once_all_that_its_phase_asks_is(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    ada = people.actor(people.client_user)
    to(clock, MONDAY + 2 * WEEK - DAY)
    diary.log_day(ada, MONDAY + 2 * WEEK - DAY, DONE)
    assert len(db.session.scalars(select(PracticeLog)).all()) == 1
    to(clock, MONDAY + 2 * WEEK)
    diary.log_day(ada, MONDAY + 2 * WEEK, DONE)
    assert len(db.session.scalars(select(PracticeLog)).all()) == 3
    found = diary.diary(ada)
    assert set(found.outcomes.values()) == {LogOutcome.DONE}
    assert len(diary.prescriptions_on(found, MONDAY + 2 * WEEK - DAY)) == 1
    (read,) = weeks.kept([program], now(), 14)
    assert read.logs == found.outcomes


def test_what_is_expected_of_a_week_is_what_its_phase_asks(
    people: People, version: RoutineVersion, clock: time_machine.Traveller
) -> None:
    turn, hinge = version.items
    with transaction():
        turn.days_per_week, hinge.days_per_week = 3, 7
    in_phases(version, [Phase("Turns", 2), Phase("Both")], TURNS_FIRST)
    program = assign_program(people.colleague, people.client, version, starts_on=MONDAY)
    to(clock, MONDAY + 3 * WEEK)
    (read,) = weeks.kept([program], now(), 28)
    seen = [adherence({}, read.plan, MONDAY + after * WEEK, 7).expected for after in (1, 2, 3)]
    assert seen == [3, 3, 7]
    plan = diary.diary(people.actor(people.client_user)).plan
    assert plan is not None
    assert [plan.pace_on(MONDAY + after * WEEK - DAY) for after in (1, 2, 3)] == [3, 3, 7]


def test_a_pause_moves_the_next_phase_on(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    actor = people.actor(people.colleague)
    to(clock, MONDAY + WEEK)
    held = ProgramChange(ProgramAction.PAUSE, MONDAY + WEEK, "Holiday", until=MONDAY + 2 * WEEK - DAY)
    changing.change(actor, program.id, program.version, held)
    to(clock, MONDAY + 2 * WEEK)
    days.pause_due(now())
    assert len(asked_of(people)) == 1
    to(clock, MONDAY + 3 * WEEK)
    assert len(asked_of(people)) == 2


def test_a_program_that_is_restarted_is_in_the_phase_it_had_reached(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    actor = people.actor(people.colleague)
    to(clock, MONDAY + WEEK)
    changing.change(
        actor, program.id, program.version, ProgramChange(ProgramAction.END, MONDAY + WEEK, "Away")
    )
    to(clock, MONDAY + 8 * WEEK)
    again = ProgramChange(ProgramAction.RESTART, MONDAY + 8 * WEEK, "Back")
    changing.change(actor, program.id, program.version, again)
    assert len(asked_of(people)) == 1
    to(clock, MONDAY + 9 * WEEK)
    assert len(asked_of(people)) == 2


def test_a_moved_first_day_moves_the_phases(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    actor = people.actor(people.colleague)
    days.move(actor, program.id, program.version, starts_on=MONDAY - WEEK, ends_on=program.ends_on)
    to(clock, MONDAY + WEEK)
    assert len(asked_of(people)) == 2


def test_a_criterion_holds_the_phase_until_somebody_finds_it_met(
    people: People, by_criterion: Program, clock: time_machine.Traveller
) -> None:
    to(clock, MONDAY + 9 * WEEK)
    assert len(asked_of(people)) == 1
    first = passing.pass_on(people.actor(people.colleague), by_criterion.id, 1)
    assert first == MONDAY + 9 * WEEK
    assert len(asked_of(people)) == 2
    found = assigning.detail(people.actor(people.colleague), by_criterion.id)
    assert found.passed_by == {1: people.colleague.name}
    assert [each.first for each in found.phases] == [MONDAY, first]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "program.phase_passed")).one()
    assert event.details["phase"] == "Turns"


def test_a_day_that_was_logged_stays_what_it_was(
    people: People, by_criterion: Program, clock: time_machine.Traveller
) -> None:
    diary.log_day(people.actor(people.client_user), MONDAY, DONE)
    assert passing.pass_on(people.actor(people.colleague), by_criterion.id, 1) == MONDAY + DAY
    assert diary.diary(people.actor(people.client_user)).outcomes == {MONDAY: LogOutcome.DONE}
    assert len(asked_of(people)) == 1
    to(clock, MONDAY + DAY)
    assert len(asked_of(people)) == 2


def test_gone_on_from_twice_it_is_once(people: People, by_criterion: Program) -> None:
    actor = people.actor(people.colleague)
    passing.pass_on(actor, by_criterion.id, 1)
    with pytest.raises(Conflict):
        passing.pass_on(actor, by_criterion.id, 1)
    with pytest.raises(RuleBroken, match="last phase"):
        passing.pass_on(actor, by_criterion.id, 2)
    with pytest.raises(NotFound):
        passing.pass_on(actor, by_criterion.id, 3)


def test_going_on_is_taken_back_on_the_same_day_only(
    people: People, by_criterion: Program, clock: time_machine.Traveller
) -> None:
    actor = people.actor(people.colleague)
    passing.pass_on(actor, by_criterion.id, 1)
    passing.take_back(actor, by_criterion.id, 1)
    assert len(asked_of(people)) == 1
    with pytest.raises(Conflict):
        passing.take_back(actor, by_criterion.id, 1)
    passing.pass_on(actor, by_criterion.id, 1)
    to(clock, MONDAY + DAY)
    with pytest.raises(RuleBroken, match="another day"):
        passing.take_back(actor, by_criterion.id, 1)


def test_nobody_elses_phases_are_gone_on_from(people: People, by_criterion: Program) -> None:
    for somebody in (make_people().colleague, people.client_user):
        with pytest.raises(NotFound):
            passing.pass_on(people.actor(somebody), by_criterion.id, 1)


def test_the_client_is_told_what_has_begun(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    _, hinge = names(program)
    ada = people.actor(people.client_user)
    assert own.changes_told(own.held(ada)) == []
    to(clock, MONDAY + 2 * WEEK + DAY)
    assert own.changes_told(own.held(ada)) == [f"Part 2 began on Mon 16 Nov: {hinge} is new."]
    to(clock, MONDAY + 3 * WEEK)
    assert own.changes_told(own.held(ada)) == []


def test_a_phase_without_a_move_asks_for_nothing(
    people: People, version: RoutineVersion, clock: time_machine.Traveller
) -> None:
    in_phases(version, [Phase("Both", 1), Phase("Rest", 1), Phase("Again")], [(1, 1), (3, None)])
    assign_program(people.colleague, people.client, version, starts_on=MONDAY)
    to(clock, MONDAY + WEEK)
    found = diary.diary(people.actor(people.client_user))
    assert found.moves == []
    assert found.plan is not None
    assert found.plan.rest_on(MONDAY + WEEK) is DayMark.PAUSED
    assert found.problem_with(MONDAY + WEEK) == "Nothing was asked of you on that day."


def test_a_checkin_asks_of_no_mistake_whose_move_has_not_come(people: People, program: Program) -> None:
    def asked_on(day: date) -> str | None:
        about = {"practice_id": program.practice_id, "client_id": program.client_id, "program_id": program.id}
        kind, state = CheckinKind.MANUAL, CheckinState.SENT
        return opening.named_mistake(Checkin(**about, kind=kind, state=state, local_date=day))

    assert asked_on(MONDAY + WEEK) is None  # the hinge is what has it
    assert asked_on(MONDAY + 2 * WEEK) is not None


def test_a_program_that_was_gone_on_with_is_not_taken_back(people: People, by_criterion: Program) -> None:
    actor = people.actor(people.colleague)
    passing.pass_on(actor, by_criterion.id, 1)
    with transaction():
        assert taking_back.take_back(actor, by_criterion.id) is not None


def test_taken_back_a_program_leaves_no_phase(people: People, version: RoutineVersion) -> None:
    in_phases(version, [Phase("Turns", 2), Phase("Both")], TURNS_FIRST)
    program = assign_program(people.colleague, people.client, version, starts_on=MONDAY, checkin=False)
    with transaction():
        assert taking_back.take_back(people.actor(people.colleague), program.id) is None
    assert db.session.scalars(select(ProgramPhase)).all() == []
