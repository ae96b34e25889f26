"""Why programs were ended, counted by kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import bindparam, func, select

from clinic.domain.types import ProgramAction, StopReason
from clinic.extensions import db
from clinic.models import ProgramEvent
from clinic.models.base import given
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now

COUNTED = timedelta(days=365)
_STOPS = (
    select(ProgramEvent.stop, func.count())
    .where(
        given(ProgramEvent.practice_id),
        ProgramEvent.action == ProgramAction.END,
        ProgramEvent.stop.is_not(None),
        ProgramEvent.happened_at >= bindparam("since"),
    )
    .group_by(ProgramEvent.stop)
)


def counted(actor: Actor) -> Mapping[StopReason, int]:
    """How many programs were ended for each kind of reason in the last year, in its order; staff only."""
    access.staff_only(actor)
    values = {"practice_id": actor.practice_id, "since": now() - COUNTED}
    found = {row[0]: row[1] for row in db.session.execute(_STOPS, values)}
    return {kind: found[kind] for kind in StopReason if kind in found}
