"""Schedules that change: only what comes moves, nothing is lost, and no day has two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    MailKind,
    OutboxState,
    ProgramStatus,
    ScheduleKind,
    SkipReason,
)
from clinic.extensions import db
from clinic.models import Checkin, CheckinEvent, CheckinSchedule, Client, OutboxMessage, Practice, Program
from clinic.services.checkins import ledger as checkin_ledger
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import schedules
from clinic.services.clock import now
from clinic.services.sending import claims as sending_claims
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, enrol_alongside, schedule_of, sent_checkin
from tests.factories.people import People

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 9, 9, tzinfo=UTC)  # Mondays at nine in London
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)
NINE = time(9)

Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People, clock: Clock) -> Program:
    """Ada's program, with a check-in every Monday at nine."""
    return enrol(people, starts_on=date(2026, 11, 2))


def weekly(program: Program, weekday: int = 0, at_time: time = NINE, every_weeks: int = 1) -> CheckinSchedule:
    with transaction():
        schedules.change_rhythm(
            db.session.get_one(Program, program.id),
            kind=ScheduleKind.WEEKLY,
            weekday=weekday,
            at_time=at_time,
            every_weeks=every_weeks,
        )
    return schedule_of(program)


def cadence(program: Program, days: str) -> CheckinSchedule:
    with transaction():
        schedules.change_rhythm(
            db.session.get_one(Program, program.id),
            kind=ScheduleKind.CADENCE,
            cadence_days=days,
            at_time=NINE,
        )
    return schedule_of(program)


def days(program: Program, weeks: int) -> list[str]:
    """The local dates of the check-ins of that many weeks, each planned when it is due."""
    until = now() + weeks * WEEK
    while (row := schedule_of(program)).next_due_at is not None and row.next_due_at <= until:
        checkin_planning.plan_due(row.next_due_at)
        with transaction() as session:  # they are answered, or the mail would stop
            for checkin in session.scalars(select(Checkin)):
                checkin.state, checkin.answered_at = CheckinState.ANSWERED, checkin.due_at
    return [
        f"{each:%m-%d}" for each in db.session.scalars(select(Checkin.local_date).order_by(Checkin.due_at))
    ]


@pytest.mark.parametrize(
    "every_weeks, expected",
    [
        (1, ["11-09", "11-16", "11-23", "11-30", "12-07"]),
        (2, ["11-09", "11-23", "12-07"]),
        (4, ["11-09", "12-07"]),
    ],
)
def test_a_slower_rhythm_begins_a_whole_step_after_the_last_one(
    program: Program, clock: Clock, every_weeks: int, expected: list[str]
) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + 2 * DAY)
    weekly(program, every_weeks=every_weeks)
    assert days(program, 4) == expected


def test_changed_back_to_weekly_the_next_one_is_next_week(program: Program, clock: Clock) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + DAY)
    assert weekly(program, every_weeks=4).next_on == date(2026, 12, 7)
    assert weekly(program).next_on == date(2026, 11, 16)


def test_another_weekday_in_a_slower_rhythm_does_not_come_days_after_the_last_one(
    program: Program, clock: Clock
) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + 2 * DAY)
    assert weekly(program, weekday=3, every_weeks=2).next_on == date(2026, 11, 19)
    assert weekly(program, weekday=3).next_on == date(2026, 11, 12)


@pytest.mark.parametrize("hour", [8, 15])
def test_on_a_day_that_has_had_its_checkin_there_is_no_second_one(
    program: Program, clock: Clock, hour: int
) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + timedelta(hours=3))
    assert weekly(program, at_time=time(hour)).next_on == date(2026, 11, 16)


def test_a_cadence_counts_on_from_the_first_day(program: Program, clock: Clock) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + DAY)
    row = cadence(program, "1, 3, 7, 14, 28")
    assert (row.cadence_days, row.next_on) == ("1,3,7,14,28", date(2026, 11, 16))
    assert days(program, 4) == ["11-09", "11-16", "11-30"]
    assert schedule_of(program).next_on is None


def test_a_cadence_on_the_day_of_a_weekly_one_does_not_come_twice(program: Program, clock: Clock) -> None:
    checkin_planning.plan_due(DUE)  # of the seventh day
    clock.move_to(DUE + MINUTE)
    assert cadence(program, "7,14").next_on == date(2026, 11, 16)


def test_what_had_fallen_due_when_the_rhythm_changed_is_not_lost(program: Program, clock: Clock) -> None:
    clock.move_to(DUE + MINUTE)  # and no planner has run
    weekly(program, weekday=3)
    (checkin,) = db.session.scalars(select(Checkin))
    assert (checkin.local_date, checkin.state) == (date(2026, 11, 9), CheckinState.WAITING)
    assert schedule_of(program).next_on == date(2026, 11, 12)


def test_a_program_that_is_paused_takes_a_rhythm_and_plans_nothing(program: Program) -> None:
    with transaction():
        db.session.get_one(Program, program.id).status = ProgramStatus.PAUSED
    row = weekly(program, every_weeks=2)
    assert (row.every_weeks, row.next_on) == (2, None)


@pytest.mark.parametrize("values", [{"every_weeks": 3}, {"weekday": 9}])
def test_a_rhythm_that_is_none_is_refused(program: Program, values: dict[str, int]) -> None:
    with pytest.raises(RuleBroken):
        weekly(program, **values)
    assert (schedule_of(program).every_weeks, schedule_of(program).weekday) == (1, 0)


