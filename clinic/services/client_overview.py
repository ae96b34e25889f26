"""What matters about one client now, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from clinic.domain.errors import NotFound
from clinic.domain.types import CheckinState, ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import Assessment, Checkin, CheckinAnswer, Client, PracticeLog, Program, WarningFlag
from clinic.services.actors import Actor


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest of each; None where there is none yet."""

    program_name: str | None
    program_status: ProgramStatus | None
    last_practice: date | None
    last_answer: datetime | None
    last_checkin_state: CheckinState | None
    last_assessment: date | None
    warning: Tier | None


def facts(actor: Actor, client: Client) -> Facts:
    """The facts of a client that was loaded through a door; staff only."""
    if not actor.is_staff or client.practice_id != actor.practice_id:
        raise NotFound
    current_first = (Program.status == ProgramStatus.ENDED, Program.assigned_at.desc())
    row = db.session.execute(
        select(
            _newest(Program, client, Program.name, *current_first),
            _newest(Program, client, Program.status, *current_first),
            _newest(PracticeLog, client, func.max(PracticeLog.local_date)),
            _newest(CheckinAnswer, client, func.max(CheckinAnswer.answered_at)),
            _newest(Checkin, client, Checkin.state, Checkin.local_date.desc()),
            _newest(Assessment, client, func.max(Assessment.taken_on)),
            select(func.min(WarningFlag.tier))
            .where(
                WarningFlag.practice_id == client.practice_id,
                WarningFlag.client_id == client.id,
                WarningFlag.cleared_at.is_(None),
            )
            .scalar_subquery(),
        )
    ).one()
    return Facts(*row)


def _newest(kind: type[Any], client: Client, what: Any, *order: Any) -> ScalarSelect[Any]:
    query = select(what).where(kind.practice_id == client.practice_id, kind.client_id == client.id)
    return query.order_by(*order).limit(1).scalar_subquery()
