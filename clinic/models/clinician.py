"""Who else looks after a client."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.clinicians import ClinicianRole
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client


class OtherClinician(OfPractice, Base):
    """A doctor, surgeon or therapist of a client's, outside the practice."""

    __tablename__ = "other_clinician"
    __table_args__ = tenant(belongs_to("client", "client_id"), Index(None, "practice_id", "client_id"))

    client_id: Mapped[uuid.UUID]
    role: Mapped[ClinicianRole] = mapped_column(choice(ClinicianRole, "role"))
    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))  # nothing is ever mailed there from here
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship(foreign_keys="OtherClinician.client_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}
