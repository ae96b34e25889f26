"""The programs of a client that go on: what runs already is asked before another one begins."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.types import ProgramStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, Program, RoutineVersion
from clinic.models.base import given, points_at
from clinic.services.clock import today_in

_GOING_ON = (
    select(Program, RoutineVersion.routine_id)
    .join(RoutineVersion, points_at(Program.routine_version_id, RoutineVersion))
    .where(given(Program.practice_id), given(Program.client_id), Program.status != ProgramStatus.ENDED)
    .order_by(Program.assigned_at, Program.id)
)
_WITH_MOVES = _GOING_ON.options(joinedload(Program.prescriptions))


def of_client(client: Client) -> Sequence[tuple[Program, uuid.UUID]]:
    """Each program of a client that has not ended, the earliest first, with its routine. One query."""
    return _going_on(client, _GOING_ON)


def with_moves(client: Client) -> Sequence[tuple[Program, uuid.UUID]]:
    """The same, with the moves of each. One query."""
    return _going_on(client, _WITH_MOVES)


def _going_on(client: Client, query: Select[Program, uuid.UUID]) -> Sequence[tuple[Program, uuid.UUID]]:
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    today = today_in(client.time_zone)
    rows = db.session.execute(query, whose).unique().all()
    return [(row[0], row[1]) for row in rows if row[0].on(today) is not ProgramStatus.ENDED]


def refuse_twice(practice_id: uuid.UUID, client: Client, version_id: uuid.UUID) -> None:
    """RuleBroken if the version's routine runs for a client already, in whatever version.

    Within a transaction that holds the client: of two tabs the second sees what the first made.
    """
    must_hold(twice(practice_id, client, version_id))


def twice(practice_id: uuid.UUID, client: Client, version_id: uuid.UUID) -> Iterator[RuleBroken]:
    """That the version's routine runs for a client already. Two queries."""
    routine_id = db.session.scalar(
        select(RoutineVersion.routine_id).where(
            RoutineVersion.practice_id == practice_id, RoutineVersion.id == version_id
        )
    )
    for program, its_routine in of_client(client):
        if its_routine == routine_id:
            yield RuleBroken(
                say(
                    "%(name)s runs already. Extend it or correct its doses, or end it first.",
                    name=program.name,
                ),
                "running",
            )
            return
