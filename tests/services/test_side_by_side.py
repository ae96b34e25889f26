"""Several programs of one client: one page, one log and one check-in a day; each with days of its own."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.programs import ProgramChange
from clinic.domain.types import (
    CheckinState,
    LogOutcome,
    OutboxState,
    ProgramAction,
    ProgramStatus,
    SkipReason,
    StopReason,
)
from clinic.extensions import db
from clinic.models import (
    Checkin,
    OutboxMessage,
    PracticeLog,
    PracticeNotice,
    Program,
    ProgramEvent,
    RoutineVersion,
)
from clinic.services.checkins import planning
from clinic.services.checkins.rhythms import WeeklyCheckin
from clinic.services.programs import assigning, changing, days, diary, own, stops
from clinic.services.programs.assigning import Assignment
from clinic.services.programs.changing import DoseWish
from clinic.services.routines.wording import dose_of
from tests.factories.checkins import schedule_of
from tests.factories.people import People, make_people
from tests.factories.programs import assign_program, publish_beside, publish_routine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday; Ada lives in London
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
PAUSE, RESUME, END = ProgramAction.PAUSE, ProgramAction.RESUME, ProgramAction.END
DONE = DiaryEntry(LogOutcome.DONE, pain=2)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def version(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def hips(people: People, version: RoutineVersion) -> Program:
    """Turns and hinge, since 20 days."""
    return assign_program(people.colleague, people.client, version)


@pytest.fixture
def knees(people: People, version: RoutineVersion, hips: Program, clock: time_machine.Traveller) -> Program:
    """The hinge on the left and a bend, since 20 days, beside the other."""
    clock.shift(60)
    return assign_program(people.colleague, people.client, publish_beside(version), alongside=True)


def take(people: People, program: Program, action: ProgramAction, on: date = TODAY, **more: object) -> None:
    """One step of a program's life."""
    change = ProgramChange(action, on, "Holiday", **more)  # type: ignore[arg-type]
    changing.change(people.actor(people.colleague), program.id, program.version, change)
    db.session.expire_all()


def held(people: People) -> own.OwnPrograms:
    return own.held(people.actor(people.client_user))


def names(people: People) -> list[str]:
    return [move.prescription.content["name"] for move in held(people).moves]


def log(people: People, day: date = TODAY, entry: DiaryEntry = DONE) -> None:
    diary.log_day(people.actor(people.client_user), day, entry)
    db.session.expire_all()


def logged(program: Program) -> dict[date, list[LogOutcome]]:
    found: dict[date, list[LogOutcome]] = {}
    rows = [row.id for row in program.prescriptions]
    for row in db.session.scalars(select(PracticeLog).where(PracticeLog.prescription_id.in_(rows))):
        found.setdefault(row.local_date, []).append(row.outcome)
    return found


def test_a_move_of_two_programs_is_one_with_both_doses(people: People, hips: Program, knees: Program) -> None:
    assert names(people) == ["Small standing hip turns", "Hip hinge", "Knee bend"]
    hinge = held(people).moves[1].merged
    assert [each.programs for each in hinge.doses] == [("Hip routine",), ("Knee routine",)]


def test_one_log_a_day_is_every_programs(people: People, hips: Program, knees: Program) -> None:
    log(people)
    log(people)
    assert logged(hips) == logged(knees) == {TODAY: [LogOutcome.DONE] * 2}
    assert diary.diary(people.actor(people.client_user)).outcomes == {TODAY: LogOutcome.DONE}


def test_pausing_one_leaves_the_other(people: People, hips: Program, knees: Program) -> None:
    take(people, hips, PAUSE)
    assert names(people) == ["Hip hinge", "Knee bend"]
    assert [each.name for each in held(people).paused] == ["Hip routine"]
    [resting] = held(people).resting
    assert (resting.number, resting.prescription.content["name"]) == (3, "Small standing hip turns")
    log(people)
    assert (logged(hips), logged(knees)) == ({}, {TODAY: [LogOutcome.DONE] * 2})


def test_with_all_paused_nothing_is_asked_and_the_moves_can_be_read(
    people: People, hips: Program, knees: Program
) -> None:
    take(people, hips, PAUSE)
    take(people, knees, PAUSE)
    assert held(people).status is ProgramStatus.PAUSED
    assert len(names(people)) == 3
    with pytest.raises(RuleBroken, match="Nothing was asked"):
        log(people)


