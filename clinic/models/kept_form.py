"""What somebody typed into a form when their session had ended: sealed, for them alone, for half an hour."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class KeptForm(OfPractice, Base):
    """One form that came too late; given back after the same person has signed in, and then gone."""

    __tablename__ = "kept_form"
    __table_args__ = tenant(belongs_to("user_account", "user_id"), Index(None, "practice_id", "user_id"))

    user_id: Mapped[uuid.UUID]
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
