"""Newer versions of routines, offered to clients who have an older one, and what they made of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, ScalarSelect, Text, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.new_versions import VersionDecision
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client
from clinic.models.program import Program
from clinic.models.routine import RoutineVersion

OPEN = text("decided_at IS NULL")


class VersionOffer(OfPractice, Base):
    """A newer version of a program's routine, offered to its client; a program has one open at a time."""

    __tablename__ = "version_offer"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("program", "program_id"),
        belongs_to("routine_version", "version_id"),
        belongs_to("user_account", "offered_by"),
        belongs_to("program", "follow_on_id"),
        Index("uq_version_offer_open", "program_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "practice_id", "client_id"),
        Index(None, "practice_id", "program_id"),
        Index(None, "practice_id", "version_id"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),
        CheckConstraint("follow_on_id IS NULL OR decision = 'taken'", name="taken_over"),
    )

    client_id: Mapped[uuid.UUID]
    program_id: Mapped[uuid.UUID]
    version_id: Mapped[uuid.UUID]
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # for the client
    # the doses that were corrected for the client stay
    keeps_doses: Mapped[bool] = mapped_column(default=True, server_default=true())
    offered_by: Mapped[uuid.UUID]
    offered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[VersionDecision | None] = mapped_column(choice(VersionDecision, "decision"))
    follow_on_id: Mapped[uuid.UUID | None]  # the program that it was taken over by

    client: Mapped[Client] = relationship(foreign_keys="VersionOffer.client_id", viewonly=True)
    program: Mapped[Program] = relationship(foreign_keys="VersionOffer.program_id", viewonly=True)
    version: Mapped[RoutineVersion] = relationship(foreign_keys="VersionOffer.version_id", viewonly=True)


def open_version_offer() -> ScalarSelect[uuid.UUID]:
    """The open offer of a program, in a statement that reads programs; NULL without one."""
    return (
        select(VersionOffer.id)
        .where(
            VersionOffer.practice_id == Program.practice_id,
            VersionOffer.program_id == Program.id,
            VersionOffer.decided_at.is_(None),
        )
        .correlate(Program)
        .scalar_subquery()
    )