def test_the_end_of_the_last_one_is_the_end(people: People, hips: Program, knees: Program) -> None:
    take(people, hips, END)
    assert names(people) == ["Hip hinge", "Knee bend"]
    take(people, knees, END)
    found = held(people)
    assert (found.programs, found.status) == ([], None)
    learned = own.learned(found, own.ended(found))
    assert [move.prescription.content["name"] for move in learned] == [
        "Small standing hip turns",
        "Hip hinge",
        "Knee bend",
    ]


@pytest.mark.parametrize("action", [PAUSE, END])
def test_yesterday_can_be_logged_whatever_became_of_the_program_since(
    people: People, hips: Program, action: ProgramAction
) -> None:
    take(people, hips, action)
    log(people, TODAY - DAY)
    assert logged(hips) == {TODAY - DAY: [LogOutcome.DONE] * 2}
    with pytest.raises(RuleBroken):
        log(people, TODAY)


def test_the_last_day_can_be_logged_a_day_more_and_no_longer(
    people: People, hips: Program, clock: time_machine.Traveller
) -> None:
    days.move(people.actor(people.colleague), hips.id, hips.version, starts_on=hips.starts_on, ends_on=TODAY)
    clock.move_to(NOON + DAY)
    days.end_due(NOON + DAY)
    db.session.expire_all()
    assert hips.status is ProgramStatus.ENDED
    log(people, TODAY)
    assert logged(hips) == {TODAY: [LogOutcome.DONE] * 2}
    with pytest.raises(RuleBroken, match="had ended"):
        log(people, TODAY + DAY)
    clock.move_to(NOON + 2 * DAY)
    with pytest.raises(RuleBroken, match="today and yesterday"):
        log(people, TODAY)


def test_of_a_program_that_was_replaced_yesterday_is_the_old_ones(people: People, hips: Program) -> None:
    with_reason = {"end_reason": "New plan", "end_stop": StopReason.OTHER}
    new = assign(people, hips.routine_version_id, **with_reason)
    log(people, TODAY - DAY)
    log(people, TODAY)
    assert (set(logged(hips)), set(logged(new))) == ({TODAY - DAY}, {TODAY})


def assign(people: People, version_id: uuid.UUID, **changes: object) -> Program:
    """The routine from today on, with a check-in on Fridays at nine."""
    version = db.session.get_one(RoutineVersion, version_id)
    wish = Assignment(
        key=uuid.uuid4().hex,
        version_id=version_id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=TODAY,
        weeks=12,
        checkin=WeeklyCheckin(TODAY.weekday(), time(9)),
    )
    made = assigning.assign(people.actor(people.colleague), people.client.id, replace(wish, **changes))  # type: ignore[arg-type]
    db.session.expire_all()
    return made


def test_the_same_routine_runs_once(people: People, hips: Program) -> None:
    with pytest.raises(RuleBroken, match="Hip routine runs already") as refused:
        assign(people, hips.routine_version_id, alongside=True)
    assert refused.value.field == "running"


def test_a_program_is_not_restarted_beside_its_own_routine(people: People, hips: Program) -> None:
    take(people, hips, END)
    assign(people, hips.routine_version_id)
    with pytest.raises(RuleBroken, match="runs already"):
        take(people, hips, ProgramAction.RESTART)


