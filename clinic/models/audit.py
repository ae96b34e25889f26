"""Who did what, when: the trail behind the timeline."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class AuditEvent(OfPractice, Base):
    """One thing that happened. Rows are only ever added; `actor_name` stays true when a person is renamed."""

    __tablename__ = "audit_event"
    __table_args__ = tenant(
        belongs_to("user_account", "actor_id"),
        belongs_to("client", "client_id"),
        Index(None, "practice_id", "client_id", "happened_at"),
        Index(None, "practice_id", "happened_at"),
    )

    happened_at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[uuid.UUID | None]  # None: the system, or somebody with a mailed link
    actor_name: Mapped[str] = mapped_column(String(120))
    client_id: Mapped[uuid.UUID | None]
    subject_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
