"""Check-ins: when they are due, the ledger of each one, its answer, and warning signs."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Exists,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.skipping import AWAITED
from clinic.domain.types import CheckinKind, CheckinState, MistakeAnswer, ScheduleKind, SkipReason, Tier
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client

REMIND, SILENT = text("remind_at IS NOT NULL"), text("silent_since IS NOT NULL")


class CheckinSchedule(OfPractice, Base):
    """When a program's check-ins fall due: wall-clock time in the client's zone.

    `next_on` and `next_due_at` are a cache of the rule, planned again when rule or zone change. A check-in
    falls in every week, every second or every fourth, counted from the week of `counted_from`.
    """

    __tablename__ = "checkin_schedule"
    __table_args__ = tenant(
        belongs_to("program", "program_id"),
        UniqueConstraint("practice_id", "program_id"),
        Index(None, "next_due_at"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("every_weeks IN (1, 2, 4)", name="every_weeks"),
        CheckConstraint("(next_on IS NULL) = (next_due_at IS NULL)", name="next"),
    )

    program_id: Mapped[uuid.UUID]
    kind: Mapped[ScheduleKind] = mapped_column(choice(ScheduleKind, "kind"), default=ScheduleKind.WEEKLY)
    weekday: Mapped[int]  # 0 is Monday
    every_weeks: Mapped[int] = mapped_column(default=1, server_default="1")  # 1, 2 or 4
    counted_from: Mapped[date | None]  # a day of this rhythm's first week; None: the program's
    at_time: Mapped[time]
    time_zone: Mapped[str] = mapped_column(String(64))
    rhythm_since: Mapped[date | None]  # of every_weeks; None: the first day
    cadence_days: Mapped[str | None] = mapped_column(String(120))  # "1,3,7,14": days after the start
    next_on: Mapped[date | None]
    next_due_at: Mapped[datetime | None]  # None: nothing more is planned


class Checkin(OfPractice, Base):
    """One row of the ledger: this program, this kind, this local date, and what became of it."""

    __tablename__ = "checkin"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("program", "program_id"),
        UniqueConstraint("practice_id", "program_id", "kind", "local_date"),
        Index(None, "practice_id", "client_id", "local_date"),
        Index(None, "practice_id", "state", "due_at"),
        Index(None, "remind_at", sqlite_where=REMIND, postgresql_where=REMIND),
        Index(
            "ix_checkin_practice_id_client_id_silent",
            "practice_id",
            "client_id",
            sqlite_where=SILENT,
            postgresql_where=SILENT,
        ),
    )

    client_id: Mapped[uuid.UUID]
    program_id: Mapped[uuid.UUID]
    kind: Mapped[CheckinKind] = mapped_column(choice(CheckinKind, "kind"))
    local_date: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[CheckinState] = mapped_column(choice(CheckinState, "state"))
    skip_reason: Mapped[SkipReason | None] = mapped_column(choice(SkipReason, "skip_reason"))
    sent_at: Mapped[datetime | None]  # of one in doubt: when it was, if it was
    remind_at: Mapped[datetime | None]  # when to look whether a reminder is called for; None: that is settled
    reminded_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]  # expired by itself, and counted as unanswered from then on
    answered_at: Mapped[datetime | None]
    signs_denied_at: Mapped[datetime | None]  # when somebody last said that no warning sign is new

    client: Mapped[Client] = relationship(foreign_keys="Checkin.client_id", viewonly=True)
    answer: Mapped[CheckinAnswer | None] = relationship(
        foreign_keys="CheckinAnswer.checkin_id", viewonly=True
    )


def is_unanswered() -> ColumnElement[bool]:
    """Whether a check-in stands in a run of unanswered ones; for queries that go by client."""
    return or_(Checkin.state.in_(AWAITED), Checkin.silent_since.is_not(None))


class CheckinEvent(OfPractice, Base):
    """A change of a check-in's state, with its time and reason; rows are only ever added."""

    __tablename__ = "checkin_event"
    __table_args__ = tenant(belongs_to("checkin", "checkin_id"), Index(None, "practice_id", "checkin_id"))

    checkin_id: Mapped[uuid.UUID]
    state: Mapped[CheckinState] = mapped_column(choice(CheckinState, "state"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    happened_at: Mapped[datetime]


class CheckinAnswer(OfPractice, Base):
    """What the client answered; sending again the same day corrects it, and the audit keeps what it was."""

    __tablename__ = "checkin_answer"
    __table_args__ = tenant(
        belongs_to("checkin", "checkin_id"),
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "checkin_id"),
        Index(None, "practice_id", "client_id", "answered_at"),
        Index(None, "practice_id", "answered_at"),  # the first page asks what came in lately
        CheckConstraint("pain BETWEEN 0 AND 10", name="pain"),
        CheckConstraint("days_practised BETWEEN 0 AND 7", name="days_practised"),
    )

    checkin_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    days_practised: Mapped[int | None]
    pain: Mapped[int | None]  # average over the last week, 0-10; None: rather not say
    mistake: Mapped[MistakeAnswer | None] = mapped_column(choice(MistakeAnswer, "mistake"))
    contact_wanted: Mapped[bool]
    note: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]


class WarningFlag(OfPractice, Base):
    """Warning signs a client named, or that were found in an assessment.

    While one is open the program is locked and no check-in is mailed. `found` holds what an assessment
    found, as it was recorded when the flag was raised.
    """

    __tablename__ = "warning_flag"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("checkin", "checkin_id"),
        belongs_to("assessment", "assessment_id"),
        belongs_to("user_account", "cleared_by"),
        UniqueConstraint("practice_id", "checkin_id"),
        # an assessment has one open flag; what is found after it was cleared raises another
        Index(
            "uq_warning_flag_practice_id_assessment_id_open",
            "practice_id",
            "assessment_id",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index(None, "practice_id", "client_id", "cleared_at"),
        CheckConstraint("(cleared_at IS NULL) = (cleared_by IS NULL)", name="cleared_by_whom"),
        CheckConstraint("cleared_at IS NULL OR clear_note IS NOT NULL", name="cleared_with_note"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason IS NULL)", name="taken_back_why"),
    )

    client_id: Mapped[uuid.UUID]
    checkin_id: Mapped[uuid.UUID | None]  # None: named on the client's own page, or found
    assessment_id: Mapped[uuid.UUID | None]  # of a draft that was thrown away nothing is left but `found`
    found: Mapped[list[dict[str, Any]] | None]
    tier: Mapped[Tier] = mapped_column(choice(Tier, "tier"))
    question_keys: Mapped[list[str]]
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[uuid.UUID | None]
    clear_note: Mapped[str | None] = mapped_column(Text)
    # whoever named it says that it was a mistake; it stays open until somebody of the practice has looked
    taken_back_at: Mapped[datetime | None]
    taken_back_reason: Mapped[str | None] = mapped_column(Text)

    @hybrid_property
    def is_open(self) -> bool:
        """Whether nobody has cleared it yet."""
        return self.cleared_at is None

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return _uncleared(cls)


def has_open_flag(practice_id: Any, client_id: Any) -> Exists:
    """Whether a client has a flag that is open: columns, values or bound parameters say which client.

    Made of the table, so that statements past the session can ask it too.
    """
    flag = WarningFlag.__table__.c
    return exists().where(flag.practice_id == practice_id, flag.client_id == client_id, _uncleared(flag))


def _uncleared(flag: Any) -> ColumnElement[bool]:
    cleared: ColumnElement[bool] = flag.cleared_at.is_(None)
    return cleared
