"""What happens to a program once assigned: each change with its day, its reason and what stood before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from clinic.catalogue import load_catalogue
from clinic.domain import programs as rules
from clinic.domain.doses import Dose, dose_problems
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind, SkipReason
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, Program, ProgramEvent
from clinic.services import access, audit, schedules
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.routine_wording import dose_of
from clinic.services.transaction import transaction

PAST_TENSE = {
    ProgramAction.START: "started",
    ProgramAction.PAUSE: "paused",
    ProgramAction.RESUME: "resumed",
    ProgramAction.END: "ended",
    ProgramAction.RESTART: "restarted",
}
HELD_BECAUSE = {ProgramAction.PAUSE: SkipReason.PAUSED, ProgramAction.END: SkipReason.ENDED}


@dataclass(frozen=True, slots=True)
class WeeklyCheckin:
    """A check-in every week, on a weekday (0 is Monday) and at a time of the client's own clock."""

    weekday: int
    at: time


def change(
    actor: Actor, program_id: uuid.UUID, seen: int, wish: rules.Change, *, weeks: int | None = None
) -> Program:
    """Pause, resume, end or restart; `weeks` from the restart, None for an open end. Raises Conflict."""
    with transaction():
        program = _opened(actor, program_id, seen)
        apply(actor, program, wish)
        if wish.action is ProgramAction.RESTART:
            program.ends_on = end_of(wish.effective_on, weeks)
        follow(actor, program, wish)
    return program


def correct_doses(
    actor: Actor,
    program_id: uuid.UUID,
    seen: int,
    doses: Mapping[uuid.UUID, Dose],
    *,
    effective_on: date,
    reason: str,
) -> Program:
    """Change doses from a day on, keeping what stood before; raises Conflict if somebody else saved first."""
    with transaction():
        program = _opened(actor, program_id, seen)
        today = today_in(program.client.time_zone)
        starts_on = program.starts_on
        rules.check_correction(program.status, effective_on, reason, starts_on=starts_on, today=today)
        before, after = _write_doses(program, doses)
        if not after:
            raise RuleBroken("No dose is different from before.")
        _note(actor, program, None, effective_on, reason, before, after)
        flag_modified(program, "name")  # its version counts every change of what it prescribes
        record(actor, program, "dose_corrected", on=effective_on, reason=reason, before=before, after=after)
    return program


def change_checkin(actor: Actor, program_id: uuid.UUID, seen: int, wish: WeeklyCheckin | None) -> Program:
    """Move the weekly check-in, begin it, or switch it off; only what comes is planned again."""
    with transaction():
        program = _opened(actor, program_id, seen)
        row = schedules.schedule_of(program)
        before = checkin_json(row)
        if wish is None:
            _switch_off(program, row)
        else:
            row = row or add_schedule(program, program.client, wish)
            row.kind, row.cadence_days = ScheduleKind.WEEKLY, None
            row.weekday, row.at_time = wish.weekday, wish.at
            _plan(actor, program, row)
        after = checkin_json(row) if wish else None
        if before != after:
            flag_modified(program, "name")
            record(actor, program, "checkin_changed", before=before, after=after)
    return program


def start_due(at: datetime) -> int:
    """Make programs active whose first day has come where their client lives; returns how many."""
    waiting = (
        select(Program)
        .where(Program.status == ProgramStatus.ASSIGNED, Program.starts_on <= at.date() + timedelta(days=1))
        .options(joinedload(Program.client))
    )
    with transaction():
        due = [program for program in db.session.scalars(waiting) if program.starts_on <= _local(program, at)]
        for program in due:
            program.status = rules.next_status(program.status, ProgramAction.START)
            audit.record_for(
                program.practice_id,
                audit.SYSTEM,
                "program.started",
                client_id=program.client_id,
                subject_id=program.id,
                name=program.name,
            )
    return len(due)


def checkin_json(row: CheckinSchedule | None) -> dict[str, Any] | None:
    """A check-in schedule as JSON values, for the trail."""
    return {"weekday": row.weekday, "at": f"{row.at_time:%H:%M}"} if row else None


def earliest_change(program: Program, events: Sequence[ProgramEvent]) -> date:
    """The first day a change may take effect: the program's start or its last change, whichever is later."""
    return max([program.starts_on, *(event.effective_on for event in events if event.action)])


