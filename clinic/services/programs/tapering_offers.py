"""The rows of offers: one open for a program at a time, decided once, taken back when it holds no longer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, bindparam, exists, func, select, update

from clinic.domain.attention import NOT_WELL
from clinic.domain.tapering import OfferDecision, TaperingStep
from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import Client, OpenReason, Program, TaperingOffer, has_open_flag
from clinic.models.base import given, one_of, points_at
from clinic.models.whose import is_own
from clinic.services import bulk, rows

IS_OPEN = TaperingOffer.decided_at.is_(None)
# May it be shown and taken: joined with its client and its program.
HOLDS = (
    IS_OPEN,
    Client.is_active,
    Program.status == ProgramStatus.ACTIVE,
    ~has_open_flag(TaperingOffer.practice_id, TaperingOffer.client_id),
    ~exists().where(
        OpenReason.practice_id == TaperingOffer.practice_id,
        OpenReason.client_id == TaperingOffer.client_id,
        one_of(OpenReason.kind, NOT_WELL),
    ),
)
_OPEN = (
    select(TaperingOffer.id, TaperingOffer.client_id, TaperingOffer.program_id, TaperingOffer.step)
    .add_columns(TaperingOffer.numbers, Client.name, Client.born_on, Program.name)
    .join(Client, points_at(TaperingOffer.client_id, Client))
    .join(Program, points_at(TaperingOffer.program_id, Program))
    .where(given(TaperingOffer.practice_id), *HOLDS)
    .order_by(TaperingOffer.offered_at, TaperingOffer.id)
    .limit(bindparam("most"))
)
_OPEN_FOR = _OPEN.where(given(TaperingOffer.client_id))
_OPEN_OWN = _OPEN.where(is_own())


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An open offer with whose it is."""

    id: uuid.UUID
    client_id: uuid.UUID
    program_id: uuid.UUID
    step: TaperingStep
    numbers: dict[str, Any]
    name: str
    born_on: date | None
    program_name: str


def add(program: Program, step: TaperingStep, numbers: dict[str, Any], at: datetime) -> uuid.UUID | None:
    """The new offer's id; None where another look was first. Within the caller's transaction."""
    row = {
        "id": uuid.uuid4(),
        "practice_id": program.practice_id,
        "client_id": program.client_id,
        "program_id": program.id,
        "step": step,
        "numbers": numbers,
        "offered_at": at,
    }
    made = bulk.insert_into(TaperingOffer).values(row).on_conflict_do_nothing().returning(TaperingOffer.id)
    return db.session.scalars(made).one_or_none()


def decide(offer: TaperingOffer, decision: OfferDecision, user_id: uuid.UUID, at: datetime) -> bool:
    """Whether the decision is ours to act on: of two presses the second finds it made."""
    decided = db.session.execute(
        update(TaperingOffer)
        .where(TaperingOffer.practice_id == offer.practice_id, TaperingOffer.id == offer.id, IS_OPEN)
        .values(decided_at=at, decided_by=user_id, decision=decision)
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(decided, CursorResult)
    return decided.rowcount == 1


def withdraw(program: Program, at: datetime) -> None:
    """Take back a program's open offer, if it has one, within the caller's transaction."""
    db.session.execute(
        update(TaperingOffer)
        .where(
            TaperingOffer.practice_id == program.practice_id, TaperingOffer.program_id == program.id, IS_OPEN
        )
        .values(decided_at=at, decision=OfferDecision.WITHDRAWN)
        .execution_options(synchronize_session="fetch")
    )


def open_steps(programs: Iterable[uuid.UUID]) -> dict[uuid.UUID, TaperingStep]:
    """What is offered now, by program."""
    query = select(TaperingOffer.program_id, TaperingOffer.step).where(
        TaperingOffer.program_id.in_(programs), IS_OPEN
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def put_off(programs: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When "not now" was last said, by program."""
    query = (
        select(TaperingOffer.program_id, func.max(TaperingOffer.decided_at))
        .where(TaperingOffer.program_id.in_(programs), TaperingOffer.decision == OfferDecision.NOT_NOW)
        .group_by(TaperingOffer.program_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query) if row[1] is not None}


def open_ones(
    practice_id: uuid.UUID,
    client_id: uuid.UUID | None = None,
    *,
    whose: uuid.UUID | None = None,
    most: int,
) -> Sequence[OpenOffer]:
    """Open offers of a practice, of one client of it or of those that are `whose`, oldest first.

    None while the client is archived, has a warning sign, or said something that waits for somebody.
    """
    wanted = {"practice_id": practice_id, "most": most}
    if client_id is not None:
        found = rows.read(_OPEN_FOR, {**wanted, "client_id": client_id})
    elif whose is not None:
        found = rows.read(_OPEN_OWN, {**wanted, "whose": whose})
    else:
        found = rows.read(_OPEN, wanted)
    return [OpenOffer(*row) for row in found]
