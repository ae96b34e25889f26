"""Wishes for sessions come to an end, within the caller's transaction, and those that wait are counted."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, update

from clinic.domain.booking import BookingState
from clinic.extensions import db
from clinic.models import Appointment, BookingOffer, BookingRequest, Practice
from clinic.services.clock import now


def close(row: BookingRequest, state: BookingState) -> None:
    """What a wish came to; what is still offered for it is offered no more."""
    if state is not BookingState.TAKEN:
        withdraw_offers(row)
    row.state, row.closed_at = state, now()
    db.session.flush()
    count_open(row.practice_id)


def close_move(appointment: Appointment) -> None:
    """The practice moved it by hand: whoever asked for another time asks no more."""
    query = select(BookingRequest).where(
        BookingRequest.practice_id == appointment.practice_id,
        BookingRequest.client_id == appointment.client_id,
        BookingRequest.appointment_id == appointment.id,
        BookingRequest.is_open,
    )
    if row := db.session.scalars(query).one_or_none():
        withdraw_offers(row)
        close(row, BookingState.TAKEN)


def withdraw_offers(row: BookingRequest) -> None:
    """Nothing that was offered for a wish can be taken any more."""
    db.session.execute(
        update(BookingOffer)
        .where(
            BookingOffer.practice_id == row.practice_id,
            BookingOffer.request_id == row.id,
            BookingOffer.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
        .execution_options(synchronize_session="fetch")
    )


def count_open(practice_id: uuid.UUID) -> None:
    """Write down how many wishes wait for an answer."""
    db.session.flush()
    waiting = (
        select(func.count())
        .where(BookingRequest.practice_id == practice_id, BookingRequest.state == BookingState.ASKED)
        .scalar_subquery()
    )
    db.session.execute(
        update(Practice)
        .where(Practice.id == practice_id)
        .values(booking_wishes=waiting)
        .execution_options(synchronize_session="fetch")
    )
