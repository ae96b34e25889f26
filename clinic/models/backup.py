"""Who can open the backups, and what became of each. Of no practice: a backup holds all of them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.backups import BackupProblem, BackupRun, RunState
from clinic.models.base import Base, choice

TAKEN = "taken"


class BackupKey(Base):
    """A public key that backups are encrypted to. The private one is on paper, and was never stored."""

    __tablename__ = "backup_key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    recipient: Mapped[str] = mapped_column(String(2000), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    installation: Mapped[str] = mapped_column(String(16))  # whose signature its sheet names
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    retired_at: Mapped[datetime | None]


class BackupRecord(Base):
    """One backup, restore or drill. `slot` is TAKEN while a nightly one runs, so that only one does."""

    __tablename__ = "backup_record"
    __table_args__ = (
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="problem_said"),
        Index(None, "kind", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[BackupRun] = mapped_column(choice(BackupRun, "kind"))
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"))
    slot: Mapped[str | None] = mapped_column(String(8), unique=True)
    started_at: Mapped[datetime]
    held_until: Mapped[datetime]  # renewed as it goes on; later, whoever ran it is dead
    finished_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(300), default="")
    size: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    rows: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[BackupProblem | None] = mapped_column(choice(BackupProblem, "problem"))
    said: Mapped[str] = mapped_column(String(300), default="")  # what went wrong, in a sentence
