"""The figures of a practice as they were last made: its page costs the same however many clients it has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from clinic.models.base import Base, OfPractice, tenant


class PracticeFigures(OfPractice, Base):
    """One row a practice: counts, nobody's name."""

    __tablename__ = "practice_figures"
    __table_args__ = tenant(UniqueConstraint("practice_id"))

    figures: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
