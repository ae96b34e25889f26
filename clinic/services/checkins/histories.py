"""Every change of a check-in, with its time and reason."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clinic.extensions import db
from clinic.mail.addresses import AddressRefused, parse_address
from clinic.models import Checkin, CheckinEvent, Client
from clinic.models.base import among, given

_CHANGES = (
    select(CheckinEvent)
    .where(given(CheckinEvent.practice_id), among(CheckinEvent.checkin_id, "checkins"))
    .order_by(CheckinEvent.happened_at)
)


def of(practice_id: uuid.UUID, checkins: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[CheckinEvent]]:
    """The changes of several check-ins of a practice, oldest first. One query."""
    which = {"practice_id": practice_id, "checkins": list(checkins)}
    found: dict[uuid.UUID, list[CheckinEvent]] = defaultdict(list)
    for event in db.session.scalars(_CHANGES, which):
        found[event.checkin_id].append(event)
    return found


@dataclass(frozen=True, slots=True)
class History:
    """A check-in with its changes, oldest first."""

    checkin: Checkin
    changes: Sequence[CheckinEvent]


def known_as(who: str) -> Sequence[Client]:
    """Clients of any practice with this id or address; for the command line."""
    try:
        which = Client.id == uuid.UUID(who)
    except ValueError:
        try:
            which = Client.email_key == parse_address(who, smtputf8=True).key
        except AddressRefused:
            return ()
    return db.session.scalars(select(Client).where(which).order_by(Client.created_at)).all()


def of_client(client: Client, most: int) -> list[History]:
    """A client's newest check-ins, newest first, each with every change. Two queries."""
    query = (
        select(Checkin)
        .where(Checkin.practice_id == client.practice_id, Checkin.client_id == client.id)
        .order_by(Checkin.local_date.desc(), Checkin.due_at.desc())
        .limit(most)
    )
    checkins = db.session.scalars(query).all()
    changes = of(client.practice_id, [checkin.id for checkin in checkins])
    return [History(checkin, changes.get(checkin.id, ())) for checkin in checkins]
