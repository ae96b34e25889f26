"""Appointments that were made by hand, and the addresses at which a calendar reads them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.appointments import LONGEST, LONGEST_PLACE, SHORTEST, USUAL_MINUTES, AppointmentState
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
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
        CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
    )

    client_id: Mapped[uuid.UUID]
    with_id: Mapped[uuid.UUID]
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=USUAL_MINUTES)
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE), default="")  # both read it
    state: Mapped[AppointmentState] = mapped_column(
        choice(AppointmentState, "state"), default=AppointmentState.PLANNED
    )
    sequence: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="Appointment.client_id", viewonly=True)
    with_whom: Mapped[User] = relationship(foreign_keys="Appointment.with_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


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
