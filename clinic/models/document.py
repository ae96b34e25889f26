"""Documents of a client: what somebody wrote down of a file that came in."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.documents import LONGEST_FROM, LONGEST_TITLE, DocumentKind
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.media import MediaFile
from clinic.models.person import User


class Document(OfPractice, Base):
    """A letter, a scan, a report or a form of one client. One that was removed can be put back for a day."""

    __tablename__ = "document"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("media_file", "media_id"),
        belongs_to("user_account", "added_by"),
        UniqueConstraint("practice_id", "media_id"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    media_id: Mapped[uuid.UUID]
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind, "kind"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    dated_on: Mapped[date | None]  # the date that stands on it
    from_whom: Mapped[str] = mapped_column(String(LONGEST_FROM), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    added_by: Mapped[uuid.UUID | None]
    added_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]  # since when the client sees it
    removed_at: Mapped[datetime | None]

    media: Mapped[MediaFile] = relationship(foreign_keys="Document.media_id", viewonly=True)
    adder: Mapped[User | None] = relationship(foreign_keys="Document.added_by", viewonly=True)
