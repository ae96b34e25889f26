"""What happens to a program once assigned: each change with its day, its reason and what stood before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from clinic.catalogue import load_catalogue
from clinic.domain import programs as rules
from clinic.domain.doses import Dose, dose_problems
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind, SkipReason
from clinic.extensions import db
from clinic.models import CheckinSchedule, Program, ProgramEvent
from clinic.services import access, audit, notices
from clinic.services.actors import Actor
from clinic.services.checkins import rhythms, schedules
from clinic.services.checkins.rhythms import Rhythm, WeeklyCheckin
from clinic.services.clock import now, today_in
from clinic.services.programs import tapering_offers
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction

WHOLE = (joinedload(Program.client), joinedload(Program.prescriptions))  # what a page shows of a program
PAST_TENSE = {
    ProgramAction.START: "started",
    ProgramAction.PAUSE: "paused",
    ProgramAction.RESUME: "resumed",
    ProgramAction.END: "ended",
    ProgramAction.RESTART: "restarted",
}
NOT_ENDED = tuple(status for status in ProgramStatus if status is not ProgramStatus.ENDED)
END_AT_ONCE = 200  # programs a transaction
LAST_DAY = "Its last day"  # the reason of an end that nobody pressed
HELD_BECAUSE = {ProgramAction.PAUSE: SkipReason.PAUSED, ProgramAction.END: SkipReason.ENDED}


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected dose among the steps of a program's life: no step of its own."""

    effective_on: date
    reason: str
    action: None = None


def change(
    actor: Actor, program_id: uuid.UUID, seen: int, wish: rules.ProgramChange, *, weeks: int | None = None
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
        _add_event(program, actor, Correction(effective_on, reason), before, after)
        flag_modified(program, "name")  # its version counts every change of what it prescribes
        record(actor, program, "dose_corrected", on=effective_on, reason=reason, before=before, after=after)
    return program


def change_checkin(actor: Actor, program_id: uuid.UUID, seen: int, wish: Rhythm | None) -> Program:
    """Give a program's check-ins another rhythm, begin them or switch them off; what was sent stays."""
    with transaction():
        program = _opened(actor, program_id, seen)
        if not rules.may_be_changed(program.status):
            raise RuleBroken("This program has ended. Restart it to change its check-ins.")
        row = schedules.schedule_of(program)
        before = rhythms.told(row)
        if wish is None:
            _switch_off(program, row)
        else:
            _put(program, wish)
        _note_rhythm(actor, program, before)
    return program


def slow_down(actor: Actor, program: Program, every_weeks: int) -> None:
    """Keep weekday and time, and write every so many weeks from now on, within the caller's transaction."""
    row = schedules.schedule_of(program)
    if row is None or row.kind is not ScheduleKind.WEEKLY:
        raise RuleBroken("Check-ins of this program do not come weekly.")
    before = rhythms.told(row)
    _put(program, WeeklyCheckin(row.weekday, row.at_time, every_weeks))
    _note_rhythm(actor, program, before)


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


def end_due(at: datetime) -> int:
    """End programs whose last day is over where their client lives; returns how many."""
    over = (
        select(Program)
        .where(Program.status.in_(NOT_ENDED), Program.ends_on <= at.date() + timedelta(days=1))
        .options(joinedload(Program.client))
        .order_by(Program.ends_on)
        .limit(END_AT_ONCE)
        .with_for_update(skip_locked=True, of=Program)
    )
    with transaction():
        due = [program for program in db.session.scalars(over) if _is_over(program, at)]
        for program in due:
            _end_by_itself(program, at)
    return len(due)


def earliest_change(program: Program, events: Sequence[ProgramEvent]) -> date:
    """The first day a change may take effect: the program's start or its last change, whichever is later."""
    return max([program.starts_on, *(event.effective_on for event in events if event.action)])


def apply(actor: Actor, program: Program, wish: rules.ProgramChange) -> None:
    """Take one step of a program's life and note it, within the caller's transaction."""
    today = today_in(program.client.time_zone)
    was = program.status
    program.status = rules.check_change(was, wish, earliest=_earliest(program), today=today)
    before, after = {"status": was.value}, {"status": program.status.value}
    _add_event(program, actor, wish, before, after)
    record(
        actor,
        program,
        PAST_TENSE[wish.action],
        on=wish.effective_on,
        reason=wish.reason,
        before=was.value,
        after=program.status.value,
    )


def follow(actor: Actor, program: Program, wish: rules.ProgramChange) -> None:
    """Hold a program's check-ins or plan them anew, as a step asks."""
    if wish.action is ProgramAction.RESTART:
        program.graduated_on = None
    if wish.action in rules.HOLDS:
        tapering_offers.withdraw(program, now())
        words = f"The program was {PAST_TENSE[wish.action]}."
        schedules.hold(program, HELD_BECAUSE[wish.action], words)
    else:
        _plan(program)


def check_doses(doses: Mapping[uuid.UUID, Dose]) -> None:
    """Raise RuleBroken with the first thing that is wrong with one of several doses."""
    for dose in doses.values():
        if problems := dose_problems(dose, load_catalogue().dosing.bounds):
            raise RuleBroken(next(iter(problems.values())))


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
    program = access.program_for(actor, program_id, *WHOLE)
    if program.version != seen:
        raise Conflict
    return program


def _put(program: Program, wish: Rhythm) -> None:
    if rhythms.put(program, wish):
        tapering_offers.withdraw(program, now())


def _note_rhythm(actor: Actor, program: Program, before: dict[str, Any] | None) -> None:
    db.session.flush()
    after = rhythms.told(schedules.schedule_of(program))
    if before != after:
        flag_modified(program, "name")
        record(actor, program, "checkin_changed", before=before, after=after)


def _is_over(program: Program, at: datetime) -> bool:
    return program.ends_on is not None and program.ends_on < _local(program, at)


def _end_by_itself(program: Program, at: datetime) -> None:
    assert program.ends_on is not None
    before = program.status
    end = rules.ProgramChange(ProgramAction.END, program.ends_on + timedelta(days=1), LAST_DAY)
    program.status = rules.next_status(before, end.action)
    _add_event(program, None, end, {"status": before.value}, {"status": program.status.value})
    audit.record_for(
        program.practice_id,
        audit.SYSTEM,
        "program.ended",
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
        on=program.ends_on.isoformat(),
        reason=LAST_DAY,
        before=before.value,
        after=program.status.value,
    )
    schedules.hold(program, SkipReason.ENDED, "The program ended on its last day.")
    tapering_offers.withdraw(program, at)
    key = f"{program.id.hex}:{program.ends_on.isoformat()}"
    notices.tell(program.practice_id, NoticeKind.ENDED, client_id=program.client_id, key=key)


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


def _plan(program: Program) -> None:
    if row := schedules.schedule_of(program):
        schedules.plan_anew(program, row)


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


def _add_event(
    program: Program,
    actor: Actor | None,
    what: rules.ProgramChange | Correction,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    db.session.add(
        ProgramEvent(
            practice_id=program.practice_id,
            program_id=program.id,
            action=what.action,
            effective_on=what.effective_on,
            reason=what.reason,
            before=before,
            after=after,
            actor_id=actor.user_id if actor else None,
            happened_at=now(),
        )
    )
