"""Time spent on a client between visits: noted, corrected, removed, brought back; and thirty days of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import and_, bindparam, distinct, func, select
from sqlalchemy.orm import joinedload

from clinic.domain import staff_time as rules
from clinic.domain.errors import Conflict, must_hold
from clinic.domain.staff_time import StaffTimeKind, TimePeriod, TimeTotal
from clinic.extensions import db
from clinic.models import Client, PracticeLog, StaffTime
from clinic.models.base import given, points_at
from clinic.services import access, audit, once, removal
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import transaction

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class TimeDetails:
    """What is written down of some time."""

    day: date
    minutes: int
    kind: StaffTimeKind
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ClientTime:
    """A client, and what a period comes to for them."""

    client: Client
    total: TimeTotal


_IN_PERIOD = StaffTime.day.between(bindparam("first"), bindparam("last"))
_COUNTS = StaffTime.removed_at.is_(None)
_LIVE = StaffTime.kind == StaffTimeKind.LIVE
_SPENT = (func.coalesce(func.sum(StaffTime.minutes), 0), func.count().filter(_LIVE))
_LOGGED = func.count(distinct(PracticeLog.local_date))
_LOGGED_THEN = PracticeLog.local_date.between(bindparam("first"), bindparam("last"))
_OF_CLIENT = (
    select(StaffTime)
    .where(given(StaffTime.practice_id), given(StaffTime.client_id))
    .order_by(StaffTime.day.desc(), StaffTime.created_at.desc(), StaffTime.id)
    .limit(MOST_LISTED)
    .options(joinedload(StaffTime.user))
)
_TOTAL = select(
    select(_SPENT[0])
    .where(given(StaffTime.practice_id), given(StaffTime.client_id), _IN_PERIOD, _COUNTS)
    .scalar_subquery(),
    select(_SPENT[1])
    .select_from(StaffTime)
    .where(given(StaffTime.practice_id), given(StaffTime.client_id), _IN_PERIOD, _COUNTS)
    .scalar_subquery(),
    select(_LOGGED)
    .where(given(PracticeLog.practice_id), given(PracticeLog.client_id), _LOGGED_THEN)
    .scalar_subquery(),
)
_LOGGED_OF_CLIENT = (
    select(_LOGGED)
    .where(PracticeLog.practice_id == Client.practice_id, PracticeLog.client_id == Client.id, _LOGGED_THEN)
    .correlate(Client)
    .scalar_subquery()
)
_BY_CLIENT = (
    select(Client, *_SPENT, _LOGGED_OF_CLIENT)
    .join(StaffTime, and_(points_at(StaffTime.client_id, Client), _COUNTS, _IN_PERIOD))
    .where(given(Client.practice_id))
    .group_by(Client.id)
    .order_by(Client.sort_key, Client.id)
)
_WITH_CLIENT = joinedload(StaffTime.client)


def of_client(actor: Actor, client_id: uuid.UUID) -> Sequence[StaffTime]:
    """What is written down of a client, removed ones too, the newest day first; staff only."""
    access.staff_only(actor)
    return db.session.scalars(_OF_CLIENT, {"practice_id": actor.practice_id, "client_id": client_id}).all()


def total(actor: Actor, client_id: uuid.UUID, period: TimePeriod) -> TimeTotal:
    """What a period comes to for a client; staff only. One query."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    return TimeTotal(*db.session.execute(_TOTAL, whose | _ends(period)).one())


def by_client(actor: Actor, period: TimePeriod) -> Sequence[ClientTime]:
    """Each client for whom time was noted in a period, by name; staff only. One query."""
    access.staff_only(actor)
    found = db.session.execute(_BY_CLIENT, {"practice_id": actor.practice_id} | _ends(period))
    return [ClientTime(client, TimeTotal(*counted)) for client, *counted in found]


def whole(actor: Actor, staff_time_id: uuid.UUID) -> StaffTime:
    """One entry, with the client: one query."""
    return access.staff_time_for(actor, staff_time_id, _WITH_CLIENT)


def add(actor: Actor, client_id: uuid.UUID, key: str, details: TimeDetails) -> StaffTime:
    """Note time of the actor's own; `key` names the form, so that two presses note it once."""
    with transaction():
        client = access.client_for(actor, client_id)
        _must_hold(actor, details)
        made = StaffTime(
            id=once.id_of(StaffTime, actor.practice_id, key, client.id, details.day.isoformat()),
            practice_id=actor.practice_id,
            client_id=client.id,
            user_id=actor.user_id,
            created_at=now(),
            **asdict(details),
        )
        entry, is_new = once.add(made)
        if is_new:
            _tell(actor, entry, "noted")
    return entry


def correct(actor: Actor, staff_time_id: uuid.UUID, version: int, details: TimeDetails) -> StaffTime:
    """Write new details over the version that was seen; Conflict if somebody else saved first."""
    with transaction() as session:
        entry = access.staff_time_for(actor, staff_time_id)
        if entry.version != version:
            raise Conflict
        _must_hold(actor, details)
        for name, value in asdict(details).items():
            setattr(entry, name, value)
        if not session.is_modified(entry):
            return entry
        _tell(actor, entry, "corrected")
    return entry


def remove(actor: Actor, staff_time_id: uuid.UUID) -> StaffTime:
    """Count an entry no more; it can be brought back."""
    with transaction():
        entry = access.staff_time_for(actor, staff_time_id)
        if removal.remove(entry, now()):
            _tell(actor, entry, "removed")
    return entry


def bring_back(actor: Actor, staff_time_id: uuid.UUID) -> StaffTime:
    """Count an entry again that was removed."""
    with transaction():
        entry = access.staff_time_for(actor, staff_time_id)
        if removal.bring_back(entry):
            _tell(actor, entry, "brought_back")
    return entry


def _must_hold(actor: Actor, details: TimeDetails) -> None:
    today = today_in(access.practice_of(actor).time_zone)
    must_hold(rules.problems(details.day, details.minutes, today))


def _ends(period: TimePeriod) -> dict[str, date]:
    return {"first": period.first, "last": period.last}


def _tell(actor: Actor, entry: StaffTime, verb: str) -> None:
    about = {"client_id": entry.client_id, "subject_id": entry.id}
    audit.record(actor, f"staff_time.{verb}", minutes=entry.minutes, day=entry.day.isoformat(), **about)
