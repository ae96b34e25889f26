"""What matters about one client now, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, select

from clinic.domain.errors import NotFound
from clinic.domain.types import LogOutcome, ProgramStatus
from clinic.extensions import db
from clinic.models import Assessment, CheckinAnswer, Client, PracticeLog, Program, WarningFlag
from clinic.services.actors import Actor

PRACTISED = PracticeLog.outcome != LogOutcome.NOT_DONE


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest of each, None where there is none yet; and whether a warning sign is open."""

    program_name: str | None
    program_status: ProgramStatus | None
    last_practice: date | None
    last_answer: datetime | None
    last_assessment: date | None
    warning: bool


def facts(actor: Actor, client: Client) -> Facts:
    """The facts of a client that was loaded through a door; staff only."""
    if not actor.is_staff or client.practice_id != actor.practice_id:
        raise NotFound
    current_first = (Program.status == ProgramStatus.ENDED, Program.assigned_at.desc())
    row = db.session.execute(
        select(
            _newest(Program.name, _of(Program, client), *current_first),
            _newest(Program.status, _of(Program, client), *current_first),
            _newest(PracticeLog.local_date, _of(PracticeLog, client) & PRACTISED),
            _newest(CheckinAnswer.answered_at, _of(CheckinAnswer, client)),
            _newest(Assessment.taken_on, _of(Assessment, client)),
            exists().where(_of(WarningFlag, client), WarningFlag.cleared_at.is_(None)),
        )
    ).one()
    return Facts(*row)


def _of(kind: type[Any], client: Client) -> ColumnElement[bool]:
    return and_(kind.practice_id == client.practice_id, kind.client_id == client.id)


def _newest(what: Any, which: ColumnElement[bool], *order: Any) -> ScalarSelect[Any]:
    return select(what).where(which).order_by(*(order or (what.desc(),))).limit(1).scalar_subquery()
