"""Reports of clients' progress, as they were read and signed."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.progress_reports import ReportReader
from clinic.models.base import Base, FrozenJson, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User


class ProgressReport(OfPractice, Base):
    """One report; what it says stays as it was signed. `content` is what stood on the page, part by part."""

    __tablename__ = "progress_report"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "signed_by"),
        Index(None, "practice_id", "client_id"),
        CheckConstraint("since <= until", name="days"),
    )

    client_id: Mapped[uuid.UUID]
    reader: Mapped[ReportReader] = mapped_column(choice(ReportReader, "reader"))
    since: Mapped[date]
    until: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(FrozenJson)
    words: Mapped[str] = mapped_column(Text)  # the practitioner's own
    signed_by: Mapped[uuid.UUID]
    signed_at: Mapped[datetime]
    given_at: Mapped[datetime | None]  # since when the client finds it on their pages
    withdrawn_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(foreign_keys="ProgressReport.client_id", viewonly=True)
    signer: Mapped[User] = relationship(foreign_keys="ProgressReport.signed_by", viewonly=True)
