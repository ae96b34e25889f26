"""Routines: versions of moves in order, each with its dose."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.types import RoutineStatus
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.exercise import DoseColumns, Exercise, PhaseSpan, dose_checks, span_check
from clinic.models.person import User


class Routine(OfPractice, Base):
    """A template of a program. What clients get is always one published version of it.

    One that is not listed was made for one program, of single moves.
    """

    __tablename__ = "routine"
    __table_args__ = tenant(UniqueConstraint("practice_id", "key"))

    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    is_listed: Mapped[bool] = mapped_column(default=True, server_default=true())
    retired_at: Mapped[datetime | None]

    versions: Mapped[list[RoutineVersion]] = relationship(
        foreign_keys="RoutineVersion.routine_id", order_by="RoutineVersion.number", viewonly=True
    )


class RoutineFavourite(OfPractice, Base):
    """A routine that somebody of the practice assigns often: it stands first where they assign."""

    __tablename__ = "routine_favourite"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        belongs_to("routine", "routine_id"),
        UniqueConstraint("practice_id", "user_id", "routine_id"),
    )

    user_id: Mapped[uuid.UUID]
    routine_id: Mapped[uuid.UUID]


class RoutineVersion(OfPractice, Base):
    """One state of a routine: a draft, or published and from then on frozen."""

    __tablename__ = "routine_version"
    __table_args__ = tenant(
        belongs_to("routine", "routine_id"),
        belongs_to("user_account", "published_by"),
        UniqueConstraint("practice_id", "routine_id", "number"),
        CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published_when"),
    )

    routine_id: Mapped[uuid.UUID]
    number: Mapped[int]
    status: Mapped[RoutineStatus] = mapped_column(
        choice(RoutineStatus, "status"), default=RoutineStatus.DRAFT
    )
    change_note: Mapped[str] = mapped_column(Text, default="")  # in plain words, for clients
    published_at: Mapped[datetime | None]
    published_by: Mapped[uuid.UUID | None]
    checkin_preset: Mapped[dict[str, Any] | None]  # the rhythm that the form which assigns it begins with

    routine: Mapped[Routine] = relationship(foreign_keys="RoutineVersion.routine_id", viewonly=True)
    publisher: Mapped[User | None] = relationship(foreign_keys="RoutineVersion.published_by", viewonly=True)
    items: Mapped[list[RoutineItem]] = relationship(
        foreign_keys="RoutineItem.version_id", order_by="RoutineItem.position", viewonly=True
    )
    phases: Mapped[list[RoutinePhase]] = relationship(
        foreign_keys="RoutinePhase.version_id", order_by="RoutinePhase.position", viewonly=True
    )


class PhaseColumns:
    """A part of a routine or program: until its weeks are over, or a practitioner finds the criterion met.

    With neither it goes on to the end; a routine without phases has one that nobody sees.
    """

    position: Mapped[int]  # from 1
    name: Mapped[str] = mapped_column(String(120))
    weeks: Mapped[int | None]
    criterion: Mapped[str] = mapped_column(Text, default="")


def phase_checks() -> tuple[CheckConstraint, ...]:
    """Bounds of a phase."""
    return (
        CheckConstraint("position BETWEEN 1 AND 12", name="position"),
        CheckConstraint("weeks BETWEEN 1 AND 52", name="weeks"),
    )


class RoutinePhase(PhaseColumns, OfPractice, Base):
    """A phase of a version of a routine; the moves say in which phases they are asked."""

    __tablename__ = "routine_phase"
    __table_args__ = tenant(
        belongs_to("routine_version", "version_id"),
        UniqueConstraint("practice_id", "version_id", "position"),
        *phase_checks(),
    )

    version_id: Mapped[uuid.UUID]


class RoutineItem(DoseColumns, PhaseSpan, OfPractice, Base):
    """A move in a routine with its usual dose; `content` is its wording as published, None in a draft."""

    __tablename__ = "routine_item"
    __table_args__ = tenant(
        belongs_to("routine_version", "version_id"),
        belongs_to("exercise", "exercise_id"),
        UniqueConstraint("practice_id", "version_id", "position"),
        span_check(),
        *dose_checks(),
    )

    version_id: Mapped[uuid.UUID]
    exercise_id: Mapped[uuid.UUID]
    position: Mapped[int]
    content: Mapped[dict[str, Any] | None]

    exercise: Mapped[Exercise] = relationship(foreign_keys="RoutineItem.exercise_id", viewonly=True)
