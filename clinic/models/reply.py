"""Mail that people write to the address ours comes back to."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class MailReply(OfPractice, Base):
    """One mail, kept as it was written until somebody has read it, and after. Anybody can write one.

    `client_id` is who it seems to be from: by the mail of ours that it answers, or by the address it gives.
    """

    __tablename__ = "mail_reply"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "read_by"),
        Index(None, "practice_id", "read_at", "received_at"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID | None]
    from_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    is_answer: Mapped[bool]  # it carries our mark, or names the mail of ours that it answers
    called: Mapped[bool] = mapped_column(default=False, server_default=false())  # somebody, by mail, at once
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[uuid.UUID | None]
    thrown_away_at: Mapped[datetime | None]  # gone for good a day later
