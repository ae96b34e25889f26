"""What a client wants to be able to do again."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.goals import LONGEST
from clinic.models.base import Base, OfPractice, belongs_to, tenant


class ClientGoal(OfPractice, Base):
    """One goal in the client's own words; one that was removed can be put back."""

    __tablename__ = "client_goal"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        Index(None, "practice_id", "client_id"),
        CheckConstraint("length(words) > 0", name="words"),
    )

    client_id: Mapped[uuid.UUID]
    words: Mapped[str] = mapped_column(String(LONGEST))
    set_at: Mapped[datetime]
    reached_on: Mapped[date | None]
    removed_at: Mapped[datetime | None]
