"""The list of reasons as pages read it: one indexed read, however many clients there are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from clinic.domain.attention import NOT_WELL, Reason
from clinic.models import Client, OpenReason
from clinic.models.base import given, one_of, points_at
from clinic.models.whose import gone, own_clients
from clinic.services import rows

Reasons = Mapping[uuid.UUID, Sequence[Reason]]


@dataclass(frozen=True, slots=True)
class PressingClient:
    """A client who is listed."""

    id: uuid.UUID
    name: str
    born_on: date | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Pressing:
    """The clients to look after first, with all their reasons, and how many there are in all."""

    count: int
    clients: Sequence[PressingClient]
    reasons: Reasons


def pressing(practice_id: uuid.UUID, at: datetime, most: int, whose: uuid.UUID | None = None) -> Pressing:
    """The clients of a practice with reasons that show now, the most pressing first. One query.

    With a person, only those of whose reasons one is their own (`domain/staffing`).
    """
    values = {"practice_id": practice_id, "at": at, "most": most}
    query = _PRESSING if whose is None else _PRESSING_MINE
    found = rows.read(query, values if whose is None else {**values, "whose": whose})
    clients = {
        row.client_id: PressingClient(row.client_id, row.name, row.born_on, row.phone) for row in found
    }
    return Pressing(found[0].in_all if found else 0, list(clients.values()), _by_client(found, at))


def of_clients(practice_id: uuid.UUID, clients: Collection[uuid.UUID], at: datetime) -> Reasons:
    """The reasons of these clients that show now, the most pressing first. At most one query."""
    values = {"practice_id": practice_id, "clients": list(clients)}
    return _by_client(rows.read(_OF_CLIENTS, values), at) if clients else {}


def is_said_to_do_well(practice_id: uuid.UUID, client_id: uuid.UUID) -> bool:
    """Whether a page may say that a client does well: nothing of theirs waits, put off or not. One query."""
    return not rows.read(_NOT_WELL, {"practice_id": practice_id, "client_id": client_id})


def _by_client(read: Sequence[Any], at: datetime) -> dict[uuid.UUID, list[Reason]]:
    """What is yet to come is left out here: few rows, and SQLite would look for them by their time."""
    found: dict[uuid.UUID, list[Reason]] = {}
    for row in read:
        shows = (row.shows_from, row.shows_until)
        each = Reason(row.kind, row.subject_id, row.since, *shows, row.figures, row.handed_to)
        if each.shows_at(at):
            found.setdefault(row.client_id, []).append(each)
    return found


def shows(row: type[OpenReason]) -> ColumnElement[bool]:
    """Whether a row shows at the given instant `at`, of the practice `practice_id`."""
    return and_(
        row.practice_id == bindparam("practice_id"),
        row.shows_from <= bindparam("at"),
        or_(row.shows_until.is_(None), row.shows_until > bindparam("at")),
    )


def _pressing(*, mine: bool = False) -> Select[*tuple[Any, ...]]:
    """Which clients, from the index alone unless by whose they are; then their rows."""
    each = aliased(OpenReason)
    which = [shows(each)] + ([_is_own(each)] if mine else [])
    first = (
        select(each.client_id, func.min(each.place).label("place"), func.count().over().label("in_all"))
        .where(*which)
        .group_by(each.client_id)
        .order_by("place", each.client_id)
        .limit(bindparam("most"))
        .subquery("first")
    )
    return (
        _columns(Client.name, Client.born_on, Client.phone, first.c.in_all)
        .join(first, first.c.client_id == OpenReason.client_id)
        .join(Client, points_at(OpenReason.client_id, Client))
        .where(OpenReason.practice_id == bindparam("practice_id"))
        .order_by(first.c.place, Client.name, OpenReason.client_id, OpenReason.place, OpenReason.subject_id)
    )


def _is_own(each: type[OpenReason]) -> ColumnElement[bool]:
    """`domain/staffing.is_ones_own`, narrowed down to `whose`."""
    is_handed_to_nobody = or_(each.handed_to.is_(None), each.handed_to.in_(gone()))
    return or_(
        each.handed_to == bindparam("whose"), and_(is_handed_to_nobody, each.client_id.in_(own_clients()))
    )


def _columns(*more: Any) -> Select[*tuple[Any, ...]]:
    row = OpenReason
    about = (row.client_id, row.kind, row.subject_id, row.since, row.shows_from, row.shows_until)
    return select(*about, row.figures, row.handed_to, *more).select_from(row)


_NOT_WELL = (
    select(OpenReason.id)
    .where(given(OpenReason.practice_id), given(OpenReason.client_id), one_of(OpenReason.kind, NOT_WELL))
    .limit(1)
)
_PRESSING, _PRESSING_MINE = _pressing(), _pressing(mine=True)
_OF_CLIENTS = (
    _columns()
    .where(
        OpenReason.practice_id == bindparam("practice_id"),
        OpenReason.client_id.in_(bindparam("clients", expanding=True)),
    )
    .order_by(OpenReason.place, OpenReason.subject_id)
)
