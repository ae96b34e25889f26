"""Days on which a client gets no mail yet: one a day, and a check-in keeps its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select

from clinic.domain.programs import RUNNING
from clinic.domain.scheduling import DAY, load_zone, local_date, local_to_utc, waking_hours
from clinic.domain.sending import day_key, next_waking
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, OutboxMessage, Practice, Program
from clinic.models.base import among, given, points_at
from clinic.services.clock import now

LOOK_AHEAD = 7  # days in which a mail finds a day of its own
_MAILED = select(OutboxMessage.day_key).where(
    given(OutboxMessage.practice_id), among(OutboxMessage.day_key, "days")
)
_PLANNED = (
    select(CheckinSchedule.next_on)
    .join(Program, points_at(CheckinSchedule.program_id, Program))
    .where(
        given(Program.practice_id),
        given(Program.client_id),
        Program.status.in_(RUNNING),
        CheckinSchedule.next_on.is_not(None),
    )
)


def free_days(client: Client, practice: Practice) -> Iterator[tuple[date, datetime]]:
    """The days of the coming week without a mail, each with the time the client is awake from."""
    zone = load_zone(client.time_zone)
    hours = waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)
    begins = next_waking(hours, zone, now())
    first = local_date(begins, zone)
    taken = _taken_days(client, first)
    for day in (first + step * DAY for step in range(LOOK_AHEAD)):
        if day not in taken:
            yield day, begins if day == first else local_to_utc(day, hours.opens, zone)


def _taken_days(client: Client, first: date) -> set[date]:
    days = {day_key(client.id, first + step * DAY): first + step * DAY for step in range(LOOK_AHEAD)}
    whose = {"practice_id": client.practice_id}
    mailed = db.session.scalars(_MAILED, {**whose, "days": list(days)})
    planned = db.session.scalars(_PLANNED, {**whose, "client_id": client.id})
    return {days[key] for key in mailed if key} | {day for day in planned if day}