def test_of_two_tabs_one_assigns(live_app: Flask) -> None:
    people = make_people()
    version = publish_routine(people.practice, people.owner)
    actor, client_id, version_id = people.actor(people.colleague), people.client.id, version.id
    usual = Assignment(
        key="",
        version_id=version_id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=TODAY,
        weeks=12,
        checkin=None,
        alongside=True,
    )
    db.session.remove()
    refused: list[BaseException] = []

    def press() -> None:
        with live_app.app_context():
            try:
                assigning.assign(actor, client_id, replace(usual, key=uuid.uuid4().hex))
            except RuleBroken as problem:
                refused.append(problem)

    tabs = [threading.Thread(target=press) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(db.session.scalars(select(Program)).all()) == 1
    assert len(refused) == 3


def test_a_pause_of_some_days_is_true_without_the_worker(
    people: People, hips: Program, clock: time_machine.Traveller
) -> None:
    take(people, hips, PAUSE, TODAY + 3 * DAY, until=TODAY + 6 * DAY)
    assert hips.status is ProgramStatus.ACTIVE
    expected = {0: "active", 2: "active", 3: "paused", 6: "paused", 7: "active"}
    for later, status in expected.items():
        clock.move_to(NOON + later * DAY)
        assert held(people).status == status, later
        assert diary.diary(people.actor(people.client_user)).may_log(TODAY + later * DAY) is (
            status == "active"
        )


def test_the_worker_holds_and_resumes_it_and_the_check_ins(
    people: People, hips: Program, clock: time_machine.Traveller
) -> None:
    take(people, hips, PAUSE, TODAY + DAY, until=TODAY + 20 * DAY)
    assert schedule_of(hips).next_on == TODAY + 22 * DAY, "no check-in is planned into the pause"
    for later, moved, status in ((0, 0, "active"), (1, 1, "paused"), (4, 0, "paused"), (21, 1, "active")):
        clock.move_to(NOON + later * DAY)
        assert days.pause_due(NOON + later * DAY) == moved, later
        db.session.expire_all()
        assert hips.status == status, later
    assert (hips.paused_from, hips.paused_until) == (None, None)
    assert schedule_of(hips).next_on is not None
    events = db.session.scalars(select(ProgramEvent).order_by(ProgramEvent.effective_on)).all()
    assert [(each.action, each.effective_on) for each in events] == [
        (PAUSE, TODAY + DAY),
        (RESUME, TODAY + 21 * DAY),
    ]


def test_a_worker_that_slept_through_the_pause_resumes_it(
    people: People, hips: Program, clock: time_machine.Traveller
) -> None:
    take(people, hips, PAUSE, TODAY + DAY, until=TODAY + 2 * DAY)
    clock.move_to(NOON + 9 * DAY)
    assert days.pause_due(NOON + 9 * DAY) == 1
    assert days.pause_due(NOON + 9 * DAY) == 0
    db.session.expire_all()
    assert (hips.status, hips.paused_from) == (ProgramStatus.ACTIVE, None)


def test_a_pause_ends_on_the_clients_own_day(people: People, hips: Program) -> None:
    people.client.time_zone = "Pacific/Auckland"  # 13 hours ahead of London in November
    db.session.commit()
    take(people, hips, PAUSE, date(2026, 11, 21), until=date(2026, 11, 22))
    assert days.pause_due(datetime(2026, 11, 22, 10, 59, tzinfo=UTC)) == 0
    assert days.pause_due(datetime(2026, 11, 22, 11, 0, tzinfo=UTC)) == 1


def test_a_planned_pause_is_called_off_or_changed(people: People, hips: Program) -> None:
    take(people, hips, PAUSE, TODAY + 5 * DAY, until=TODAY + 9 * DAY)
    take(people, hips, PAUSE, TODAY + 3 * DAY, until=TODAY + 20 * DAY)
    assert (hips.paused_from, hips.paused_until) == (TODAY + 3 * DAY, TODAY + 20 * DAY)
    with pytest.raises(RuleBroken, match="Call that off first"):
        take(people, hips, PAUSE, TODAY + 8 * DAY)
    take(people, hips, RESUME)
    assert (hips.paused_from, hips.status) == (None, ProgramStatus.ACTIVE)
    plan = diary.diary(people.actor(people.client_user)).plan
    assert plan is not None
    assert all(plan.rest_on(TODAY + number * DAY) is None for number in range(30))


def test_a_program_goes_on_some_weeks_more_once_and_back(people: People, hips: Program) -> None:
    actor, last = people.actor(people.colleague), hips.ends_on
    assert last is not None
    days.extend(actor, hips.id, last, 4)
    with pytest.raises(Conflict):
        days.extend(actor, hips.id, last, 4)
    db.session.expire_all()
    assert hips.ends_on == last + timedelta(weeks=4)
    days.take_back(actor, hips.id, hips.ends_on, last)
    db.session.expire_all()
    assert hips.ends_on == last


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (-20, -1, "Choose today or a later day"),
        (-20, 900, "within two years"),
        (-400, 50, "within a year"),
        (-1, 50, "Something is recorded"),
        (20, 10, "The last day is before the first"),
        (-20, 63, "stand already"),
    ],
)
def test_days_that_a_program_cannot_have(
    people: People, hips: Program, first: int, last: int, said: str
) -> None:
    if "recorded" in said:
        log(people, TODAY - DAY)
        first = 0
    with pytest.raises(RuleBroken, match=said):
        days.move(
            people.actor(people.colleague),
            hips.id,
            hips.version,
            starts_on=TODAY + first * DAY,
            ends_on=TODAY + last * DAY,
        )


def test_the_first_day_can_be_moved_and_decides(people: People, hips: Program) -> None:
    actor = people.actor(people.colleague)
    days.move(actor, hips.id, hips.version, starts_on=TODAY + 4 * DAY, ends_on=None)
    db.session.expire_all()
    assert (hips.status, hips.ends_on, held(people).status) == ("assigned", None, ProgramStatus.ASSIGNED)
    days.move(actor, hips.id, hips.version, starts_on=TODAY, ends_on=None)
    db.session.expire_all()
    assert (hips.status, held(people).status) == ("active", ProgramStatus.ACTIVE)


