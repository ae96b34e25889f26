"""What senders share, of no practice: an account's rate, rest and connections; how far a batch has come."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
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


class SendingBatch(Base):
    """A batch in a sender's hands: its mails in order of sending, and a mark for each (`mail/marks`).

    On PostgreSQL the table is unlogged: a mark does not wait for the disk, and a database that crashed holds
    none at all rather than old ones. A batch without its row is in doubt.
    """

    __tablename__ = "sending_batch"

    token: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # `lease_token` of its mails
    sender: Mapped[str] = mapped_column(String(120))
    held_until: Mapped[datetime]  # its sender is silent from then on
    mails: Mapped[str] = mapped_column(Text)
    marks: Mapped[str] = mapped_column(Text)