def apply(actor: Actor, program: Program, wish: rules.Change) -> None:
    """Take one step of a program's life and note it, within the caller's transaction."""
    today = today_in(program.client.time_zone)
    was = program.status
    program.status = rules.check_change(was, wish, earliest=_earliest(program), today=today)
    before, after = {"status": was.value}, {"status": program.status.value}
    _note(actor, program, wish.action, wish.effective_on, wish.reason, before, after)
    record(
        actor,
        program,
        PAST_TENSE[wish.action],
        on=wish.effective_on,
        reason=wish.reason,
        before=was.value,
        after=program.status.value,
    )


def follow(actor: Actor, program: Program, wish: rules.Change) -> None:
    """Hold a program's check-ins or plan them anew, as a step asks."""
    if wish.action in rules.HOLDS:
        words = f"The program was {PAST_TENSE[wish.action]}."
        schedules.hold(program, HELD_BECAUSE[wish.action], words)
    else:
        _plan(actor, program, schedules.schedule_of(program))


def check_doses(doses: Mapping[uuid.UUID, Dose]) -> None:
    """Raise RuleBroken with the first thing that is wrong with one of several doses."""
    for dose in doses.values():
        if problems := dose_problems(dose, load_catalogue().dosing.bounds):
            raise RuleBroken(next(iter(problems.values())))


def add_schedule(program: Program, client: Client, wish: WeeklyCheckin) -> CheckinSchedule:
    """A weekly schedule for a program that has none, within the caller's transaction."""
    row = CheckinSchedule(
        practice_id=program.practice_id,
        program_id=program.id,
        kind=ScheduleKind.WEEKLY,
        weekday=wish.weekday,
        at_time=wish.at,
        time_zone=client.time_zone,
    )
    db.session.add(row)
    return row


def record(actor: Actor, program: Program, verb: str, *, on: date | None = None, **details: Any) -> None:
    """Note on the client's timeline what was done to a program."""
    if on is not None:
        details["on"] = on.isoformat()
    audit.record(
        actor,
        f"program.{verb}",
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
        **details,
    )


def end_of(starts_on: date, weeks: int | None) -> date | None:
    """The last day of so many weeks; None for an open end."""
    return None if weeks is None else starts_on + timedelta(weeks=weeks, days=-1)


def _local(program: Program, at: datetime) -> date:
    return local_date(at, load_zone(program.client.time_zone))


def _opened(actor: Actor, program_id: uuid.UUID, seen: int) -> Program:
    access.staff_only(actor)
    program = access.program_for(
        actor, program_id, joinedload(Program.client), selectinload(Program.prescriptions)
    )
    if program.version != seen:
        raise Conflict
    return program


def _switch_off(program: Program, row: CheckinSchedule | None) -> None:
    schedules.hold(program, SkipReason.PAUSED, "Check-ins were switched off.")
    if row is not None:
        db.session.delete(row)


def _earliest(program: Program) -> date:
    last = select(func.max(ProgramEvent.effective_on)).where(
        ProgramEvent.practice_id == program.practice_id,
        ProgramEvent.program_id == program.id,
        ProgramEvent.action.is_not(None),
    )
    return max(filter(None, [program.starts_on, db.session.scalar(last)]))


def _plan(actor: Actor, program: Program, row: CheckinSchedule | None) -> None:
    if row is None:
        return
    if program.status in rules.RUNNING:
        schedules.plan(row, program, program.client, access.practice_of(actor), now())
    else:
        row.time_zone = program.client.time_zone
        row.next_on = row.next_due_at = None


def _write_doses(program: Program, doses: Mapping[uuid.UUID, Dose]) -> tuple[dict[str, Any], dict[str, Any]]:
    if {row.id for row in program.prescriptions} != set(doses):
        raise NotFound
    check_doses(doses)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for row in program.prescriptions:
        old, new = dose_of(row), doses[row.id]
        changed = [name for name in Dose.__slots__ if getattr(old, name) != getattr(new, name)]
        if changed:
            before[row.content["name"]] = {name: getattr(old, name) for name in changed}
            after[row.content["name"]] = {name: getattr(new, name) for name in changed}
        for name in changed:
            setattr(row, name, getattr(new, name))
    return before, after


def _note(
    actor: Actor,
    program: Program,
    action: ProgramAction | None,
    effective_on: date,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    db.session.add(
        ProgramEvent(
            practice_id=program.practice_id,
            program_id=program.id,
            action=action,
            effective_on=effective_on,
            reason=reason,
            before=before,
            after=after,
            actor_id=actor.user_id,
            happened_at=now(),
        )
    )
