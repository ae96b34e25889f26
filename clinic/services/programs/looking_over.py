"""A look at the last weeks of every running program, some times a day: what to offer, what fell off."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Select, select

from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, Program
from clinic.models.base import points_at
from clinic.services.programs import declines, tapering
from clinic.services.programs import weeks as program_weeks
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

BATCH = 100  # programs a transaction: short enough that a page never waits for it


@across_practices("a look at all programs")
def run(at: datetime) -> int:
    """Look at all of them once; returns how many slower rhythms are newly offered."""
    offered, last = 0, uuid.UUID(int=0)
    while True:
        with transaction():
            rows = db.session.execute(_next(last)).all()
            weeks = program_weeks.read(rows, at)
            offered += tapering.consider(weeks, at)
            declines.note(weeks, at)
        if len(rows) < BATCH:
            return offered
        last = rows[-1][0].id


def _next(last: uuid.UUID) -> Select[Program, Client, CheckinSchedule]:
    return (
        select(Program, Client, CheckinSchedule)
        .join(Client, points_at(Program.client_id, Client))
        .outerjoin(
            CheckinSchedule,
            points_at(CheckinSchedule.program_id, Program),
        )
        .where(Program.status == ProgramStatus.ACTIVE, Client.is_active, Program.id > last)
        .order_by(Program.id)
        .limit(BATCH)
    )
