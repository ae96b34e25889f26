"""Exercises of a practice, their faults and videos, and the columns of a dose."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.own_moves import search_key
from clinic.domain.search import sort_key
from clinic.domain.types import BodyPosition, DoseSide, MoveRange, Support
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.media import ExercisePicture
from clinic.models.person import User


class DoseColumns:
    """How much of a move: the same columns in a routine and in a client's program. Times are in seconds."""

    side: Mapped[DoseSide] = mapped_column(choice(DoseSide, "side"))
    sets: Mapped[int] = mapped_column()
    reps: Mapped[int] = mapped_column()
    hold_s: Mapped[int] = mapped_column(default=0)
    rest_s: Mapped[int] = mapped_column(default=0)
    tempo: Mapped[str] = mapped_column(String(12), default="")
    times_per_day: Mapped[int] = mapped_column(default=1)
    days_per_week: Mapped[int] = mapped_column(default=7)
    move_range: Mapped[MoveRange] = mapped_column(choice(MoveRange, "move_range"))
    support: Mapped[Support] = mapped_column(choice(Support, "support"), default=Support.NONE)


def dose_checks() -> tuple[CheckConstraint, ...]:
    """Bounds of a dose (clinical.json, exercise.dose_fields), so that no import or slip can pass them."""
    bounds = {
        "sets": (1, 10),
        "reps": (1, 50),
        "hold_s": (0, 120),
        "rest_s": (0, 300),
        "times_per_day": (1, 6),
        "days_per_week": (1, 7),
    }
    return tuple(
        CheckConstraint(f"{name} BETWEEN {low} AND {high}", name=name) for name, (low, high) in bounds.items()
    )


class PhaseSpan:
    """In which phases of its routine or program a move is asked; they are counted from 1."""

    from_phase: Mapped[int] = mapped_column(default=1, server_default="1")
    until_phase: Mapped[int | None]


def span_check() -> CheckConstraint:
    """A span of phases that does not end before it begins."""
    return CheckConstraint(
        "from_phase >= 1 AND (until_phase IS NULL OR until_phase >= from_phase)", name="phases"
    )


LIBRARY_INDEX = ("practice_id", "sort_key", "id", "retired_at", "body_position", "search_key")


class Exercise(OfPractice, Base):
    """A move in the practice's words: its own, or begun from the catalogue's `key` and its own from then on.

    A retired one is offered no more; who has it keeps it. `figure` names a drawing of ours, or is empty.
    """

    __tablename__ = "exercise"
    __table_args__ = tenant(
        UniqueConstraint("practice_id", "key"),
        # the library by name, with all that its search reads: a move's row is long
        Index("ix_exercise_library", *LIBRARY_INDEX),
    )

    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text)
    setup: Mapped[list[str]]
    steps: Mapped[list[str]]
    cues: Mapped[list[str]]
    range_words: Mapped[str] = mapped_column(Text)
    feet_words: Mapped[str] = mapped_column(Text)
    knees_words: Mapped[str] = mapped_column(Text)
    stop_if: Mapped[list[str]]
    figure: Mapped[str] = mapped_column(String(60))
    tempo_there: Mapped[str] = mapped_column(String(40), default="", server_default="")
    tempo_back: Mapped[str] = mapped_column(String(40), default="", server_default="")
    body_position: Mapped[BodyPosition | None] = mapped_column(choice(BodyPosition, "body_position"))
    easier: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    harder: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    equipment: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    tags: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    # key, name and how of each use in daily life
    transfers: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")  # goes up with each change
    sort_key: Mapped[str] = mapped_column(String(120), default="", server_default="")
    search_key: Mapped[str] = mapped_column(Text, default="", server_default="")

    mistakes: Mapped[list[ExerciseMistake]] = relationship(
        foreign_keys="ExerciseMistake.exercise_id", order_by="ExerciseMistake.position", viewonly=True
    )
    media: Mapped[list[ExerciseMedia]] = relationship(foreign_keys="ExerciseMedia.exercise_id", viewonly=True)
    pictures: Mapped[list[ExercisePicture]] = relationship(  # those on show
        primaryjoin="and_(ExercisePicture.exercise_id == Exercise.id, ExercisePicture.removed_at.is_(None))",
        foreign_keys="ExercisePicture.exercise_id",
        viewonly=True,
    )

    @property
    def named_mistake(self) -> ExerciseMistake | None:
        """The mistake that the practice has its own word for, if this is its move."""
        return next((row for row in self.mistakes if row.is_named), None)


@event.listens_for(Exercise, "before_insert")
@event.listens_for(Exercise, "before_update")
def _be_found(mapper: object, connection: object, move: Exercise) -> None:
    """Whoever changes a move, it is found by what it says now."""
    move.sort_key = sort_key(move.name)
    move.search_key = search_key(
        [move.name, move.purpose, *move.cues, *(move.equipment or ())], move.tags or ()
    )


class ExerciseMistake(OfPractice, Base):
    """A fault of a move. The named one (the "Butt Mistake") means nothing until a practitioner says what."""

    __tablename__ = "exercise_mistake"
    __table_args__ = tenant(
        belongs_to("exercise", "exercise_id"),
        belongs_to("user_account", "confirmed_by"),
        UniqueConstraint("practice_id", "exercise_id", "key"),
    )

    exercise_id: Mapped[uuid.UUID]
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    see: Mapped[str | None] = mapped_column(Text)
    fix: Mapped[str | None] = mapped_column(Text)
    self_test: Mapped[str | None] = mapped_column(Text)
    is_named: Mapped[bool] = mapped_column(default=False)
    fault_keys: Mapped[list[str]] = mapped_column(default=list)  # what the named mistake stands for
    video_second: Mapped[int | None]
    confirmed_by: Mapped[uuid.UUID | None]
    confirmed_at: Mapped[datetime | None]

    confirmer: Mapped[User | None] = relationship(foreign_keys="ExerciseMistake.confirmed_by", viewonly=True)


class ExerciseMedia(OfPractice, Base):
    """The practice's own video of a move, as provider and id: nothing is fetched from it."""

    __tablename__ = "exercise_media"
    __table_args__ = tenant(
        belongs_to("exercise", "exercise_id"),
        UniqueConstraint("practice_id", "exercise_id"),
    )

    exercise_id: Mapped[uuid.UUID]
    provider: Mapped[str] = mapped_column(String(20))
    video_id: Mapped[str] = mapped_column(String(40))
    added_at: Mapped[datetime]