def test_two_rhythms_are_one_mail_a_day_and_the_earlier_wins(
    people: People, version: RoutineVersion, clock: time_machine.Traveller
) -> None:
    hips = assign(people, version.id, checkin=WeeklyCheckin(TODAY.weekday(), time(10)))
    knees = assign(people, publish_beside(version).id, alongside=True)
    clock.move_to(NOON + 7 * DAY)
    planning.run(NOON + 7 * DAY)
    found = {each.program_id: each for each in db.session.scalars(select(Checkin))}
    assert found[knees.id].state is CheckinState.WAITING
    assert (found[hips.id].state, found[hips.id].skip_reason) == (
        CheckinState.SKIPPED,
        SkipReason.OTHER_PROGRAM,
    )
    [mail] = db.session.scalars(select(OutboxMessage).where(OutboxMessage.checkin_id.is_not(None)))
    assert mail.checkin_id == found[knees.id].id


def test_pausing_the_program_whose_mail_waits_lets_the_other_ones_go(
    people: People, version: RoutineVersion, clock: time_machine.Traveller
) -> None:
    hips = assign(people, version.id, checkin=WeeklyCheckin(TODAY.weekday(), time(10)))
    knees = assign(people, publish_beside(version).id, alongside=True)
    clock.move_to(NOON + 7 * DAY)
    planning.run(NOON + 7 * DAY)
    take(people, knees, PAUSE, TODAY + 7 * DAY)
    found = {each.program_id: each for each in db.session.scalars(select(Checkin))}
    assert (found[hips.id].state, found[hips.id].skip_reason) == (CheckinState.WAITING, None)
    assert found[knees.id].skip_reason is SkipReason.PAUSED
    waits = (OutboxMessage.state == OutboxState.READY) & OutboxMessage.checkin_id.is_not(None)
    waiting = select(OutboxMessage.checkin_id).where(waits)
    assert db.session.scalars(waiting).all() == [found[hips.id].id]


def test_the_practice_hears_of_the_last_day_of_the_last_program(
    people: People, hips: Program, knees: Program, clock: time_machine.Traveller
) -> None:
    actor, seen = people.actor(people.colleague), {}
    for program, last in ((hips, TODAY), (knees, TODAY + DAY)):
        days.move(actor, program.id, program.version, starts_on=program.starts_on, ends_on=last)
    for later in (1, 2):
        clock.move_to(NOON + later * DAY)
        days.end_due(NOON + later * DAY)
        told = select(PracticeNotice.kind).where(PracticeNotice.kind == NoticeKind.ENDED)
        seen[later] = len(db.session.scalars(told).all())
    assert seen == {1: 0, 2: 1}


def test_why_programs_ended_is_counted_by_kind(people: People, hips: Program, knees: Program) -> None:
    take(people, hips, END, stop=StopReason.BETTER)
    take(people, knees, END, stop=StopReason.OTHER)
    assert stops.counted(people.actor(people.owner)) == {StopReason.BETTER: 1, StopReason.OTHER: 1}
    assert stops.counted(people.actor(people.stranger)) == {}


def test_a_kind_of_reason_says_enough_without_words(people: People, hips: Program) -> None:
    actor = people.actor(people.colleague)
    with pytest.raises(RuleBroken, match="Say why"):
        changing.change(actor, hips.id, hips.version, ProgramChange(END, TODAY, stop=StopReason.OTHER))
    changing.change(actor, hips.id, hips.version, ProgramChange(END, TODAY, stop=StopReason.NO_TIME))


def test_the_client_is_told_of_a_corrected_dose_for_a_week(
    people: People, hips: Program, clock: time_machine.Traveller
) -> None:
    base = {row.id: dose_of(row) for row in hips.prescriptions}
    hinge = hips.prescriptions[1].id
    wish = DoseWish(
        base=base,
        doses=base | {hinge: replace(base[hinge], sets=3)},
        effective_on=TODAY,
        reason="Strong enough",
        told="it goes so well",
    )
    changing.correct_doses(people.actor(people.colleague), hips.id, wish)
    sentence = "Hip hinge: 3 rounds instead of 2, because it goes so well."
    assert own.changes_told(held(people)) == [f"Changed today: {sentence}"]
    clock.move_to(NOON + DAY)
    assert own.changes_told(held(people)) == [f"Changed yesterday: {sentence}"]
    clock.move_to(NOON + 7 * DAY)
    assert own.changes_told(held(people)) == []
