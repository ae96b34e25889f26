"""The lives of versions, out of what is stored: where each stands, whose names it has, who runs it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import contains_eager

from clinic.domain.routines import VersionState, version_state
from clinic.domain.types import ProgramStatus, RoutineStatus
from clinic.extensions import db
from clinic.models import Program, Routine, RoutineVersion
from clinic.models.base import given, points_at
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.routines import signoffs
from clinic.services.routines.signoffs import Signature
from clinic.services.routines.versions import WHOLE
from clinic.services.routines.wording import wordings_of

_DRAFTS = (
    select(RoutineVersion)
    .join(Routine, points_at(RoutineVersion.routine_id, Routine))
    .where(given(RoutineVersion.practice_id), RoutineVersion.status == RoutineStatus.DRAFT, Routine.is_listed)
    .options(contains_eager(RoutineVersion.routine), *WHOLE)
)
_RUNNING = (
    select(Program.routine_version_id, func.count(distinct(Program.client_id)))
    .where(given(Program.practice_id), Program.status != ProgramStatus.ENDED)
    .group_by(Program.routine_version_id)
)


@dataclass(frozen=True, slots=True)
class VersionLife:
    """A version and where it stands. `signed` of `texts` have a name; `last` is the newest of the names.

    `clients` have it now; `replaced_at` is when a newer one was published.
    """

    version: RoutineVersion
    state: VersionState
    clients: int
    texts: int = 0
    signed: int = 0
    last: Signature | None = None
    replaced_at: datetime | None = None


def of_routines(actor: Actor, routines: Iterable[Routine]) -> dict[uuid.UUID, list[VersionLife]]:
    """The versions of each routine, oldest first, by the routine's id; staff only. Three queries."""
    access.staff_only(actor)
    running = clients_by_version(actor)
    drafts = _drafts_signed(actor)
    return {
        routine.id: [_life(version, routine.versions, running, drafts) for version in routine.versions]
        for routine in routines
    }


def clients_by_version(actor: Actor) -> dict[uuid.UUID, int]:
    """How many clients have a program of each version that has not ended; staff only. One query."""
    access.staff_only(actor)
    rows = db.session.execute(_RUNNING, {"practice_id": actor.practice_id})
    return {row[0]: row[1] for row in rows}


def _drafts_signed(actor: Actor) -> dict[uuid.UUID, tuple[int, list[Signature]]]:
    """Of each draft how many texts it has, and the names under those that have one."""
    drafts = db.session.scalars(_DRAFTS, {"practice_id": actor.practice_id}).unique().all()
    if not drafts:
        return {}
    practice = access.practice_of(actor)
    wordings = {draft.id: wordings_of(draft, practice) for draft in drafts if draft.items}
    names = signoffs.names_under(practice.id, [each for texts in wordings.values() for each in texts])
    return {
        key: (len(texts), [names[at] for each in texts if (at := (each.scope, each.digest)) in names])
        for key, texts in wordings.items()
    }


def _life(
    version: RoutineVersion,
    siblings: Sequence[RoutineVersion],
    running: Mapping[uuid.UUID, int],
    drafts: Mapping[uuid.UUID, tuple[int, list[Signature]]],
) -> VersionLife:
    newer = [each for each in siblings if each.number > version.number and each.published_at]
    texts, names = drafts.get(version.id, (0, []))
    state = version_state(version.status, is_signed=0 < texts == len(names), is_newest=not newer)
    return VersionLife(
        version=version,
        state=state,
        clients=running.get(version.id, 0),
        texts=texts,
        signed=len(names),
        last=max(names, key=lambda name: name.at, default=None),
        replaced_at=newer[0].published_at if newer else None,
    )
