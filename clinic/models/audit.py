"""Who did what, when: the trail behind the timeline, and the chain that proves it whole (ADR 32)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, tenant


class AuditEvent(OfPractice, Base):
    """One thing that happened. Rows are only ever added; `actor_name` stays true when a person is renamed.

    The ids of people are no keys: they stay when whom they named is erased, and their words with them go.
    """

    __tablename__ = "audit_event"
    __table_args__ = tenant(
        Index(None, "practice_id", "client_id", "happened_at"),
        Index(None, "practice_id", "happened_at"),
        Index(None, "practice_id", "seq", unique=True),
    )

    happened_at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[uuid.UUID | None]  # None: the system, or somebody with a mailed link
    actor_name: Mapped[str] = mapped_column(String(120))
    client_id: Mapped[uuid.UUID | None]
    subject_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # its place in the chain; None: from before there was one
    seq: Mapped[int | None] = mapped_column(BigInteger)
    salt: Mapped[str | None] = mapped_column(String(32))
    words_hash: Mapped[str | None] = mapped_column(String(64))  # of name and details, with the salt
    hash: Mapped[str | None] = mapped_column(String(64))


class AuditChainEnd(OfPractice, Base):
    """The end of a practice's chain; whoever adds to it holds this row."""

    __tablename__ = "audit_end"

    __table_args__ = tenant(UniqueConstraint("practice_id"))

    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
