"""Clients ask for a session, are offered times and take one; both sides hear of each step."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import joinedload

from clinic.domain.appointments import LONGEST, MOST_PLANNED, begins, clash, is_to_come, problems
from clinic.domain.booking import (
    BookingState,
    BookingWay,
    offers_problems,
    take_problems,
)
from clinic.domain.errors import Conflict, RuleBroken, must_hold
from clinic.domain.scheduling import load_zone
from clinic.domain.staffing import here_problems
from clinic.domain.types import MailKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Appointment, BookingOffer, BookingRequest, Client, Practice, User
from clinic.models.base import UtcDateTime, given
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.appointments import closing, planning, telling
from clinic.services.appointments.planning import AppointmentDetails
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import one_at_a_time, transaction

MOST_LISTED = 200
WITH_APPOINTMENT = joinedload(BookingRequest.appointment)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for: where, why and which times suit; `moves` is their appointment to be moved."""

    way: BookingWay
    reason: str
    suits: str
    moves: uuid.UUID | None = None


_NEWEST = (
    select(BookingRequest)
    .where(given(BookingRequest.practice_id), given(BookingRequest.client_id))
    .order_by(BookingRequest.asked_at.desc(), BookingRequest.id)
    .limit(1)
    .options(WITH_APPOINTMENT)
)
_OFFERED = (
    select(BookingOffer)
    .where(
        given(BookingOffer.practice_id),
        given(BookingOffer.request_id),
        BookingOffer.withdrawn_at.is_(None),
        BookingOffer.starts_at > bindparam("at", type_=UtcDateTime()),
    )
    .order_by(BookingOffer.starts_at, BookingOffer.id)
    .options(joinedload(BookingOffer.with_whom))
)
_WAITING = (
    select(BookingRequest)
    .where(given(BookingRequest.practice_id), BookingRequest.is_open)
    .order_by(BookingRequest.state, BookingRequest.asked_at, BookingRequest.id)
    .limit(MOST_LISTED)
    .options(joinedload(BookingRequest.client), WITH_APPOINTMENT)
)


