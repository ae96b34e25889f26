"""In which hours of each week somebody of the practice sees clients, and which of these times are free."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from clinic.domain.appointments import LONGEST, SHORTEST, USUAL_MINUTES
from clinic.domain.booking import LOOKS_AHEAD, Busy, OpenHours, free_times, hours_problems
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.scheduling import DAY
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import BookingHours, User
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.appointments.planning import checked_room, standing_near
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction


@dataclass(frozen=True, slots=True)
class HoursDetails:
    """What somebody says once of when, how long and where they see clients."""

    weekly: Sequence[OpenHours] = ()
    minutes: int = USUAL_MINUTES
    place: str = ""
    room: str | None = None


def of_user(actor: Actor, user_id: uuid.UUID) -> HoursDetails:
    """What a colleague said, or what is usual; staff only. One query."""
    access.staff_only(actor)
    row = _row(actor, user_id)
    if row is None:
        return HoursDetails()
    weekly = [
        OpenHours(part["weekday"], time.fromisoformat(part["opens"]), time.fromisoformat(part["closes"]))
        for part in row.weekly
    ]
    return HoursDetails(weekly, row.minutes, row.place, row.room)


def save(actor: Actor, details: HoursDetails) -> None:
    """Keep the signed-in person's own; RuleBroken where hours overlap or the room is no address of one."""
    access.staff_only(actor)
    must_hold(hours_problems(details.weekly))
    if not SHORTEST <= details.minutes <= LONGEST:
        raise RuleBroken(
            say("Minutes must be from %(shortest)s to %(longest)s.", shortest=SHORTEST, longest=LONGEST),
            "minutes",
        )
    kept = checked_room(details.room)
    with transaction() as session:
        one_at_a_time(User, actor.user_id)
        row = _row(actor, actor.user_id)
        if row is None:
            row = BookingHours(practice_id=actor.practice_id, user_id=actor.user_id)
            session.add(row)
        row.weekly = [
            {
                "weekday": each.weekday,
                "opens": each.opens.isoformat("minutes"),
                "closes": each.closes.isoformat("minutes"),
            }
            for each in sorted(details.weekly)
        ]
        row.minutes, row.place, row.room = details.minutes, details.place, kept
        row.changed_at = now()
        audit.record(actor, "booking.hours_set", subject_id=actor.user_id)


def free_of(actor: Actor, user_id: uuid.UUID, held: HoursDetails) -> list[datetime]:
    """The times of somebody's hours at which they are free, for three weeks. One query."""
    at = now()
    if not held.weekly:
        return []
    near = standing_near(actor.practice_id, [user_id], at, at + LOOKS_AHEAD + DAY)
    busy = [Busy(row.starts_at, row.minutes) for row in db.session.scalars(near)]
    return free_times(held.weekly, access.practice_of(actor).time_zone, held.minutes, busy, at)


def _row(actor: Actor, user_id: uuid.UUID) -> BookingHours | None:
    query = select(BookingHours).where(
        BookingHours.practice_id == actor.practice_id, BookingHours.user_id == user_id
    )
    return db.session.scalars(query).one_or_none()