def move(people: People, zone: str) -> None:
    with transaction():
        client = db.session.get_one(Client, people.client.id)
        client.time_zone = zone
        schedules.plan_again(client, db.session.get_one(Practice, people.practice.id))


def test_a_client_who_moves_keeps_the_day_and_the_hour(people: People, program: Program) -> None:
    move(people, "America/New_York")
    row = schedule_of(program)
    assert (row.next_on, row.next_due_at) == (date(2026, 11, 9), DUE + timedelta(hours=5))
    assert row.time_zone == "America/New_York"


def test_a_client_who_moves_west_after_a_checkin_has_no_second_one_that_day(
    people: People, program: Program, clock: Clock
) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + timedelta(hours=2))
    move(people, "Pacific/Honolulu")  # where it is one in the morning, of the same Monday
    assert schedule_of(program).next_on == date(2026, 11, 16)


def test_a_client_who_moves_east_past_the_hour_has_it_at_once(
    people: People, program: Program, clock: Clock
) -> None:
    clock.move_to(DUE - 2 * timedelta(hours=1))  # seven in London, where nothing was due yet
    move(people, "Asia/Tokyo")  # four in the afternoon there
    assert checkin_planning.plan_due(now()) == 1
    (checkin,) = db.session.scalars(select(Checkin))
    assert (checkin.local_date, checkin.state) == (date(2026, 11, 9), CheckinState.WAITING)
    assert schedule_of(program).next_on == date(2026, 11, 16)


def test_other_waking_hours_move_the_instant_and_not_the_day(people: People, program: Program) -> None:
    with transaction():
        practice = db.session.get_one(Practice, people.practice.id)
        practice.waking_from = time(10)
        schedules.plan_practice_again(practice)
    assert schedule_of(program).next_due_at == DUE + timedelta(hours=1)
    with transaction():
        client = db.session.get_one(Client, people.client.id)
        client.waking_from = time(11)
        schedules.plan_again(client, db.session.get_one(Practice, people.practice.id))
    assert (schedule_of(program).next_on, schedule_of(program).next_due_at) == (
        date(2026, 11, 9),
        DUE + timedelta(hours=2),
    )


def hold(program: Program, why: SkipReason = SkipReason.PAUSED) -> None:
    with transaction():
        schedules.hold(db.session.get_one(Program, program.id), why, "The program was paused.")


def test_holding_stops_what_waits_and_plans_no_more(program: Program, clock: Clock) -> None:
    checkin_planning.plan_due(DUE)
    clock.move_to(DUE + MINUTE)
    hold(program)
    db.session.expire_all()
    (checkin,) = db.session.scalars(select(Checkin))
    assert (checkin.state, checkin.skip_reason) == (CheckinState.SKIPPED, SkipReason.PAUSED)
    (mail,) = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == MailKind.CHECKIN))
    assert (mail.state, mail.day_key) == (OutboxState.CANCELLED, None)
    assert schedule_of(program).next_on is None
    last = db.session.scalars(select(CheckinEvent).order_by(CheckinEvent.happened_at.desc())).first()
    assert last is not None
    assert last.reason == "The program was paused."


def test_holding_leaves_the_other_program_alone(program: Program) -> None:
    other = enrol_alongside(program)
    checkin_planning.plan_due(DUE)
    waiting = db.session.scalars(select(Checkin).where(Checkin.state == CheckinState.WAITING)).one()
    hold(program if waiting.program_id == other.id else other)
    db.session.expire_all()
    assert db.session.get_one(Checkin, waiting.id).state is CheckinState.WAITING


def test_what_a_worker_holds_is_being_sent_although_the_program_is_held(
    people: People, program: Program, clock: Clock
) -> None:
    clock.move_to(DUE)
    checkin_planning.plan_due(DUE)
    assert len(sending_claims.claim("me", real_server=True, smtputf8=True).letters) == 1
    hold(program)
    db.session.expire_all()
    of_checkins = select(OutboxMessage.state).where(OutboxMessage.kind == MailKind.CHECKIN)
    assert db.session.scalars(of_checkins).all() == [OutboxState.LEASED]
    (entry,) = checkin_ledger.for_client(people.actor(people.owner), program.client_id)
    assert (entry.checkin.state, entry.state) == (CheckinState.WAITING, CheckinState.SENDING)


def test_what_had_fallen_due_when_a_program_was_held_is_in_the_ledger(program: Program, clock: Clock) -> None:
    clock.move_to(DUE + MINUTE)  # and no planner has run
    hold(program, SkipReason.ENDED)
    db.session.expire_all()
    (checkin,) = db.session.scalars(select(Checkin))
    assert (checkin.state, checkin.skip_reason) == (CheckinState.SKIPPED, SkipReason.ENDED)


def test_a_checkin_sent_by_hand_does_not_shift_a_slower_rhythm(program: Program, clock: Clock) -> None:
    checkin_planning.plan_due(DUE)
    weekly(program, every_weeks=2)
    sent_checkin(program, at=DUE + 3 * DAY)
    with transaction():
        for each in db.session.scalars(select(Checkin).where(Checkin.state == CheckinState.SENT)):
            each.kind = CheckinKind.MANUAL
    clock.move_to(DUE + 4 * DAY)
    assert weekly(program, at_time=time(10), every_weeks=2).next_on == date(2026, 11, 23)
