"""A program that was assigned a moment ago and should not have been: gone again, as if it never was."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select

from clinic.domain.bulk_acts import LineReason
from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinSchedule,
    OutboxMessage,
    PracticeDecline,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    ProgramFinding,
    ProgramPhase,
    TaperingOffer,
    VersionOffer,
)
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.outbox import promises as outbox
from clinic.services.programs.changing import taken

TAKEN_BACK = "The program was taken back."


def take_back(actor: Actor, program_id: uuid.UUID) -> LineReason | None:
    """Take away a program of which nothing is recorded, within the caller's transaction.

    Returns why it stays, None where it is gone. Raises NotFound for a program that there is not.
    """
    program = taken(actor, program_id)
    if reason := _stays_because(program):
        return reason
    _call_back_news(program)
    for kind in (ProgramFinding, PracticeDecline, CheckinSchedule, ProgramPhase, Prescription):
        db.session.execute(delete(kind).where(*_of(kind, program)))
    audit.record(
        actor,
        "program.taken_back",
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
    )
    db.session.delete(program)
    return None


def _of(kind: Any, program: Program) -> tuple[Any, ...]:
    return kind.practice_id == program.practice_id, kind.program_id == program.id


def _stays_because(program: Program) -> LineReason | None:
    prescribed = select(Prescription.id).where(*_of(Prescription, program))
    logged = exists().where(
        PracticeLog.practice_id == program.practice_id,
        PracticeLog.client_id == program.client_id,
        PracticeLog.prescription_id.in_(prescribed),
    )
    passed = exists().where(*_of(ProgramPhase, program), ProgramPhase.passed_on.is_not(None))
    offered = exists().where(
        VersionOffer.practice_id == program.practice_id,
        or_(VersionOffer.program_id == program.id, VersionOffer.follow_on_id == program.id),
    )
    reasons = (
        (LineReason.PRACTISED, logged),
        (LineReason.CHECKIN_PLANNED, exists().where(*_of(Checkin, program))),
        (LineReason.CHANGED, exists().where(*_of(ProgramEvent, program))),
        (LineReason.CHANGED, exists().where(*_of(TaperingOffer, program))),
        (LineReason.CHANGED, passed),
        (LineReason.CHANGED, offered),
    )
    found = db.session.execute(select(*(condition.label(None) for _, condition in reasons))).one()
    return next((reason for (reason, _), holds in zip(reasons, found, strict=True) if holds), None)


def _call_back_news(program: Program) -> None:
    """The mail that tells of it has nothing to tell, unless something else has changed since."""
    if _anything_since(program, program.assigned_at):
        return
    news = and_(
        OutboxMessage.client_id == program.client_id,
        OutboxMessage.kind == MailKind.PROGRAM_CHANGED,
        OutboxMessage.created_at >= program.assigned_at,
    )
    outbox.cancel(program.practice_id, news, TAKEN_BACK)


def _anything_since(program: Program, at: datetime) -> bool:
    theirs = Program.practice_id == program.practice_id, Program.client_id == program.client_id
    others = select(Program.id).where(*theirs)
    changed = exists().where(
        ProgramEvent.practice_id == program.practice_id,
        ProgramEvent.program_id.in_(others),
        ProgramEvent.happened_at >= at,
    )
    assigned = exists().where(*theirs, Program.assigned_at > at)
    return bool(db.session.scalar(select(changed | assigned)))
