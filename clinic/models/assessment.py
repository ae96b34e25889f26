"""Functional-movement assessments and their findings."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, event, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clinic.domain.change import ChangeVerdict
from clinic.domain.types import AssessmentStatus, Side
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User

if TYPE_CHECKING:
    from clinic.models.note import VisitNote


class Assessment(OfPractice, Base):
    """One visit's findings from one version of a battery; once signed it is never changed, only amended."""

    __tablename__ = "assessment"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "signed_by"),
        Index(None, "practice_id", "client_id", "taken_on"),
        CheckConstraint("(status = 'signed') = (signed_at IS NOT NULL)", name="signed_when"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_whom"),
    )

    client_id: Mapped[uuid.UUID]
    battery_key: Mapped[str] = mapped_column(String(60))
    battery_version: Mapped[int]
    title: Mapped[str | None] = mapped_column(String(120))
    # what it asks, as it stood when it was begun: test, version, fields; NULL in rows older than this
    items: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    taken_on: Mapped[date]
    status: Mapped[AssessmentStatus] = mapped_column(
        choice(AssessmentStatus, "status"), default=AssessmentStatus.DRAFT
    )
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    signed_by: Mapped[uuid.UUID | None]
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    findings: Mapped[list[Finding]] = relationship(foreign_keys="Finding.assessment_id", viewonly=True)
    client: Mapped[Client] = relationship(foreign_keys="Assessment.client_id", viewonly=True)
    draft: Mapped[AssessmentDraft | None] = relationship(
        foreign_keys="AssessmentDraft.assessment_id", viewonly=True, uselist=False
    )
    notes: Mapped[list[VisitNote]] = relationship(
        foreign_keys="VisitNote.assessment_id", viewonly=True, order_by="VisitNote.created_at"
    )
    author: Mapped[User] = relationship(foreign_keys="Assessment.created_by", viewonly=True)
    signer: Mapped[User | None] = relationship(foreign_keys="Assessment.signed_by", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


class Finding(OfPractice, Base):
    """One recorded value: a number with its unit, or a word from the test's own list."""

    __tablename__ = "finding"
    __table_args__ = tenant(
        belongs_to("assessment", "assessment_id"),
        UniqueConstraint("practice_id", "assessment_id", "test_key", "field_key", "side"),
        CheckConstraint("value_number IS NOT NULL OR value_text IS NOT NULL", name="has_value"),
    )

    assessment_id: Mapped[uuid.UUID]
    test_key: Mapped[str] = mapped_column(String(60))
    field_key: Mapped[str] = mapped_column(String(60))
    side: Mapped[Side] = mapped_column(choice(Side, "side"), default=Side.NONE)
    value_number: Mapped[float | None]
    value_text: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(12))
    # set by one press of "all normal", and not touched since
    as_normal: Mapped[bool] = mapped_column(default=False, server_default=false())


class AssessmentDraft(OfPractice, Base):
    """What a draft holds besides its findings, until it is signed.

    `refused`: what was typed and is no value of its field, by the field's name; nothing typed is thrown away.
    `conditions`: what a section's tests were measured with, by section and field.
    """

    __tablename__ = "assessment_draft"
    __table_args__ = tenant(
        belongs_to("assessment", "assessment_id"),
        belongs_to("user_account", "saved_by"),
        UniqueConstraint("practice_id", "assessment_id"),
    )

    assessment_id: Mapped[uuid.UUID]
    refused: Mapped[dict[str, Any]] = mapped_column(default=dict)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_by: Mapped[uuid.UUID]
    saved_at: Mapped[datetime]

    saver: Mapped[User] = relationship(foreign_keys="AssessmentDraft.saved_by", viewonly=True)


