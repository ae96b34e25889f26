"""The thread of a client with the practice: its messages and their files, and until where it was read."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Exists, Index, Text, UniqueConstraint, exists, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.messages import LONGEST_MOMENT, MessageChannel, MessageFrom
from clinic.models.base import Base, OfPractice, belongs_to, choice, index_where_set, points_at, tenant
from clinic.models.media import MediaFile
from clinic.models.person import Client, User
from clinic.models.program import Prescription


class Thread(OfPractice, Base):
    """All that a client and the practice write to each other: one a client, begun by the first message."""

    __tablename__ = "thread"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "assigned_to_id"),
        UniqueConstraint("practice_id", "client_id"),
        Index(None, "practice_id", "last_at", "id"),
        index_where_set("practice_id", "assigned_to_id"),
    )

    client_id: Mapped[uuid.UUID]
    begun_at: Mapped[datetime]
    last_at: Mapped[datetime]  # of the newest message, whoever wrote it
    assigned_to_id: Mapped[uuid.UUID | None]
    client_read_until: Mapped[datetime | None]  # when the newest message that the client saw was sent

    client: Mapped[Client] = relationship(foreign_keys="Thread.client_id", viewonly=True)
    assigned_to: Mapped[User | None] = relationship(foreign_keys="Thread.assigned_to_id", viewonly=True)


class Message(OfPractice, Base):
    """One message. What was taken back within a minute keeps its row and loses its words."""

    __tablename__ = "message"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("thread", "thread_id"),
        belongs_to("user_account", "author_id"),
        belongs_to("prescription", "prescription_id"),
        belongs_to("media_file", "video_id"),
        Index(None, "practice_id", "client_id", "sent_at", "id"),
        Index(None, "practice_id", "thread_id"),
        index_where_set("practice_id", "prescription_id"),
        index_where_set("practice_id", "video_id"),
        CheckConstraint("sender = 'client' OR author_id IS NOT NULL", name="author"),
        CheckConstraint("channel <> 'phone' OR sender = 'practice'", name="phone"),
        CheckConstraint("(video_id IS NULL) = (moment IS NULL)", name="moment_of_a_video"),
        CheckConstraint(f"moment BETWEEN 0 AND {LONGEST_MOMENT}", name="moment"),
    )

    client_id: Mapped[uuid.UUID]
    thread_id: Mapped[uuid.UUID]
    sender: Mapped[MessageFrom] = mapped_column(choice(MessageFrom, "sender"))
    channel: Mapped[MessageChannel] = mapped_column(choice(MessageChannel, "channel"))
    author_id: Mapped[uuid.UUID | None]  # None: a client who has no account, by mail
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    prescription_id: Mapped[uuid.UUID | None]  # the move it asks about, in the words the client has
    video_id: Mapped[uuid.UUID | None]  # of the client: the words are about this moment of it
    moment: Mapped[int | None]  # milliseconds

    client: Mapped[Client] = relationship(foreign_keys="Message.client_id", viewonly=True)
    author: Mapped[User | None] = relationship(foreign_keys="Message.author_id", viewonly=True)
    prescription: Mapped[Prescription | None] = relationship(
        foreign_keys="Message.prescription_id", viewonly=True
    )
    files: Mapped[list[MessageFile]] = relationship(
        foreign_keys="MessageFile.message_id", order_by="MessageFile.position", viewonly=True
    )


def is_written_to(practice_id: Any, client_id: Any) -> Exists:
    """Whether the practice wrote since a client last looked. Whether they see it yet the domain decides."""
    return exists().where(
        Message.practice_id == practice_id,
        Message.client_id == client_id,
        Message.sender == MessageFrom.PRACTICE,
        points_at(Message.thread_id, Thread),
        is_unread_by_client(),
    )


def is_unread_by_client() -> ColumnElement[bool]:
    """That a message of the practice's is newer than what its client has seen of their thread."""
    return or_(Thread.client_read_until.is_(None), Message.sent_at > Thread.client_read_until)


class MessageFile(OfPractice, Base):
    """A photo or a video that came with a message."""

    __tablename__ = "message_file"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("message", "message_id"),
        belongs_to("media_file", "media_id"),
        UniqueConstraint("practice_id", "media_id"),
        UniqueConstraint("practice_id", "message_id", "position"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    message_id: Mapped[uuid.UUID]
    media_id: Mapped[uuid.UUID]
    position: Mapped[int]

    media: Mapped[MediaFile] = relationship(foreign_keys="MessageFile.media_id", viewonly=True)


class ThreadRead(OfPractice, Base):
    """Until which message somebody of the practice has read a thread."""

    __tablename__ = "thread_read"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "user_id"),
        UniqueConstraint("practice_id", "user_id", "client_id"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]
    read_until: Mapped[datetime]  # when the newest message that they saw was sent
