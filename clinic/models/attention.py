"""Reasons to look after somebody, kept as things happen, and what people of the practice did about them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.attention import AttentionKind
from clinic.domain.reason_acts import ReasonAct
from clinic.models.base import Base, FrozenJson, OfPractice, belongs_to, choice, tenant


class OpenReason(OfPractice, Base):
    """A reason as the rules find it in what is recorded; derived, and made again from it at any time.

    It is written ahead: what time alone brings about is here before its instant `shows_from` has come.
    `place` is the rules' order, `subject_id` the record it is about, of whichever table its kind says.
    """

    __tablename__ = "open_reason"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "handed_to"),
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
    handed_to: Mapped[uuid.UUID | None]


class ReasonHandling(OfPractice, Base):
    """What somebody of the practice did about a reason. Rows are only ever added; one takes another back.

    What was done with one press has one `press_id`.
    """

    __tablename__ = "reason_handling"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "handled_by"),
        belongs_to("user_account", "handed_to"),
        belongs_to("reason_handling", "undoes"),
        UniqueConstraint("practice_id", "undoes"),
        Index(None, "practice_id", "client_id", "kind"),
        CheckConstraint("(act = 'snoozed') = (until IS NOT NULL)", name="snoozed_until"),
        CheckConstraint("(act = 'handed') = (handed_to IS NOT NULL)", name="handed_to_whom"),
        CheckConstraint("(act = 'undone') = (undoes IS NOT NULL)", name="undone_what"),
    )

    client_id: Mapped[uuid.UUID]
    kind: Mapped[AttentionKind] = mapped_column(choice(AttentionKind, "kind"))
    subject_id: Mapped[uuid.UUID]
    act: Mapped[ReasonAct] = mapped_column(choice(ReasonAct, "act"), default=ReasonAct.DONE)
    press_id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    handled_at: Mapped[datetime]
    handled_by: Mapped[uuid.UUID]
    until: Mapped[datetime | None]  # when it comes back by itself
    handed_to: Mapped[uuid.UUID | None]
    undoes: Mapped[uuid.UUID | None]
    closed: Mapped[list[str] | None]  # check-ins that were waited for no longer, so that it can be undone
    note: Mapped[str | None] = mapped_column(Text)
