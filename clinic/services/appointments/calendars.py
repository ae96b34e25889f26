"""Somebody's appointments for their own calendar, at a secret address that can be revoked (RFC 5545)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from clinic.domain.access import is_staff
from clinic.domain.appointments import STAYS, AppointmentState, initials
from clinic.domain.errors import NotFound
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Appointment, CalendarAddress, Client, Practice, User
from clinic.services import access, audit, links, practice_reminders
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.speaking import spoken_here
from clinic.services.transaction import one_at_a_time, transaction

if TYPE_CHECKING:
    from icalendar import Event

MOST = 500  # appointments in a calendar
ASK_AGAIN = timedelta(hours=1)
SET_ASIDE = timedelta(minutes=15)  # for practice
REMINDED = say("A few minutes for me")
NAMED_BY = "-//Regroove//Appointments//EN"


def of_own(actor: Actor) -> CalendarAddress | None:
    """The signed-in person's address that works, if they have one."""
    newest = _own(actor).order_by(CalendarAddress.made_at.desc()).limit(1)
    return db.session.scalars(newest).one_or_none()


def make(actor: Actor) -> str:
    """A new address for the signed-in person; the one before works no more. Its secret is returned once."""
    secret = secrets.token_urlsafe(links.SECRET_BYTES)
    with transaction() as session:
        one_at_a_time(User, actor.user_id)
        _revoke(actor)
        session.add(
            CalendarAddress(
                practice_id=actor.practice_id,
                user_id=actor.user_id,
                secret_hash=links.digest(secret),
                made_at=now(),
            )
        )
        audit.record(actor, "calendar.made", client_id=actor.client_id, subject_id=actor.user_id)
    return secret


def revoke(actor: Actor) -> bool:
    """End the signed-in person's address; False where there was none."""
    with transaction():
        found = _revoke(actor)
        if found:
            audit.record(actor, "calendar.revoked", client_id=actor.client_id, subject_id=actor.user_id)
    return found


def read(secret: str) -> bytes:
    """The calendar behind a secret; NotFound where it does not work, or its owner's account is closed."""
    query = select(CalendarAddress).where(
        CalendarAddress.secret_hash == links.digest(secret), CalendarAddress.revoked_at.is_(None)
    )
    with across_practices("whose calendar this is") as across:
        found = db.session.scalars(query).one_or_none()
        if found is None:
            raise NotFound
        across.found(found.practice_id)
    user = db.session.get_one(User, found.user_id)
    if not user.is_open:
        raise NotFound
    _note_read(found)
    return _calendar(user)


def one(actor: Actor, appointment_id: uuid.UUID) -> bytes:
    """One appointment as a file for a calendar; of a client's, one of their own."""
    row = access.appointment_for(actor, appointment_id, joinedload(Appointment.client))
    practice = access.practice_of(actor)
    return _made(practice.name, [_event(row, practice, for_staff=actor.is_staff)])


def for_mail(
    row: Appointment, practice: Practice, organizer: str, attendee: str, *, for_staff: bool, stands: bool
) -> bytes:
    """An appointment as the file that goes with a mail: put in, moved or taken out (RFC 5546)."""
    event = _event(row, practice, for_staff=for_staff)
    event["STATUS"] = "CONFIRMED" if stands else "CANCELLED"
    event.add("organizer", f"mailto:{organizer}", parameters={"CN": practice.name})
    asked = {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE", "ROLE": "REQ-PARTICIPANT"}
    event.add("attendee", f"mailto:{attendee}", parameters=asked)
    return _made(practice.name, [event], method(stands=stands))


def method(*, stands: bool) -> str:
    """What a calendar is asked to do with an appointment that stands, or does no longer."""
    return "REQUEST" if stands else "CANCEL"


def _own(actor: Actor) -> Select[CalendarAddress]:
    return select(CalendarAddress).where(
        CalendarAddress.practice_id == actor.practice_id,
        CalendarAddress.user_id == actor.user_id,
        CalendarAddress.revoked_at.is_(None),
    )


def _revoke(actor: Actor) -> bool:
    found = db.session.scalars(_own(actor)).all()
    for row in found:
        row.revoked_at = now()
    return bool(found)


def _note_read(found: CalendarAddress) -> None:
    at = now()
    if found.read_at is None or at - found.read_at >= ASK_AGAIN:
        with transaction():
            db.session.execute(
                update(CalendarAddress)
                .where(CalendarAddress.practice_id == found.practice_id, CalendarAddress.id == found.id)
                .values(read_at=at)
            )


def _calendar(user: User) -> bytes:
    practice = db.session.get_one(Practice, user.practice_id)
    theirs = Appointment.with_id == user.id
    if not is_staff(user.role):
        own = select(Client.id).where(Client.practice_id == user.practice_id, Client.user_id == user.id)
        theirs = Appointment.client_id.in_(own)
    query = (
        select(Appointment)
        .where(Appointment.practice_id == user.practice_id, theirs, Appointment.starts_at >= now() - STAYS)
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(MOST)
        .options(joinedload(Appointment.client))
    )
    rows = db.session.scalars(query)
    events = [_event(row, practice, for_staff=is_staff(user.role)) for row in rows]
    reminders = [_reminder(user, at) for at in practice_reminders.for_calendar(user)]
    return _made(practice.name, [*events, *reminders])


def _made(name: str, events: Iterable[Event], method: str | None = None) -> bytes:
    from icalendar import Calendar  # starting.LATE says why here

    calendar = Calendar()
    calendar.add("prodid", NAMED_BY)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    else:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(row: Appointment, practice: Practice, *, for_staff: bool) -> Event:
    """No word of health, and of a client no more than initials: calendars are kept by others."""
    from icalendar import Event

    event, starts_at, spoken = Event(), row.starts_at, spoken_here().spoken
    event.add("uid", f"{row.id}@{_host()}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at)
    event.add("last-modified", row.changed_at)
    event.add("dtstart", _exact(starts_at))
    event.add("dtend", _exact(starts_at + timedelta(minutes=row.minutes)))
    event.add("status", "CANCELLED" if row.state is AppointmentState.CANCELLED else "CONFIRMED")
    event.add("class", "PRIVATE")
    if where := row.link or row.place:
        event.add("location", where)
    if for_staff:
        event.add("summary", spoken(say("Appointment: %(initials)s", initials=initials(row.client.name))))
        event.add("url", links.address("practitioner.appointments.index", client_id=row.client_id))
    else:
        event.add("summary", spoken(say("Appointment at %(practice)s", practice=practice.name)))
        event.add("description", f"{practice.name}, {practice.phone}" if practice.phone else practice.name)
    return event


def _reminder(user: User, at: datetime) -> Event:
    """A short time of one's own, that rings; a day has one at most, so the day names it."""
    from icalendar import Alarm, Event

    event, alarm = Event(), Alarm()
    event.add("uid", f"practise-{user.id}-{at:%Y%m%d}@{_host()}")
    event.add("dtstamp", _exact(now()))
    event.add("dtstart", _exact(at))
    event.add("dtend", _exact(at + SET_ASIDE))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("summary", spoken_here().spoken(REMINDED))
    event.add("url", links.address("client.today.index"))
    alarm.add("action", "DISPLAY")
    alarm.add("description", spoken_here().spoken(REMINDED))
    alarm.add("trigger", timedelta())
    event.add_component(alarm)
    return event


def _exact(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _host() -> str:
    return urlsplit(current_app.config["SETTINGS"].base_url).hostname or "regroove"
