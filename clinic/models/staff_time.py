"""Time that somebody of the practice spent on a client between visits."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.staff_time import LONGEST, LONGEST_NOTE, StaffTimeKind
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User


class StaffTime(OfPractice, Base):
    """So many minutes of one person on one day; what was removed counts no more and can be brought back."""

    __tablename__ = "staff_time"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "user_id"),
        Index(None, "practice_id", "client_id", "day"),
        Index(None, "practice_id", "day"),
        CheckConstraint(f"minutes BETWEEN 1 AND {LONGEST}", name="minutes"),
    )

    client_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]  # whose time it was
    day: Mapped[date]  # where the practice is
    minutes: Mapped[int]
    kind: Mapped[StaffTimeKind] = mapped_column(choice(StaffTimeKind, "kind"))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="StaffTime.client_id", viewonly=True)
    user: Mapped[User] = relationship(foreign_keys="StaffTime.user_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}
