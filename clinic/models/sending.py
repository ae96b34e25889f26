"""What all senders of one mail account share: its rate, its rest and its connections. Of no practice."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base


class MailAccount(Base):
    """One account on a mail server. `tokens` are mails that may go out now, as of `filled_at`."""

    __tablename__ = "mail_account"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    tokens: Mapped[float]
    filled_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(String(120))  # the sender that met the trouble


class MailConnection(Base):
    """The right to one connection: held by a sender until it lets go, dies, or says nothing for too long."""

    __tablename__ = "mail_connection"
    __table_args__ = (
        UniqueConstraint("account", "slot"),
        CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name="held_until"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account: Mapped[str] = mapped_column(String(200))
    slot: Mapped[int]
    holder: Mapped[str | None] = mapped_column(String(120))
    held_until: Mapped[datetime | None]
