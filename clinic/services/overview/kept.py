"""The figures as they were last made: by the worker every hour, and when somebody first looks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from clinic import queue
from clinic.domain.practice_overview import PracticeOverview, are_old
from clinic.extensions import db
from clinic.models import Practice, PracticeFigures
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.overview import counting
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

TASK = "practice.count"


@dataclass(frozen=True, slots=True)
class KeptOverview:
    """The figures, and as of when."""

    figures: PracticeOverview
    made_at: datetime


def of(actor: Actor) -> KeptOverview | None:
    """The figures of the actor's practice; staff only. One query.

    None where none were made yet: the worker is asked for them.
    """
    access.staff_only(actor)
    row = _row(actor.practice_id)
    if row is None:
        queue.nudge(TASK)
        return None
    return KeptOverview(PracticeOverview.from_json(row.figures), row.made_at)


@across_practices("the figures of every practice")
def make_all() -> None:
    """Make anew what is old."""
    for practice_id in db.session.scalars(select(Practice.id)).all():
        row, at = _row(practice_id), now()
        if row is None or are_old(row.made_at, at):
            _make(practice_id, at)


def _row(practice_id: uuid.UUID) -> PracticeFigures | None:
    query = select(PracticeFigures).where(PracticeFigures.practice_id == practice_id)
    return db.session.scalars(query).one_or_none()


def _make(practice_id: uuid.UUID, at: datetime) -> None:
    figures = counting.count(practice_id, at).to_json()
    row = PracticeFigures(id=practice_id, practice_id=practice_id, figures=figures, made_at=at)
    with transaction() as session:
        session.merge(row)
