"""Word of appointments by mail: what was settled, moved or called off, and reminders before they begin.

Each of the two gets a file for the calendar with it; the newest state is what a mail says when it goes out.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from clinic.domain.appointments import AppointmentState
from clinic.domain.booking import AN_HOUR, Reminder, reminders_due
from clinic.domain.types import MailKind
from clinic.extensions import db, for_writing
from clinic.models import Appointment, Client, OutboxMessage, Practice
from clinic.models.base import points_at
from clinic.services.actors import Actor
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import one_at_a_time, release, transaction

FURTHEST_AHEAD = timedelta(days=3)  # no reminder goes out earlier, wherever somebody lives


@dataclass(frozen=True, slots=True)
class _OneOfTheTwo:
    """One of the two: the client, or whoever of the practice it is with."""

    client_id: uuid.UUID | None = None
    user_id: uuid.UUID | None = None

    @property
    def key(self) -> str:
        """Whose mail it is, for the name of an event."""
        whose = self.client_id or self.user_id
        assert whose is not None
        return whose.hex


def tell(actor: Actor, row: Appointment, *, no_longer_with: uuid.UUID | None = None) -> None:
    """Promise word of what stands now, within the caller's transaction; what waits of before is called back.

    The client hears of it, and whoever it is with or was with, unless they did it themselves.
    """
    about = and_(
        OutboxMessage.appointment_id == row.id,
        OutboxMessage.kind.in_((MailKind.APPOINTMENT, MailKind.APPOINTMENT_REMINDER)),
    )
    outbox.cancel(row.practice_id, about, "a newer word of it goes out")
    readers = [_OneOfTheTwo(client_id=row.client_id)]
    staff = {row.with_id, no_longer_with} - {None, actor.user_id}
    readers += [_OneOfTheTwo(user_id=user_id) for user_id in staff]
    for reader in readers:
        outbox.promise(
            row.practice_id,
            MailKind.APPOINTMENT,
            f"appointment:{row.id.hex}:{row.sequence}:{reader.key}",
            client_id=reader.client_id,
            user_id=reader.user_id,
            appointment_id=row.id,
            not_after=row.starts_at,
        )


@across_practices("reminders of appointments")
def remind(at: datetime) -> int:
    """Promise the reminders whose time has come, each once; returns how many. A zone counts as it is now."""
    with for_writing(False):
        waiting = [each for soon in _soon(at) for each in _due(soon, at)]
        done = _promised({each.appointment_id for each in waiting})
        release()
    return sum(_promise(each, at) for each in waiting if each.key not in done)


@dataclass(frozen=True, slots=True)
class _Reminder:
    """One reminder to one of the two."""

    practice_id: uuid.UUID
    appointment_id: uuid.UUID
    starts_at: datetime
    reminder: Reminder
    reader: _OneOfTheTwo

    @property
    def key(self) -> str:
        """Of this reminder of this time: one that is moved is reminded of anew."""
        event = f"reminder:{self.appointment_id.hex}:{int(self.starts_at.timestamp())}"
        return f"{event}:{self.reminder}:{self.reader.key}"

    @property
    def not_after(self) -> datetime:
        """An hour before it begins the other reminder goes out; afterwards none does."""
        return self.starts_at - (AN_HOUR if self.reminder is Reminder.DAY else timedelta())


def _soon(at: datetime) -> Sequence[Any]:
    query = (
        select(
            *(Appointment.practice_id, Appointment.id, Appointment.starts_at, Appointment.changed_at),
            *(Appointment.client_id, Appointment.with_id),
            Client.time_zone,
            Practice.time_zone.label("practice_zone"),
        )
        .join(Client, points_at(Appointment.client_id, Client))
        .join(Practice, Practice.id == Appointment.practice_id)
        .where(
            Appointment.starts_at > at,
            Appointment.starts_at < at + FURTHEST_AHEAD,
            Appointment.state == AppointmentState.PLANNED,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return db.session.execute(query).all()


def _due(soon: Any, at: datetime) -> Iterator[_Reminder]:
    about = (soon.practice_id, soon.id, soon.starts_at)
    of_client, of_staff = _OneOfTheTwo(client_id=soon.client_id), _OneOfTheTwo(user_id=soon.with_id)
    for reader, zone in ((of_client, soon.time_zone), (of_staff, soon.practice_zone)):
        for reminder in reminders_due(soon.starts_at, soon.changed_at, zone, at):
            yield _Reminder(*about, reminder, reader)


def _promised(appointments: Collection[uuid.UUID]) -> set[str]:
    query = select(OutboxMessage.dedupe_key).where(
        OutboxMessage.appointment_id.in_(appointments), OutboxMessage.kind == MailKind.APPOINTMENT_REMINDER
    )
    return set(db.session.scalars(query))


def _promise(each: _Reminder, at: datetime) -> bool:
    with transaction():
        # held, so that another worker's pass waits, and what was moved meanwhile is seen
        one_at_a_time(Appointment, each.appointment_id)
        row = db.session.get(Appointment, each.appointment_id, populate_existing=True)
        if row is None or row.state is not AppointmentState.PLANNED or row.starts_at != each.starts_at:
            return False
        made = outbox.promise(
            *(each.practice_id, MailKind.APPOINTMENT_REMINDER, each.key),
            client_id=each.reader.client_id,
            user_id=each.reader.user_id,
            appointment_id=each.appointment_id,
            due_at=at,
            not_after=each.not_after,
        )
    return made is not None
