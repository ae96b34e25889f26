"""Going on to the next phase by a practitioner's word: the criterion is met, or its weeks are long enough."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm.attributes import flag_modified

from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.phases import DAY, pass_problems
from clinic.domain.programs import may_be_changed
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import PracticeLog, Prescription, Program, ProgramPhase
from clinic.services import phases
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.programs.changing import record, taken
from clinic.services.transaction import transaction


def pass_on(actor: Actor, program_id: uuid.UUID, position: int) -> date:
    """Let the next phase count from today, or from tomorrow where today was logged; returns that day.

    Raises Conflict where somebody has gone on already.
    """
    with transaction():
        program = taken(actor, program_id)
        row = _phase(program, position)
        if row.passed_on is not None:
            raise Conflict
        today = today_in(program.client.time_zone)
        must_hold(_problems(program, position, today))
        first = max(today, program.starts_on)
        row.passed_on = first + DAY if _is_logged(program, first) else first
        row.passed_by = actor.user_id
        flag_modified(program, "name")  # its version counts every change of what it asks
        record(actor, program, "phase_passed", on=row.passed_on, phase=row.name, criterion=row.criterion)
    return row.passed_on


def take_back(actor: Actor, program_id: uuid.UUID, position: int) -> None:
    """Let a phase go on after all, up to the first day of the next one; raises Conflict where it does."""
    with transaction():
        program = taken(actor, program_id)
        row = _phase(program, position)
        if row.passed_on is None:
            raise Conflict
        if not may_be_taken_back(row.passed_on, today_in(program.client.time_zone)):
            raise RuleBroken(say("The next phase has begun on another day: it cannot be taken back."))
        before, row.passed_on, row.passed_by = row.passed_on, None, None
        flag_modified(program, "name")
        record(actor, program, "phase_taken_back", on=before, phase=row.name)


def may_be_taken_back(passed_on: date, today: date) -> bool:
    """Whether going on can still be undone: until the first day of the next phase is over."""
    return passed_on >= today


def _problems(program: Program, position: int, today: date) -> Iterator[RuleBroken]:
    if not may_be_changed(program.on(today)):
        yield RuleBroken(say("This program has ended. Restart it to go on."))
    yield from pass_problems(position, phases.days_of([program])[program.id], today)


def _phase(program: Program, position: int) -> ProgramPhase:
    query = select(ProgramPhase).where(
        ProgramPhase.practice_id == program.practice_id,
        ProgramPhase.program_id == program.id,
        ProgramPhase.position == position,
    )
    if (row := db.session.scalar(query)) is None:
        raise NotFound
    return row


def _is_logged(program: Program, day: date) -> bool:
    """Whether the client has said of a day how it went: what that day asked stays as it was."""
    prescribed = select(Prescription.id).where(
        Prescription.practice_id == program.practice_id, Prescription.program_id == program.id
    )
    logged = exists().where(
        PracticeLog.practice_id == program.practice_id,
        PracticeLog.client_id == program.client_id,
        PracticeLog.local_date == day,
        PracticeLog.prescription_id.in_(prescribed),
    )
    return bool(db.session.scalar(select(logged)))
