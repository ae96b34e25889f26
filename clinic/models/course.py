"""Courses: a group with days and a routine, those who asked for a place, and what is written to all."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.courses import CourseDays, CourseState, LateStart, RequestState
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.group import ClientGroup


class Course(OfPractice, Base):
    """What makes a course of a group. `checkin` is a rhythm as acts for many keep it; None: no check-ins.

    `join_code` stands on posters and in mails: it opens a form and nothing else, so it is no secret.
    """

    __tablename__ = "course"
    __table_args__ = tenant(
        belongs_to("client_group", "group_id"),
        belongs_to("routine_version", "version_id"),
        UniqueConstraint("practice_id", "group_id"),
        Index(None, "state"),
        CheckConstraint("weeks BETWEEN 1 AND 104", name="weeks"),
        CheckConstraint("places BETWEEN 1 AND 2000", name="places"),
    )

    group_id: Mapped[uuid.UUID]
    state: Mapped[CourseState] = mapped_column(choice(CourseState, "state"), default=CourseState.DRAFT)
    starts_on: Mapped[date]
    weeks: Mapped[int]
    version_id: Mapped[uuid.UUID]  # of the routine that everybody gets
    checkin: Mapped[dict[str, Any] | None]
    places: Mapped[int | None]  # None: as many as come
    late: Mapped[LateStart] = mapped_column(choice(LateStart, "late"))
    needs_approval: Mapped[bool]
    welcome: Mapped[str | None] = mapped_column(Text)  # shown on the page alone
    join_code: Mapped[str | None] = mapped_column(String(32), unique=True)  # None: the link is off
    ended_at: Mapped[datetime | None]  # or called off
    ended_because: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[ClientGroup] = relationship(foreign_keys="Course.group_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def days(self) -> CourseDays:
        """Its first day and its length."""
        return CourseDays(self.starts_on, self.weeks)


class CourseRequest(OfPractice, Base):
    """Somebody who asked for a place by the link: as little as it takes until their address is proved."""

    __tablename__ = "course_request"
    __table_args__ = tenant(
        belongs_to("course", "course_id"),
        belongs_to("client", "client_id"),
        belongs_to("user_account", "decided_by"),
        UniqueConstraint("practice_id", "course_id", "email_key"),
        Index(None, "practice_id", "client_id"),
    )

    course_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    time_zone: Mapped[str] = mapped_column(String(64))
    consented_at: Mapped[datetime]
    # the words that were agreed to; without any of the record an earlier release asked for both in one tick
    record_words: Mapped[str | None] = mapped_column(Text)
    mail_words: Mapped[str | None] = mapped_column(Text)  # without any they want no mail
    state: Mapped[RequestState] = mapped_column(choice(RequestState, "state"))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    client_id: Mapped[uuid.UUID | None]  # whom it made a member
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]


class GroupMessage(OfPractice, Base):
    """What somebody of the practice wrote to all of a group. Mails only say that it is there."""

    __tablename__ = "group_message"
    __table_args__ = tenant(
        belongs_to("client_group", "group_id"),
        belongs_to("user_account", "written_by"),
        Index(None, "practice_id", "group_id"),
    )

    group_id: Mapped[uuid.UUID]
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[uuid.UUID]
    written_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
