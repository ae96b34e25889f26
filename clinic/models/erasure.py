"""Who is to be erased, who was, and what the practice's law keeps of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.erasure import OPEN, ErasureReason, ErasureState
from clinic.models.base import Base, OfPractice, belongs_to, choice, spelled, tenant

_STILL_OPEN = text(f"state IN ({spelled(OPEN)})")


class Erasure(OfPractice, Base):
    """One wish to be erased and what became of it; a client has one open at a time.

    `client_id` is no key: it goes on naming them when there is nobody left whom it could lead to. While the
    state is `under_way` the database lets go of what is signed (ADR 37).
    """

    __tablename__ = "erasure"
    __table_args__ = tenant(
        belongs_to("user_account", "asked_by"),
        belongs_to("user_account", "decided_by"),
        UniqueConstraint("practice_id", "pseudonym"),
        CheckConstraint("(keep_years IS NULL) = (keep_law IS NULL)", name="kept_by_law"),
        CheckConstraint(
            "state IN ('asked', 'called_back', 'declined') OR erase_on IS NOT NULL", name="erase_on"
        ),
        CheckConstraint("(state = 'done') = (erased_at IS NOT NULL)", name="erased_at"),
        Index(None, "practice_id", "client_id"),
        Index("ix_erasure_open", "state", "erase_on", sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        Index(
            "uq_erasure_open_client",
            "practice_id",
            "client_id",
            unique=True,
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
    )

    client_id: Mapped[uuid.UUID]
    reason: Mapped[ErasureReason] = mapped_column(choice(ErasureReason, "reason"))
    state: Mapped[ErasureState] = mapped_column(choice(ErasureState, "state"))
    note: Mapped[str | None] = mapped_column(Text)  # empty once they are erased
    asked_by: Mapped[uuid.UUID | None]  # None: the client themselves
    asked_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None]  # who said yes to it, declined it or called it back
    decided_at: Mapped[datetime | None]
    erase_on: Mapped[date | None]  # where the practice is
    was: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is put back when it is called back
    keep_years: Mapped[int | None]
    keep_law: Mapped[str | None] = mapped_column(String(200))
    pseudonym: Mapped[str | None] = mapped_column(String(60))
    erased_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # how many rows went, by table
    files: Mapped[list[str]] = mapped_column(default=list)  # names in the storage that are still to go
    again_at: Mapped[datetime | None]  # erased once more, because an older backup was restored


class KeptRecord(OfPractice, Base):
    """Signed records of an erased client, for as long as the law demands; no daily page reads them."""

    __tablename__ = "kept_record"
    __table_args__ = tenant(
        belongs_to("erasure", "erasure_id"),
        UniqueConstraint("practice_id", "erasure_id"),
        Index(None, "until"),
    )

    erasure_id: Mapped[uuid.UUID]
    until: Mapped[date]  # the last day
    files: Mapped[dict[str, Any]]  # texts by name
