"""A program's check-in schedule: changed, planned anew and held. Whatever changes, only what comes moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import ColumnElement, Row, Select, func, select

from clinic.domain.programs import RUNNING
from clinic.domain.scheduling import DAY, check_weeks, occurrence_on, parse_cadence, rhythm_of
from clinic.domain.skipping import OUT
from clinic.domain.types import CheckinKind, ScheduleKind, SkipReason
from clinic.extensions import db
from clinic.models import Checkin, CheckinSchedule, Client, Practice, Program
from clinic.models.base import points_at
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import rules as checkin_rules
from clinic.services.checkins.taking_over import take_over
from clinic.services.clock import now, today_in
from clinic.services.outbox import calling_back as checkins


def schedule_of(program: Program) -> CheckinSchedule | None:
    """The schedule of a program's check-ins; None where they are switched off."""
    query = select(CheckinSchedule).where(
        CheckinSchedule.practice_id == program.practice_id, CheckinSchedule.program_id == program.id
    )
    return db.session.scalars(query).one_or_none()


def change_rhythm(
    program: Program,
    *,
    kind: ScheduleKind,
    at_time: time,
    weekday: int | None = None,
    every_weeks: int = 1,
    cadence_days: str | None = None,
) -> CheckinSchedule:
    """Change when a program's check-ins come, or begin them, within the caller's transaction.

    A weekly rhythm needs a weekday, a cadence its days after the start ("1,3,7,14"). Raises RuleBroken for a
    rhythm that is none. What had fallen due by now is planned first.
    """
    checkin_planning.catch_up(program, now())
    row = schedule_of(program) or _begun(program)
    row.kind, row.at_time = kind, at_time
    if kind is ScheduleKind.CADENCE:
        row.cadence_days = ",".join(map(str, parse_cadence(cadence_days or "")))
        row.every_weeks, row.counted_from = 1, None
    else:
        row.weekday, row.every_weeks, row.cadence_days = check_weeks(weekday, every_weeks), every_weeks, None
    plan_anew(program, row)
    return row


def plan_anew(program: Program, row: CheckinSchedule) -> None:
    """Plan the next check-in by a schedule as it is now, within the caller's transaction.

    It is never on a day that is in the ledger already. In a slower rhythm it is not soon after the last one:
    the weeks are then counted anew. A program that does not run has no next one.
    """
    client, practice = program.client, db.session.get_one(Practice, program.practice_id)
    row.time_zone, row.next_on, row.next_due_at = client.time_zone, None, None
    if program.on(today_in(client.time_zone)) not in RUNNING:
        return
    rule = checkin_rules.rule_of(row, program, client, practice)
    row.counted_from = rhythm_of(rule, _last_out(program), now()).counted_from
    checkin_rules.plan(row, program, client, practice, now(), _after_the_ledger(program))


def plan_again(client: Client, practice: Practice) -> None:
    """A client lives elsewhere, or is awake at other hours: the same days at other instants.

    Within the caller's transaction. A check-in whose time has just gone by that way is a little late.
    """
    for row, program in _running(Program.client_id == client.id, practice):
        _move(row, program, client, practice)


def plan_practice_again(practice: Practice) -> None:
    """The same for all clients of a practice, whose waking hours have changed."""
    clients = {each.id: each for each in db.session.scalars(_clients_with_programs(practice))}
    for row, program in _running(Program.practice_id == practice.id, practice):
        _move(row, program, clients[program.client_id], practice)


def hold(program: Program, why: SkipReason, reason: str) -> None:
    """Plan nothing more and call back what waits to be sent, within the caller's transaction."""
    checkin_planning.catch_up(program, now())
    row = schedule_of(program)
    if row is not None:
        row.next_on = row.next_due_at = None
    whose = program.practice_id, program.client_id
    if checkins.call_back(*whose, why, program_id=program.id, reason=reason):
        take_over(program, now())


def _begun(program: Program) -> CheckinSchedule:
    row = CheckinSchedule(
        practice_id=program.practice_id,
        program_id=program.id,
        weekday=program.starts_on.weekday(),
        time_zone=program.client.time_zone,
    )
    db.session.add(row)
    return row


def _last_out(program: Program) -> date | None:
    """The day of the last check-in by rule that went out or is on its way."""
    return db.session.scalar(
        _last_day(program).where(Checkin.state.in_(OUT), Checkin.kind != CheckinKind.MANUAL)
    )


def _after_the_ledger(program: Program) -> date:
    last = db.session.scalar(_last_day(program))
    return date.min if last is None else last + DAY


def _last_day(program: Program) -> Select[date | None]:
    return select(func.max(Checkin.local_date)).where(
        Checkin.practice_id == program.practice_id, Checkin.program_id == program.id
    )


def _running(which: ColumnElement[bool], practice: Practice) -> Sequence[Row[CheckinSchedule, Program]]:
    of_program = points_at(CheckinSchedule.program_id, Program)
    query = (
        select(CheckinSchedule, Program)
        .join(Program, of_program)
        .where(CheckinSchedule.practice_id == practice.id, which, CheckinSchedule.next_on.is_not(None))
        .with_for_update(of=CheckinSchedule)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(query).all()


def _clients_with_programs(practice: Practice) -> Select[Client]:
    running = select(Program.client_id).where(Program.practice_id == practice.id, Program.status.in_(RUNNING))
    return select(Client).where(Client.practice_id == practice.id, Client.id.in_(running))


def _move(row: CheckinSchedule, program: Program, client: Client, practice: Practice) -> None:
    assert row.next_on is not None
    rule = checkin_rules.rule_of(row, program, client, practice)
    row.time_zone, row.next_due_at = client.time_zone, occurrence_on(rule, row.next_on).due_at
