"""The days of a program: its first and last moved, and what a day brings by itself.

What a program is on a day follows from its dates; the rounds here only keep the stored status up with them,
and hold or plan check-ins as it changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from clinic.domain import programs as rules
from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.programs import DAY
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import ProgramAction, ProgramStatus, SkipReason
from clinic.extensions import db
from clinic.models import PracticeLog, Prescription, Program, ProgramEvent, ProgramPhase
from clinic.models.base import points_at
from clinic.services import audit, notices
from clinic.services.actors import Actor
from clinic.services.checkins import schedules
from clinic.services.clock import today_in
from clinic.services.programs import running, tapering_offers
from clinic.services.programs.changing import EventHead, add_event, opened, plan_anew, record, taken
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

NOT_ENDED = tuple(status for status in ProgramStatus if status is not ProgramStatus.ENDED)
AT_ONCE = 200  # programs a transaction
LAST_DAY = "Its last day"  # the reason of an end that nobody pressed
ITS_DAY = "Its day"  # of a resumption that nobody pressed


def move(
    actor: Actor,
    program_id: uuid.UUID,
    seen: int,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str = "",
) -> Program:
    """Move a program's first or last day, None for no end; raises Conflict."""
    with transaction():
        program = opened(actor, program_id, seen)
        _move(actor, program, starts_on, ends_on, reason)
    return program


def problems(program: Program, starts_on: date | None, ends_on: date | None) -> Iterator[RuleBroken]:
    """What is wrong with those of the two days that could be read, each by itself. Three queries."""
    today = today_in(program.client.time_zone)
    if starts_on is not None and starts_on != program.starts_on:
        yield from rules.first_day_problems(starts_on, _happened(program), today)
    if ends_on is not None and ends_on != program.ends_on:
        yield from rules.last_day_problems(ends_on, today)


def extend(actor: Actor, program_id: uuid.UUID, seen: date, weeks: int) -> Program:
    """Let a program go on for so many weeks after the last day that was seen; pressed twice it is once.

    Raises Conflict where another last day stands by now.
    """
    return _end_on(actor, program_id, seen, seen + timedelta(weeks=weeks))


def take_back(actor: Actor, program_id: uuid.UUID, seen: date, ends_on: date) -> Program:
    """Let a program that was extended end when it did before; raises Conflict as `extend` does."""
    return _end_on(actor, program_id, seen, ends_on)


def _end_on(actor: Actor, program_id: uuid.UUID, seen: date, ends_on: date) -> Program:
    with transaction():
        program = taken(actor, program_id)
        if program.ends_on != seen:
            raise Conflict
        _move(actor, program, program.starts_on, ends_on, "")
    return program


@across_practices("what falls due")
def start_due(at: datetime) -> int:
    """Make programs active whose first day has come where their client lives; returns how many."""
    waiting = (
        select(Program)
        .where(Program.status == ProgramStatus.ASSIGNED, Program.starts_on <= at.date() + DAY)
        .options(joinedload(Program.client))
    )
    with transaction():
        due = [program for program in db.session.scalars(waiting) if program.starts_on <= _local(program, at)]
        for program in due:
            program.status = rules.next_status(program.status, ProgramAction.START)
            _note(program, "program.started")
    return len(due)


@across_practices("what falls due")
def pause_due(at: datetime) -> int:
    """Hold programs whose pause has come, and let those go on whose pause is over; returns how many."""
    planned = Program.paused_from <= at.date() + DAY
    with transaction():
        moved = 0
        for program in _taken(planned):
            pause, today = program.pause, _local(program, at)
            assert pause is not None
            if pause.last is not None and pause.last < today:
                _resume_by_itself(program, today)
            elif pause.covers(today) and program.status is not ProgramStatus.PAUSED:
                _pause_by_itself(program, at)
            else:
                continue
            moved += 1
    return moved


@across_practices("what falls due")
def end_due(at: datetime) -> int:
    """End programs whose last day is over where their client lives; returns how many."""
    with transaction():
        due = [program for program in _taken(Program.ends_on <= at.date() + DAY) if _is_over(program, at)]
        for program in due:
            _end_by_itself(program, at)
    return len(due)


