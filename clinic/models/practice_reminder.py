"""A client's own wish to be reminded to practise."""

from __future__ import annotations

import uuid
from datetime import datetime, time

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.practice_reminders import ReminderWay
from clinic.models.base import Base, OfPractice, belongs_to, choice, index_where_set, tenant
from clinic.models.person import Client


class PracticeReminder(OfPractice, Base):
    """At what time of their own day a client is reminded, and how; one a client, also once it is stopped."""

    __tablename__ = "practice_reminder"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "client_id"),
        index_where_set("next_due_at"),
    )

    client_id: Mapped[uuid.UUID]
    at_time: Mapped[time]
    way: Mapped[ReminderWay] = mapped_column(choice(ReminderWay, "way"))
    wished_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]  # when the next is looked at; None: the calendar asks by itself

    client: Mapped[Client] = relationship(foreign_keys="PracticeReminder.client_id", viewonly=True)
