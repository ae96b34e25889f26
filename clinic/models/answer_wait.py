"""Clients who wait for an answer to what they wrote, and answers that somebody is still writing."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.answer_promise import AnsweredHow
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User

OPEN = text("answered_at IS NULL")


class AnswerWait(OfPractice, Base):
    """One time that a client waited, from the first message that nobody had answered to the answer.

    `due_at` is as the practice promised on that day: what it promises later changes nothing of it.
    """

    __tablename__ = "answer_wait"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "answered_by"),
        # nobody waits twice at once; and whoever waits stands in the order of the inbox
        Index(None, "practice_id", "client_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "practice_id", "asked_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "practice_id", "client_id", "answered_at"),
        Index(None, "practice_id", "due_at"),
        Index(None, "practice_id", "answered_at", "id"),  # whoever was answered last
        CheckConstraint("(answered_at IS NULL) = (how IS NULL)", name="answered_how"),
        CheckConstraint("asked_at <= last_at", name="last_at"),
    )

    client_id: Mapped[uuid.UUID]
    asked_at: Mapped[datetime]
    last_at: Mapped[datetime]  # of the newest message that waits
    due_at: Mapped[datetime | None]  # None: nothing was promised
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None]
    how: Mapped[AnsweredHow | None] = mapped_column(choice(AnsweredHow, "how"))

    client: Mapped[Client] = relationship(foreign_keys="AnswerWait.client_id", viewonly=True)
    answerer: Mapped[User | None] = relationship(foreign_keys="AnswerWait.answered_by", viewonly=True)


class ReplyDraft(OfPractice, Base):
    """What somebody of the practice has begun to write to a client; nobody else sees it."""

    __tablename__ = "reply_draft"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "user_id"),
        UniqueConstraint("practice_id", "user_id", "client_id"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
