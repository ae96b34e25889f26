"""What clients notice of themselves: whether the move is still right, and why they stopped."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.rechecks import RecheckResult
from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.types import StopReason
from clinic.models.base import Base, OfPractice, belongs_to, choice, spelled, tenant


class FormRecheck(OfPractice, Base):
    """A form re-check of a move, once a day; sending again corrects it."""

    __tablename__ = "form_recheck"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("prescription", "prescription_id"),
        UniqueConstraint("practice_id", "prescription_id", "local_date"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    prescription_id: Mapped[uuid.UUID]  # the move that was looked at, as this client has it
    local_date: Mapped[date]
    asked: Mapped[list[dict[str, Any]]]  # title and test of each, as they were read
    answers: Mapped[list[str]]  # how each was
    result: Mapped[RecheckResult] = mapped_column(choice(RecheckResult, "result"))
    said_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]


class PracticeStop(OfPractice, Base):
    """Why a client stopped, in one tap, once a day; what they log afterwards ends it."""

    __tablename__ = "practice_stop"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "client_id", "local_date"),
        CheckConstraint(f"reason IN ({spelled(CLIENTS_WORDS)})", name="offered"),
    )

    client_id: Mapped[uuid.UUID]
    local_date: Mapped[date]
    reason: Mapped[StopReason] = mapped_column(choice(StopReason, "reason"))
    said_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