class Amendment(OfPractice, Base):
    """What is added to a signed assessment: a corrected value, a note, or both, always with a reason.

    The finding itself stays as it was signed. `new_*` both empty: the value is withdrawn; `old_*` both empty:
    it was left out. Rows are only ever added; of two for one place the later one counts.
    """

    __tablename__ = "amendment"
    __table_args__ = tenant(
        belongs_to("assessment", "assessment_id"),
        belongs_to("user_account", "made_by"),
        Index(None, "practice_id", "assessment_id", "made_at"),
        CheckConstraint("(test_key IS NULL) = (field_key IS NULL)", name="whole_place"),
        CheckConstraint("(test_key IS NULL) = (side IS NULL)", name="place_with_side"),
        CheckConstraint("test_key IS NOT NULL OR note IS NOT NULL", name="says_something"),
        CheckConstraint("length(reason) > 0", name="with_reason"),
    )

    assessment_id: Mapped[uuid.UUID]
    test_key: Mapped[str | None] = mapped_column(String(60))
    field_key: Mapped[str | None] = mapped_column(String(60))
    side: Mapped[Side | None] = mapped_column(choice(Side, "side"))
    old_number: Mapped[float | None]
    old_text: Mapped[str | None] = mapped_column(Text)
    new_number: Mapped[float | None]
    new_text: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]


class SharedFinding(OfPractice, Base):
    """A measure that its client sees on their progress: the first signed value of it against the latest.

    Made again whenever an assessment is signed or amended; without a first value nothing is left to show.
    """

    __tablename__ = "shared_finding"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "shared_by"),
        UniqueConstraint("practice_id", "client_id", "test_key", "field_key", "side"),
        CheckConstraint("(first_value IS NULL) = (first_on IS NULL)", name="first_when"),
        CheckConstraint("(latest_value IS NULL) = (latest_on IS NULL)", name="latest_when"),
        CheckConstraint("(latest_value IS NULL) = (verdict IS NULL)", name="latest_called"),
    )

    client_id: Mapped[uuid.UUID]
    test_key: Mapped[str] = mapped_column(String(60))
    field_key: Mapped[str] = mapped_column(String(60))
    side: Mapped[Side] = mapped_column(choice(Side, "side"), default=Side.NONE)
    unit: Mapped[str] = mapped_column(String(12), default="")
    first_value: Mapped[float | None]
    first_on: Mapped[date | None]
    latest_value: Mapped[float | None]  # of a later assessment than the first
    latest_on: Mapped[date | None]
    verdict: Mapped[ChangeVerdict | None] = mapped_column(choice(ChangeVerdict, "verdict"))
    shared_by: Mapped[uuid.UUID]
    shared_at: Mapped[datetime]


class ProgramFinding(OfPractice, Base):
    """A finding that a program answers, with the value it had when it was cited."""

    __tablename__ = "program_finding"
    __table_args__ = tenant(
        belongs_to("program", "program_id"),
        belongs_to("assessment", "assessment_id"),
        UniqueConstraint("practice_id", "program_id", "test_key", "field_key", "side"),
        CheckConstraint("value_number IS NOT NULL OR value_text IS NOT NULL", name="has_value"),
    )

    program_id: Mapped[uuid.UUID]
    assessment_id: Mapped[uuid.UUID]
    position: Mapped[int]
    test_key: Mapped[str] = mapped_column(String(60))
    field_key: Mapped[str] = mapped_column(String(60))
    side: Mapped[Side] = mapped_column(choice(Side, "side"), default=Side.NONE)
    value_number: Mapped[float | None]
    value_text: Mapped[str | None] = mapped_column(Text)


@event.listens_for(Session, "before_flush")
def _signed_stays(session: Session, _context: object, _instances: object) -> None:
    # A second lock behind services.assessments: nothing that writes through a session gets past it.
    touched = set(_touched(session))
    if not touched:
        return
    signed = select(Assessment.id).where(
        Assessment.id.in_(touched), Assessment.status == AssessmentStatus.SIGNED
    )
    if session.connection().scalar(signed.limit(1)) is not None:
        raise RuntimeError("a signed assessment is never changed")


def _touched(session: Session) -> Iterator[uuid.UUID]:
    changed = (*session.dirty, *session.deleted)
    yield from (row.id for row in changed if isinstance(row, Assessment))
    yield from (row.assessment_id for row in (*session.new, *changed) if isinstance(row, Finding))
