"""One act for many clients: who is meant, and what became of each."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.bulk_acts import LONGEST_GROUP, BulkActKind, BulkActState, LineReason, LineState
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant


class BulkAct(OfPractice, Base):
    """An act for many: chosen, begun, done line by line and, within an hour, undone."""

    __tablename__ = "bulk_act"
    __table_args__ = tenant(
        belongs_to("user_account", "chosen_by"),
        belongs_to("user_account", "undone_by"),
        Index(None, "practice_id", "begun_at"),
        Index(None, "state"),  # what waits to be gone on with, asked every few seconds
    )

    kind: Mapped[BulkActKind] = mapped_column(choice(BulkActKind, "kind"))
    state: Mapped[BulkActState] = mapped_column(choice(BulkActState, "state"), default=BulkActState.CHOSEN)
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is done, as it was wished for
    chosen_by: Mapped[uuid.UUID]
    chosen_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    undone_by: Mapped[uuid.UUID | None]
    undone_at: Mapped[datetime | None]


class BulkActLine(OfPractice, Base):
    """What became of one client, written in the transaction of what was done: nothing is done twice."""

    __tablename__ = "bulk_act_line"
    __table_args__ = tenant(
        belongs_to("bulk_act", "act_id"),
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "act_id", "client_id"),
        Index(None, "practice_id", "act_id", "state", "position"),
        Index(None, "practice_id", "client_id"),
    )

    act_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    position: Mapped[int]  # in the order of the list
    state: Mapped[LineState] = mapped_column(choice(LineState, "state"), default=LineState.WAITING)
    reason: Mapped[LineReason | None] = mapped_column(choice(LineReason, "reason"))
    said: Mapped[str | None] = mapped_column(String(300))  # a refusal in its own words
    made_id: Mapped[uuid.UUID | None]  # the program, invitation or check-in that was made
    # whose client it was; of an older release: the group that was left
    before: Mapped[str | None] = mapped_column(String(LONGEST_GROUP))
    settled_at: Mapped[datetime | None]
