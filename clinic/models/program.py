"""Programs: what one client was given, in the wording they were given it in, and what they made of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.practising import MOST_REPS
from clinic.domain.programs import status_on
from clinic.domain.progress import Span
from clinic.domain.types import (
    LogObstacle,
    LogOutcome,
    MistakeAnswer,
    ProgramAction,
    ProgramStatus,
    StopReason,
    WayDone,
)
from clinic.models.base import Base, FrozenJson, OfPractice, belongs_to, choice, tenant
from clinic.models.exercise import DoseColumns, PhaseSpan, dose_checks, span_check
from clinic.models.person import Client
from clinic.models.routine import PhaseColumns, phase_checks


class Program(OfPractice, Base):
    """A routine version assigned to a client. Dates are the client's own local dates."""

    __tablename__ = "program"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("routine_version", "routine_version_id"),
        belongs_to("user_account", "assigned_by"),
        Index(None, "practice_id", "client_id", "status"),
        Index(None, "status", "ends_on"),  # whose last day is over, asked every few seconds
        Index(None, "paused_from"),  # and whose pause has come
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("paused_until IS NULL OR paused_until >= paused_from", name="pause_ends_after_start"),
    )

    client_id: Mapped[uuid.UUID]
    routine_version_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(String(120))
    # as of the worker's last round, to narrow down by; `on` says what it is on a day
    status: Mapped[ProgramStatus] = mapped_column(choice(ProgramStatus, "status"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    paused_from: Mapped[date | None]  # the first day of the pause that is, or is to come
    paused_until: Mapped[date | None]  # its last; None: until somebody resumes it
    # whether the client may choose harder ways of its moves
    allows_harder: Mapped[bool] = mapped_column(default=False, server_default=false())
    graduated_on: Mapped[date | None]  # ended because all went well; a restart takes it back
    assigned_by: Mapped[uuid.UUID]
    assigned_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="Program.client_id", viewonly=True)
    prescriptions: Mapped[list[Prescription]] = relationship(
        foreign_keys="Prescription.program_id", order_by="Prescription.position", viewonly=True
    )
    phases: Mapped[list[ProgramPhase]] = relationship(
        foreign_keys="ProgramPhase.program_id", order_by="ProgramPhase.position", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def pause(self) -> Span | None:
        """The pause that is, or is to come."""
        return Span(self.paused_from, self.paused_until) if self.paused_from else None

    def on(self, day: date) -> ProgramStatus:
        """What it is on one of its client's days, whether or not the worker has been round since."""
        return status_on(day, self.status, starts_on=self.starts_on, ends_on=self.ends_on, pause=self.pause)


class ProgramPhase(PhaseColumns, OfPractice, Base):
    """A phase of one client's program, as the routine had it when it was given."""

    __tablename__ = "program_phase"
    __table_args__ = tenant(
        belongs_to("program", "program_id"),
        belongs_to("user_account", "passed_by"),
        UniqueConstraint("practice_id", "program_id", "position"),
        *phase_checks(),
    )

    program_id: Mapped[uuid.UUID]
    passed_on: Mapped[date | None]  # the client's day from which the next one counts
    passed_by: Mapped[uuid.UUID | None]


class Prescription(DoseColumns, PhaseSpan, OfPractice, Base):
    """One move with this client's dose. `content` is frozen: later edits of the exercise do not reach it."""

    __tablename__ = "prescription"
    __table_args__ = tenant(
        belongs_to("program", "program_id"),
        belongs_to("exercise", "exercise_id"),
        UniqueConstraint("practice_id", "program_id", "position"),
        span_check(),
        *dose_checks(),
    )

    program_id: Mapped[uuid.UUID]
    exercise_id: Mapped[uuid.UUID]
    position: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(FrozenJson)


class ProgramEvent(OfPractice, Base):
    """A step, a moved day or a corrected dose: from which day, why, and what stood before."""

    __tablename__ = "program_event"
    __table_args__ = tenant(
        belongs_to("program", "program_id"),
        belongs_to("user_account", "actor_id"),
        Index(None, "practice_id", "program_id"),
    )

    program_id: Mapped[uuid.UUID]
    # None: a corrected dose
    action: Mapped[ProgramAction | None] = mapped_column(choice(ProgramAction, "action"))
    effective_on: Mapped[date]
    until: Mapped[date | None]  # the last day of a pause
    reason: Mapped[str] = mapped_column(Text)
    stop: Mapped[StopReason | None] = mapped_column(choice(StopReason, "stop"))  # of an end by hand
    told: Mapped[str | None] = mapped_column(Text)  # what the client reads of a corrected dose
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[uuid.UUID | None]  # None: the system
    happened_at: Mapped[datetime]


class PracticeLog(OfPractice, Base):
    """What the client says of one move on one day. A double tap meets the constraint and is one row."""

    __tablename__ = "practice_log"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("prescription", "prescription_id"),
        UniqueConstraint("practice_id", "prescription_id", "local_date", "slot"),
        Index(None, "practice_id", "client_id", "local_date"),
        CheckConstraint("pain BETWEEN 0 AND 10", name="pain"),
        CheckConstraint("slot BETWEEN 1 AND 6", name="slot"),
        *(
            CheckConstraint(f"{name} BETWEEN 0 AND {MOST_REPS}", name=name)
            for name in ("reps_both", "reps_left", "reps_right")
        ),
    )

    client_id: Mapped[uuid.UUID]
    prescription_id: Mapped[uuid.UUID]
    local_date: Mapped[date]
    slot: Mapped[int] = mapped_column(default=1)  # which of the day's times, from 1
    outcome: Mapped[LogOutcome] = mapped_column(choice(LogOutcome, "outcome"))
    pain: Mapped[int | None]
    # why it was not done, or not all of it
    obstacle: Mapped[LogObstacle | None] = mapped_column(choice(LogObstacle, "obstacle"))
    mistake: Mapped[MistakeAnswer | None] = mapped_column(choice(MistakeAnswer, "mistake"))
    note: Mapped[str | None] = mapped_column(Text)
    # what guided practice counted, all times of the day together: on each side, or without one
    reps_both: Mapped[int | None]
    reps_left: Mapped[int | None]
    reps_right: Mapped[int | None]
    way: Mapped[WayDone | None] = mapped_column(choice(WayDone, "way"))  # None: the one that is asked
    way_words: Mapped[str | None] = mapped_column(Text)
    late_key: Mapped[uuid.UUID | None]  # of a log that a device kept until there was a network
    logged_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]


class PainMorning(OfPractice, Base):
    """How the pain of the day before was in the morning, said once a day; sending again corrects it."""

    __tablename__ = "pain_morning"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "client_id", "local_date"),
    )

    client_id: Mapped[uuid.UUID]
    local_date: Mapped[date]  # the morning's own day
    settled: Mapped[bool]
    easier: Mapped[dict[str, Any] | None]  # the ways taken for that day, in their words, by move
    said_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
