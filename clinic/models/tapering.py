"""Offers to write to a client less often, and what the practice made of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.tapering import OfferDecision, TaperingStep
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client
from clinic.models.program import Program

OPEN = text("decided_at IS NULL")


class TaperingOffer(OfPractice, Base):
    """The next slower rhythm, offered to the practice with its numbers; a program has one open at a time."""

    __tablename__ = "tapering_offer"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("program", "program_id"),
        belongs_to("user_account", "decided_by"),
        Index("uq_tapering_offer_open", "program_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "practice_id", "decided_at"),
        Index(None, "practice_id", "program_id"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),
    )

    client_id: Mapped[uuid.UUID]
    program_id: Mapped[uuid.UUID]
    step: Mapped[TaperingStep] = mapped_column(choice(TaperingStep, "step"))
    numbers: Mapped[dict[str, Any]]  # as they were when it was offered
    offered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None]  # None: open, or withdrawn because it no longer held
    decision: Mapped[OfferDecision | None] = mapped_column(choice(OfferDecision, "decision"))

    client: Mapped[Client] = relationship(foreign_keys="TaperingOffer.client_id", viewonly=True)
    program: Mapped[Program] = relationship(foreign_keys="TaperingOffer.program_id", viewonly=True)
