"""Groups of clients, and who stood in them from when to when."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.models.base import Base, OfPractice, belongs_to, tenant
from clinic.models.person import User


class ClientGroup(OfPractice, Base):
    """Clients who are looked at together. Its name is how records, files and acts for many speak of it."""

    __tablename__ = "client_group"
    __table_args__ = tenant(
        belongs_to("user_account", "leader_id"),
        UniqueConstraint("practice_id", "name"),
    )

    name: Mapped[str] = mapped_column(String(80))
    leader_id: Mapped[uuid.UUID | None]  # None: nobody was named yet
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    leader: Mapped[User | None] = relationship(foreign_keys="ClientGroup.leader_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


class GroupMember(OfPractice, Base):
    """That a client stands in a group, or stood there; whoever comes back has the same row."""

    __tablename__ = "group_member"
    __table_args__ = tenant(
        belongs_to("client_group", "group_id"),
        belongs_to("client", "client_id"),
        belongs_to("program", "program_id"),
        UniqueConstraint("practice_id", "group_id", "client_id"),
        Index(None, "practice_id", "client_id"),
    )

    group_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    program_id: Mapped[uuid.UUID | None]  # what the course gave them
    problem: Mapped[str | None] = mapped_column(String(300))  # why it gave them nothing, in words
