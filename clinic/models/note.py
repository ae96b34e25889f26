"""Notes of visits, what is added to them once they are signed, and phrases to write them with."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.notes import NoteShape, NoteStatus
from clinic.models.assessment import Assessment
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User


class VisitNote(OfPractice, Base):
    """What somebody writes about one visit; once signed it is never changed, only amended."""

    __tablename__ = "visit_note"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("assessment", "assessment_id"),
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "saved_by"),
        belongs_to("user_account", "signed_by"),
        Index(None, "practice_id", "client_id", "visited_on"),
        Index(None, "practice_id", "assessment_id"),
        CheckConstraint("(status = 'signed') = (signed_at IS NOT NULL)", name="signed_when"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_whom"),
    )

    client_id: Mapped[uuid.UUID]
    assessment_id: Mapped[uuid.UUID | None]  # of the same visit
    visited_on: Mapped[date]
    status: Mapped[NoteStatus] = mapped_column(choice(NoteStatus, "status"), default=NoteStatus.DRAFT)
    shape: Mapped[NoteShape] = mapped_column(choice(NoteShape, "shape"))
    text: Mapped[str | None] = mapped_column(Text)
    subjective: Mapped[str | None] = mapped_column(Text)
    objective: Mapped[str | None] = mapped_column(Text)
    assessed: Mapped[str | None] = mapped_column(Text)
    plan: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    saved_by: Mapped[uuid.UUID]
    saved_at: Mapped[datetime]
    signed_by: Mapped[uuid.UUID | None]
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="VisitNote.client_id", viewonly=True)
    assessment: Mapped[Assessment | None] = relationship(
        foreign_keys="VisitNote.assessment_id", viewonly=True
    )
    author: Mapped[User] = relationship(foreign_keys="VisitNote.created_by", viewonly=True)
    saver: Mapped[User] = relationship(foreign_keys="VisitNote.saved_by", viewonly=True)
    signer: Mapped[User | None] = relationship(foreign_keys="VisitNote.signed_by", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


class VisitNoteAmendment(OfPractice, Base):
    """What is added to a signed note, with its reason. Rows are only ever added."""

    __tablename__ = "visit_note_amendment"
    __table_args__ = tenant(
        belongs_to("visit_note", "note_id"),
        belongs_to("user_account", "made_by"),
        Index(None, "practice_id", "note_id", "made_at"),
        CheckConstraint("length(text) > 0", name="says_something"),
        CheckConstraint("length(reason) > 0", name="with_reason"),
    )

    note_id: Mapped[uuid.UUID]
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]

    maker: Mapped[User] = relationship(foreign_keys="VisitNoteAmendment.made_by", viewonly=True)


class Phrase(OfPractice, Base):
    """Words that somebody writes again and again, by a name of their own; offered to nobody else."""

    __tablename__ = "phrase"
    __table_args__ = tenant(
        belongs_to("user_account", "owner_id"),
        UniqueConstraint("practice_id", "owner_id", "name"),
    )

    owner_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
