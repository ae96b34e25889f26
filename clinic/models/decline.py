"""Practice that has fallen off, as the last look at everybody's weeks found it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class PracticeDecline(OfPractice, Base):
    """Days practised of days asked in two windows, one after the other; gone once it is made good.

    Kept, because reading four weeks of everybody's log is too much for the page that shows it.
    """

    __tablename__ = "practice_decline"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("program", "program_id"),
        UniqueConstraint("practice_id", "program_id"),
    )

    client_id: Mapped[uuid.UUID]
    program_id: Mapped[uuid.UUID]
    since: Mapped[date]  # the first day of the second window
    before_done: Mapped[int]
    before_of: Mapped[int]
    now_done: Mapped[int]
    now_of: Mapped[int]
    noticed_at: Mapped[datetime]