def of_client(client: Client) -> BookingRequest | None:
    """A client's newest wish, open or not; None where they never asked. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return db.session.scalars(_NEWEST, whose).one_or_none()


def offered(request: BookingRequest) -> Sequence[BookingOffer]:
    """The times that are offered for a wish and still to come, the earliest first. One query."""
    asked = {"practice_id": request.practice_id, "request_id": request.id, "at": now()}
    return db.session.scalars(_OFFERED, asked).all()


def open_ones(actor: Actor) -> Sequence[BookingRequest]:
    """All open wishes of the practice, those without an answer first, the oldest of each first. One query."""
    access.staff_only(actor)
    return db.session.scalars(_WAITING, {"practice_id": actor.practice_id}).all()


def ask(actor: Actor, wish: Wish) -> BookingRequest:
    """Ask for a session, or for another time; where a wish is open already, this one takes its place.

    A client's own act. Sent twice it is one. RuleBroken where what is to be moved is not to come any more.
    """
    client = access.own_client(actor)
    with transaction() as session:
        one_at_a_time(Client, client.id)
        _refuse_archived(client)
        if wish.moves is not None and _to_be_moved(access.appointment_for(actor, wish.moves)) is None:
            raise RuleBroken(say("This appointment is not to come any more. Ask for a new session."))
        row = _open_of(client)
        if row is not None and row.state is BookingState.ASKED and _wish_of(row) == wish:
            return row
        if row is None:
            row = BookingRequest(id=uuid.uuid4(), practice_id=client.practice_id, client_id=client.id)
            row.asked_at = now()
        else:
            closing.withdraw_offers(row)
        row.way, row.reason, row.suits, row.appointment_id = wish.way, wish.reason, wish.suits, wish.moves
        row.state, row.words = BookingState.ASKED, None
        session.add(row)
        db.session.flush()
        audit.record(actor, "booking.asked", client_id=client.id, subject_id=row.id, way=wish.way.value)
        _call(client, row)
        closing.count_open(client.practice_id)
    return row


def withdraw(actor: Actor, request_id: uuid.UUID) -> None:
    """Take one's wish back; a second press changes nothing. A client's own act."""
    with transaction():
        row = access.booking_request_for(actor, request_id)
        if row.is_open:
            closing.close(row, BookingState.WITHDRAWN)
            audit.record(actor, "booking.withdrawn", client_id=row.client_id, subject_id=row.id)


def decline(actor: Actor, request_id: uuid.UUID, words: str, version: int) -> None:
    """Answer a wish in words alone, and close it. Staff only."""
    with transaction():
        row = _to_answer(actor, request_id, version)
        row.words = words
        _answered(actor, row)
        closing.close(row, BookingState.DECLINED)
        audit.record(actor, "booking.declined", client_id=row.client_id, subject_id=row.id)
        _tell_client(row)


def offer(
    actor: Actor, request_id: uuid.UUID, times: Sequence[AppointmentDetails], words: str | None, version: int
) -> None:
    """Offer up to three times for a wish; those offered before end. Nobody's time is taken yet. Staff only.

    Raises RuleBroken for a time that cannot be or is somebody's, Conflict where the wish has changed since.
    """
    with transaction() as session:
        row = _to_answer(actor, request_id, version)
        practice = access.practice_of(actor)
        starts = [begins(each.day, each.at_time, practice.time_zone) for each in times]
        must_hold(offers_problems(starts))
        closing.withdraw_offers(row)
        for details, starts_at in zip(times, starts, strict=True):
            session.add(_offer(actor, practice, row, details, starts_at))
        row.state, row.words = BookingState.OFFERED, words
        _answered(actor, row)
        db.session.flush()
        audit.record(
            *(actor, "booking.offered"),
            client_id=row.client_id,
            subject_id=row.id,
            at=[at.isoformat(timespec="minutes") for at in starts],
        )
        _tell_client(row)
        closing.count_open(row.practice_id)


def take(actor: Actor, offer_id: uuid.UUID) -> Appointment:
    """Take an offered time, unless it passed or somebody took it meanwhile: an appointment is made, or moved.

    A client's own act; pressed twice it is one appointment.
    """
    with transaction() as session:
        offer = access.booking_offer_for(actor, offer_id)
        one_at_a_time(BookingRequest, offer.request_id)
        request = db.session.get_one(BookingRequest, offer.request_id, populate_existing=True)
        if request.state is BookingState.TAKEN and request.appointment_id is not None:
            made = access.appointment_for(actor, request.appointment_id)
            if (made.starts_at, made.with_id) == (offer.starts_at, offer.with_id):
                return made
        client = access.own_client(actor)
        _refuse_archived(client)
        one_at_a_time(User, offer.with_id)
        moved = _to_be_moved(_held(request.appointment_id))
        must_hold(
            take_problems(
                request.state,
                offer.starts_at,
                now(),
                withdrawn=offer.withdrawn_at is not None or not _is_open(offer.with_id),
                taken=_is_taken(offer, moved),
            )
        )
        was_with = moved.with_id if moved else None
        before = moved.starts_at.isoformat(timespec="minutes") if moved else None
        row = _at_time_of(offer, moved or _new(actor, client))
        planning.take_time(row, access.practice_of(actor))
        session.add(row)
        db.session.flush()
        request.appointment_id = row.id
        closing.close(request, BookingState.TAKEN)
        audit.record(
            *(actor, "booking.taken"),
            client_id=row.client_id,
            subject_id=row.id,
            at=row.starts_at.isoformat(timespec="minutes"),
            before=before,
        )
        telling.tell(actor, row, no_longer_with=was_with)
    return row


def taken_among(offers: Sequence[BookingOffer], but_for: uuid.UUID | None = None) -> set[uuid.UUID]:
    """Those of some offers whose time somebody has by now, the appointment `but_for` apart. One query."""
    if not offers:
        return set()
    starts = [each.starts_at for each in offers]
    people, last = {each.with_id for each in offers}, max(starts) + timedelta(minutes=LONGEST)
    near = db.session.scalars(planning.standing_near(offers[0].practice_id, people, min(starts), last)).all()
    return {
        each.id
        for each in offers
        for row in near
        if row.id != but_for
        and row.with_id == each.with_id
        and clash(each.starts_at, each.minutes, row.starts_at, row.minutes)
    }


def moved_by(row: BookingRequest | None) -> uuid.UUID | None:
    """Which appointment an open wish is to move, if one."""
    return row.appointment_id if row is not None and row.is_open else None


def _wish_of(row: BookingRequest) -> Wish:
    return Wish(row.way, row.reason, row.suits, row.appointment_id)


def _open_of(client: Client) -> BookingRequest | None:
    query = select(BookingRequest).where(
        BookingRequest.practice_id == client.practice_id,
        BookingRequest.client_id == client.id,
        BookingRequest.is_open,
    )
    return db.session.scalars(query).one_or_none()


def _refuse_archived(client: Client) -> None:
    if not client.is_active:
        raise RuleBroken(say("The practice has closed your record. Call it to come back."))


def _to_answer(actor: Actor, request_id: uuid.UUID, version: int) -> BookingRequest:
    access.staff_only(actor)
    row = access.booking_request_for(actor, request_id)
    if row.version != version:
        raise Conflict
    if not row.is_open:
        raise RuleBroken(say("This wish is closed already."))
    return row


def _answered(actor: Actor, row: BookingRequest) -> None:
    row.answered_by, row.answered_at = actor.user_id, now()


def _offer(
    actor: Actor, practice: Practice, row: BookingRequest, details: AppointmentDetails, starts_at: datetime
) -> BookingOffer:
    must_hold(problems(details.day, details.at_time, practice.time_zone, details.minutes, now()))
    colleague = access.colleague_for(actor, details.with_id)
    must_hold(here_problems(colleague.name, "with_id", is_open=colleague.is_open))
    link = planning.checked_room(details.link)
    if row.way is BookingWay.VIDEO and link is None:
        raise RuleBroken(say("For a session by video, add the address of your video room."), "link")
    moved = row.appointment_id
    if planning.clashing(row.practice_id, colleague.id, starts_at, details.minutes, moved):
        told = starts_at.astimezone(load_zone(practice.time_zone))
        raise RuleBroken(
            say(
                "%(name)s has another appointment at %(told)s that day.",
                name=colleague.name,
                told=f"{told:%H:%M}",
            ),
            "times",
        )
    return BookingOffer(
        practice_id=row.practice_id,
        request_id=row.id,
        client_id=row.client_id,
        with_id=colleague.id,
        starts_at=starts_at,
        minutes=details.minutes,
        place=details.place,
        link=link if row.way is BookingWay.VIDEO else None,
        offered_by=actor.user_id,
        offered_at=now(),
    )


def _new(actor: Actor, client: Client) -> Appointment:
    if len(planning.to_come(actor, client)) >= MOST_PLANNED:
        raise RuleBroken(say("You have many appointments to come already. Call the practice."))
    about = {"practice_id": client.practice_id, "client_id": client.id, "made_by": actor.user_id}
    return Appointment(id=uuid.uuid4(), **about, made_at=now(), sequence=-1)


def _at_time_of(offer: BookingOffer, row: Appointment) -> Appointment:
    """An appointment that begins as it was offered; each such change counts for calendars, from 0."""
    row.starts_at, row.minutes, row.with_id = offer.starts_at, offer.minutes, offer.with_id
    row.place, row.link = offer.place, offer.link
    row.sequence, row.changed_at = row.sequence + 1, now()
    return row


def _held(appointment_id: uuid.UUID | None) -> Appointment | None:
    """An appointment as it stands, held until the transaction ends."""
    if appointment_id is None:
        return None
    one_at_a_time(Appointment, appointment_id)
    return db.session.get(Appointment, appointment_id, populate_existing=True)


def _to_be_moved(row: Appointment | None) -> Appointment | None:
    """The appointment that a wish is to move; None where there is none, or it is not to come any more."""
    return row if row is not None and is_to_come(row.state, row.starts_at, now()) else None


def _is_taken(offer: BookingOffer, moved: Appointment | None) -> bool:
    but_for = moved.id if moved else None
    found = planning.clashing(offer.practice_id, offer.with_id, offer.starts_at, offer.minutes, but_for)
    return found is not None


def _is_open(user_id: uuid.UUID) -> bool:
    """Whether somebody works here still."""
    found = select(exists().where(User.id == user_id, User.works_here))
    return bool(db.session.scalar(found))


def _call(client: Client, row: BookingRequest) -> None:
    """Word to whoever is responsible, else to all who hear news: no name, one of each wish and day."""
    event = f"wish:{row.id.hex}:{now().date().isoformat()}"
    if client.responsible_id is None:
        outbox.call_somebody(client.practice_id, MailKind.BOOKING_WISH, event)
        return
    outbox.promise(
        *(client.practice_id, MailKind.BOOKING_WISH, f"{event}:{client.responsible_id.hex}"),
        user_id=client.responsible_id,
    )


def _tell_client(row: BookingRequest) -> None:
    key = f"answer:{row.id.hex}:{row.version}"
    outbox.promise(row.practice_id, MailKind.BOOKING_ANSWER, key, client_id=row.client_id)