def _move(actor: Actor, program: Program, starts_on: date, ends_on: date | None, reason: str) -> None:
    today = today_in(program.client.time_zone)
    before = program.starts_on, program.ends_on
    rules.check_days(
        program.on(today),
        starts_on,
        ends_on,
        before=before,
        happened=_happened(program) if starts_on != before[0] else None,
        today=today,
    )
    program.starts_on, program.ends_on = starts_on, ends_on
    if program.status in rules.RUNNING:
        program.status = rules.first_status(starts_on, today)
    was, is_now = _told(*before), _told(starts_on, ends_on)
    add_event(program, actor, EventHead(today, reason, ProgramAction.MOVE), was, is_now)
    record(actor, program, "moved", reason=reason, before=was, after=is_now)
    plan_anew(program)


def _told(starts_on: date, ends_on: date | None) -> dict[str, str | None]:
    return {"first_day": starts_on.isoformat(), "last_day": ends_on.isoformat() if ends_on else None}


def _happened(program: Program) -> date | None:
    """The first day of which something is recorded: practice, a step of its life, or a phase gone on from."""
    logged = (
        select(func.min(PracticeLog.local_date))
        .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
        .where(
            PracticeLog.practice_id == program.practice_id,
            PracticeLog.client_id == program.client_id,
            Prescription.program_id == program.id,
        )
    )
    stepped = select(func.min(ProgramEvent.effective_on)).where(
        ProgramEvent.practice_id == program.practice_id,
        ProgramEvent.program_id == program.id,
        ProgramEvent.action.in_(rules.OF_ITS_LIFE),
    )
    passed = select(func.min(ProgramPhase.passed_on)).where(
        ProgramPhase.practice_id == program.practice_id, ProgramPhase.program_id == program.id
    )
    return min(filter(None, map(db.session.scalar, (logged, stepped, passed))), default=None)


def _taken(which: ColumnElement[bool]) -> Sequence[Program]:
    """Programs that go on, held for the caller's transaction; what another round holds is left out."""
    query = (
        select(Program)
        .where(Program.status.in_(NOT_ENDED), which)
        .options(joinedload(Program.client))
        .order_by(Program.ends_on, Program.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Program)
    )
    return db.session.scalars(query).all()


def _local(program: Program, at: datetime) -> date:
    return local_date(at, load_zone(program.client.time_zone))


def _is_over(program: Program, at: datetime) -> bool:
    return program.ends_on is not None and program.ends_on < _local(program, at)


def _pause_by_itself(program: Program, at: datetime) -> None:
    program.status = ProgramStatus.PAUSED
    schedules.hold(program, SkipReason.PAUSED, "The pause that was planned began.")
    tapering_offers.withdraw(program, at)
    pause = program.pause
    assert pause is not None
    _note(program, "program.paused", on=pause.first.isoformat(), reason=ITS_DAY)


def _resume_by_itself(program: Program, today: date) -> None:
    pause, was = program.pause, program.status
    assert pause is not None
    assert pause.last is not None
    first = pause.last + DAY
    program.paused_from = program.paused_until = None
    program.status = rules.first_status(program.starts_on, today)
    resume = rules.ProgramChange(ProgramAction.RESUME, first, ITS_DAY)
    add_event(program, None, resume, {"status": was.value}, {"status": program.status.value})
    plan_anew(program)
    _note(program, "program.resumed", on=first.isoformat(), reason=ITS_DAY)


def _end_by_itself(program: Program, at: datetime) -> None:
    assert program.ends_on is not None
    before = program.status
    end = rules.ProgramChange(ProgramAction.END, program.ends_on + DAY, LAST_DAY)
    program.status = rules.next_status(before, end.action)
    program.paused_from = program.paused_until = None
    add_event(program, None, end, {"status": before.value}, {"status": program.status.value})
    _note(
        program,
        "program.ended",
        on=program.ends_on.isoformat(),
        reason=LAST_DAY,
        before=before.value,
        after=program.status.value,
    )
    schedules.hold(program, SkipReason.ENDED, "The program ended on its last day.")
    tapering_offers.withdraw(program, at)
    db.session.flush()
    if not running.of_client(program.client):  # the last of several is the end
        key = f"{program.id.hex}:{program.ends_on.isoformat()}"
        notices.tell(program.practice_id, NoticeKind.ENDED, client_id=program.client_id, key=key)


def _note(program: Program, action: str, **details: str) -> None:
    audit.record_for(
        program.practice_id,
        audit.SYSTEM,
        action,
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
        **details,
    )
