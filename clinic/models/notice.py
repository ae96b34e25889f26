"""News for the practice, waiting for the morning's mail."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.notices import NoticeKind
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant


class PracticeNotice(OfPractice, Base):
    """One piece of news. `key` names the event, so that it is told once however often it is noticed."""

    __tablename__ = "practice_notice"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "kind", "key"),
        Index(None, "told_on", "practice_id"),
    )

    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, "kind"))
    key: Mapped[str] = mapped_column(String(80))
    client_id: Mapped[uuid.UUID | None]
    happened_at: Mapped[datetime]
    told_on: Mapped[date | None]  # the practice's date whose morning mail counts it; None: waiting
