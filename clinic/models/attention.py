"""Reasons to look after somebody, kept as things happen, and what people of the practice did about them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.attention import AttentionKind
from clinic.models.base import Base, FrozenJson, OfPractice, belongs_to, choice, tenant


class OpenReason(OfPractice, Base):
    """A reason as the rules find it in what is recorded; derived, and made again from it at any time.

    It is written ahead: what time alone brings about is here before its instant `shows_from` has come.
    `place` is the rules' order, `subject_id` the record it is about, of whichever table its kind says.
    """

    __tablename__ = "open_reason"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "client_id", "kind", "subject_id"),
        # all that the first page needs to count and to choose, so that it reads no row of those it leaves out
        Index(
            "ix_open_reason_practice_id_shows_from",
            *("practice_id", "shows_from", "shows_until", "client_id", "place"),
        ),
        CheckConstraint("shows_until IS NULL OR shows_from < shows_until", name="shows"),
    )

    client_id: Mapped[uuid.UUID]
    kind: Mapped[AttentionKind] = mapped_column(choice(AttentionKind, "kind"))
    subject_id: Mapped[uuid.UUID]
    since: Mapped[date]
    shows_from: Mapped[datetime]
    shows_until: Mapped[datetime | None]
    place: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(FrozenJson)


class ReasonHandling(OfPractice, Base):
    """Somebody of the practice looked after a reason. Rows are only ever added."""

    __tablename__ = "reason_handling"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "handled_by"),
        Index(None, "practice_id", "client_id", "kind"),
    )

    client_id: Mapped[uuid.UUID]
    kind: Mapped[AttentionKind] = mapped_column(choice(AttentionKind, "kind"))
    subject_id: Mapped[uuid.UUID]
    handled_at: Mapped[datetime]
    handled_by: Mapped[uuid.UUID]
    note: Mapped[str | None] = mapped_column(Text)
