"""Appointments, the wishes and offers they come from, and the addresses at which a calendar reads them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, Text, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.appointments import (
    LONGEST,
    LONGEST_BECAUSE,
    LONGEST_PLACE,
    SHORTEST,
    USUAL_MINUTES,
    AppointmentState,
)
from clinic.domain.booking import LONGEST_SUITS, OPEN, BookingState, BookingWay
from clinic.domain.videos import LONGEST_LINK
from clinic.models.base import Base, OfPractice, belongs_to, choice, spelled, tenant
from clinic.models.person import Client, User


class Appointment(OfPractice, Base):
    """A time at which a client and somebody of the practice meet.

    `sequence` counts up with each change, so that a calendar that has it takes the newer one (RFC 5545).
    """

    __tablename__ = "appointment"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "with_id"),
        belongs_to("user_account", "made_by"),
        Index(None, "practice_id", "client_id", "starts_at"),
        Index(None, "practice_id", "with_id", "starts_at"),
        Index(None, "starts_at"),
        Index(None, "practice_id", "with_id", "slot_at", unique=True),
        CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
    )

    client_id: Mapped[uuid.UUID]
    with_id: Mapped[uuid.UUID]
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=USUAL_MINUTES)
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE), default="")  # both read it
    link: Mapped[str | None] = mapped_column(String(LONGEST_LINK))  # of the video room, where it is by video
    state: Mapped[AppointmentState] = mapped_column(
        choice(AppointmentState, "state"), default=AppointmentState.PLANNED
    )
    because: Mapped[str | None] = mapped_column(String(LONGEST_BECAUSE))  # it was called off, or missed
    # when it begins, for as long as it stands: of two at one time with one person the database takes one
    slot_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="Appointment.client_id", viewonly=True)
    with_whom: Mapped[User] = relationship(foreign_keys="Appointment.with_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


# as text, so that a query's condition is the index's to the letter
_STILL_OPEN = text(f"state IN ({spelled(OPEN)})")


class BookingRequest(OfPractice, Base):
    """A client's wish for a session, with what became of it; a client has one open wish at a time."""

    __tablename__ = "booking_request"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "answered_by"),
        belongs_to("appointment", "appointment_id"),
        Index(
            "uq_booking_request_open",
            "practice_id",
            "client_id",
            unique=True,
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
        Index(None, "practice_id", "state", "asked_at"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    way: Mapped[BookingWay] = mapped_column(choice(BookingWay, "way"))
    reason: Mapped[str] = mapped_column(Text)
    suits: Mapped[str] = mapped_column(String(LONGEST_SUITS))  # which times, in the client's words
    state: Mapped[BookingState] = mapped_column(choice(BookingState, "state"), default=BookingState.ASKED)
    asked_at: Mapped[datetime]
    answered_by: Mapped[uuid.UUID | None]
    answered_at: Mapped[datetime | None]
    words: Mapped[str | None] = mapped_column(Text)  # of the practice, to the client
    appointment_id: Mapped[uuid.UUID | None]  # that came of it; while it is open: which is to be moved
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="BookingRequest.client_id", viewonly=True)
    appointment: Mapped[Appointment | None] = relationship(
        foreign_keys="BookingRequest.appointment_id", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def is_open(self) -> bool:
        """Whether it waits for an answer, or the client for a time that suits."""
        return self.state in OPEN

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return cls.state.in_(OPEN)


class BookingOffer(OfPractice, Base):
    """A time that the practice offers for a wish; it is nobody's until a client takes it."""

    __tablename__ = "booking_offer"
    __table_args__ = tenant(
        belongs_to("booking_request", "request_id"),
        belongs_to("client", "client_id"),
        belongs_to("user_account", "with_id"),
        belongs_to("user_account", "offered_by"),
        Index(None, "practice_id", "request_id"),
        Index(None, "practice_id", "client_id"),
        CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
    )

    request_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    with_id: Mapped[uuid.UUID]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE), default="")
    link: Mapped[str | None] = mapped_column(String(LONGEST_LINK))
    offered_by: Mapped[uuid.UUID]
    offered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    with_whom: Mapped[User] = relationship(foreign_keys="BookingOffer.with_id", viewonly=True)


class BookingHours(OfPractice, Base):
    """In which hours of each week somebody sees clients, for how long, and where their video room is."""

    __tablename__ = "booking_hours"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        UniqueConstraint("practice_id", "user_id"),
        CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
    )

    user_id: Mapped[uuid.UUID]
    # [{"weekday": 0, "opens": "09:00", "closes": "12:30"}], by the practice's clock
    weekly: Mapped[list[dict[str, Any]]]
    minutes: Mapped[int] = mapped_column(default=USUAL_MINUTES)
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE), default="")
    room: Mapped[str | None] = mapped_column(String(LONGEST_LINK))
    changed_at: Mapped[datetime]


class CalendarAddress(OfPractice, Base):
    """A secret address at which somebody's appointments can be read; the secret itself is not stored."""

    __tablename__ = "calendar_address"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        UniqueConstraint("secret_hash"),
        Index(None, "practice_id", "user_id"),
    )

    user_id: Mapped[uuid.UUID]  # of the practice, or a client's account
    secret_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when a calendar last asked, to the hour
