"""What matters about one client now, in few queries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, select

from clinic.domain.errors import NotFound
from clinic.domain.progress import Adherence, PainChange, adherence
from clinic.domain.types import AssessmentStatus, LogOutcome, ProgramStatus
from clinic.models import Assessment, CheckinAnswer, Client, PracticeLog, Program, has_open_flag
from clinic.models.base import given
from clinic.services import rows
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.programs import weeks as program_weeks

WINDOW = 14  # days


def _newest(what: Any, *which: ColumnElement[bool], first: Any = ()) -> ScalarSelect[Any]:
    """What the newest row of the given client's says, among those that `which` keeps."""
    kind: Any = what.parent.entity
    newest = select(what).where(given(kind.practice_id), given(kind.client_id), *which)
    return newest.order_by(*(first or (what.desc(),))).limit(1).correlate(None).scalar_subquery()


_NEWEST_PROGRAM = (Program.status == ProgramStatus.ENDED, Program.assigned_at.desc())
_PRACTISED = PracticeLog.outcome != LogOutcome.NOT_DONE
_SAID = CheckinAnswer.pain.is_not(None)
_EARLIEST, _LATEST = (CheckinAnswer.answered_at.asc(),), (CheckinAnswer.answered_at.desc(),)
_FACTS = (
    select(
        Program.id,
        Program.practice_id,
        Program.client_id,
        Program.name,
        Program.status,
        Program.starts_on,
        Program.ends_on,
        _newest(PracticeLog.local_date, _PRACTISED),
        _newest(CheckinAnswer.answered_at),
        _newest(Assessment.taken_on, Assessment.status == AssessmentStatus.SIGNED),
        has_open_flag(bindparam("practice_id"), bindparam("client_id")),
        _newest(CheckinAnswer.answered_at, _SAID, first=_EARLIEST),
        _newest(CheckinAnswer.pain, _SAID, first=_EARLIEST),
        _newest(CheckinAnswer.pain, _SAID, first=_LATEST),
    )
    .select_from(Client)
    .outerjoin(Program, Program.id == _newest(Program.id, first=_NEWEST_PROGRAM))
    .where(given(Client.practice_id), given(Client.id, "client_id"))
)


@dataclass(frozen=True, slots=True)
class NewestProgram:
    """The program that a client's first page is about."""

    id: uuid.UUID
    practice_id: uuid.UUID
    client_id: uuid.UUID
    name: str
    status: ProgramStatus
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class ClientOverview:
    """The newest of each, None where there is none yet; and whether a warning sign is open.

    `pain` is the first pain given against the latest, the same where there is one only.
    """

    program: NewestProgram | None
    last_practice: date | None
    last_answer: datetime | None
    last_assessment: date | None
    warning: bool
    pain: PainChange | None

    @property
    def has_running_program(self) -> bool:
        """Whether there is a program that has not ended."""
        return self.program is not None and self.program.status is not ProgramStatus.ENDED


def facts(actor: Actor, client: Client) -> ClientOverview:
    """The facts of a client that was loaded through a door; staff only. One query."""
    if not actor.is_staff or client.practice_id != actor.practice_id:
        raise NotFound
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    (row,) = rows.read(_FACTS, whose)
    program = NewestProgram(*row[:7]) if row.id else None
    practised, answered, assessed, warning, since, before, latest_pain = row[7:]
    pain = PainChange(since.date(), before, latest_pain) if since else None
    return ClientOverview(program, practised, answered, assessed, warning, pain)


def practice(client: Client, program: NewestProgram | None) -> Adherence | None:
    """The log of the last two weeks of a program that has not ended; None without one. Two queries."""
    if program is None or program.status is ProgramStatus.ENDED:
        return None
    kept = program_weeks.kept(program, now())
    return adherence(kept.logs, kept.plan, today_in(client.time_zone), WINDOW)
