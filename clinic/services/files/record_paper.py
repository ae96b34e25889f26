"""A client's record as somebody reads it on paper: each part in the order of its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from clinic.domain.notes import NoteStatus
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.extensions import db
from clinic.models import (
    CheckinAnswer,
    Client,
    OtherClinician,
    Practice,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    User,
    VisitNote,
    VisitNoteAmendment,
    WarningFlag,
)
from clinic.models.base import given, points_at
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.files.findings import Findings
from clinic.services.notes.writing import WITH_PEOPLE

WITH_MOVES = joinedload(Program.prescriptions)


@dataclass(frozen=True, slots=True)
class LoggedOfMove:
    """What was logged of one move on one day, and what the move was called then."""

    log: PracticeLog
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordPaper:
    """What stands on the paper; `is_own` is the client's, without what the practice wrote for itself."""

    practice: Practice
    client: Client
    is_own: bool
    assessments: Sequence[AssessmentRecord]
    answered: Sequence[AnsweredQuestionnaire]
    programs: Sequence[Program]
    changes: Sequence[tuple[ProgramEvent, str]]  # with the name of who did it
    logs: Sequence[LoggedOfMove]
    answers: Sequence[CheckinAnswer]
    flags: Sequence[WarningFlag]
    notes: Sequence[VisitNote]  # of the client's own paper those that are signed
    added: Sequence[VisitNoteAmendment]
    clinicians: Sequence[OtherClinician]


def _of_client(kind: type[Any], *order: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(kind).where(given(kind.practice_id), given(kind.client_id)).order_by(*order)


_PROGRAMS = _of_client(Program, Program.starts_on, Program.assigned_at, Program.id).options(WITH_MOVES)
_ANSWERS = _of_client(CheckinAnswer, CheckinAnswer.answered_at)
_FLAGS = _of_client(WarningFlag, WarningFlag.raised_at)
_NOTES = _of_client(VisitNote, VisitNote.visited_on, VisitNote.created_at).options(*WITH_PEOPLE)
_ADDED = (
    select(VisitNoteAmendment)
    .join(VisitNote, points_at(VisitNoteAmendment.note_id, VisitNote))
    .where(given(VisitNote.practice_id), given(VisitNote.client_id))
    .order_by(VisitNoteAmendment.made_at, VisitNoteAmendment.id)
    .options(joinedload(VisitNoteAmendment.maker))
)
_CLINICIANS = _of_client(OtherClinician, OtherClinician.created_at).where(OtherClinician.removed_at.is_(None))
_CHANGES = (
    select(ProgramEvent, User.name)
    .join(Program, points_at(ProgramEvent.program_id, Program))
    .outerjoin(User, points_at(ProgramEvent.actor_id, User))
    .where(given(Program.practice_id), given(Program.client_id))
    .order_by(ProgramEvent.effective_on, ProgramEvent.happened_at)
)
_LOGS = (
    select(PracticeLog, Prescription.content)
    .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
    .where(given(PracticeLog.practice_id), given(PracticeLog.client_id))
    .order_by(PracticeLog.local_date, Prescription.position, PracticeLog.slot)
)


def paper_of(found: Findings, answered: Sequence[AnsweredQuestionnaire], *, is_own: bool) -> RecordPaper:
    """All of a client somebody was let through to, with their findings and answers. Eight queries."""
    client = found.client
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    notes = db.session.scalars(_NOTES, whose).all()
    return RecordPaper(
        practice=found.practice,
        client=client,
        is_own=is_own,
        assessments=found.records,
        answered=answered,
        programs=db.session.scalars(_PROGRAMS, whose).unique().all(),
        changes=[(row[0], row[1] or "") for row in db.session.execute(_CHANGES, whose)],
        logs=[LoggedOfMove(*row) for row in db.session.execute(_LOGS, whose)],
        answers=db.session.scalars(_ANSWERS, whose).all(),
        flags=db.session.scalars(_FLAGS, whose).all(),
        notes=[note for note in notes if note.status is NoteStatus.SIGNED or not is_own],
        added=db.session.scalars(_ADDED, whose).all(),
        clinicians=db.session.scalars(_CLINICIANS, whose).all(),
    )
