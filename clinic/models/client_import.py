"""A list of clients that was uploaded, what becomes of each row, and layouts that were matched once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import ImportFate, ImportState
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant


class ClientImport(OfPractice, Base):
    """One uploaded file. Its bytes are people's records: they go as soon as its clients are added."""

    __tablename__ = "client_import"
    __table_args__ = tenant(
        belongs_to("user_account", "uploaded_by"),
        belongs_to("user_account", "undone_by"),
        Index(None, "practice_id", "uploaded_at"),
        Index(None, "state"),  # what waits to be gone on with, asked every few seconds
    )

    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"), default=ImportState.UPLOADED)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    file_name: Mapped[str | None] = mapped_column(String(200))
    encoding: Mapped[str] = mapped_column(String(24))
    system: Mapped[str | None] = mapped_column(String(40))  # whose export it is, where that is known
    has_header: Mapped[bool] = mapped_column(default=True)
    headers: Mapped[list[str]] = mapped_column(default=list)
    columns: Mapped[list[str]] = mapped_column(default=list)  # the field of each, "" for one that is left out
    day_order: Mapped[DayOrder | None] = mapped_column(choice(DayOrder, "day_order"))
    is_looked_at: Mapped[bool] = mapped_column(default=False)  # each row has a fate
    fills: Mapped[bool] = mapped_column(default=False)  # what is empty in the records of who is here
    adds_namesakes: Mapped[bool] = mapped_column(default=False)
    is_consented: Mapped[bool] = mapped_column(default=False)  # whoever began it says so of all
    said: Mapped[str | None] = mapped_column(String(300))  # why it failed
    uploaded_by: Mapped[uuid.UUID]  # then whoever began it
    uploaded_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    undone_by: Mapped[uuid.UUID | None]
    undone_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(default=0)
    settled: Mapped[int] = mapped_column(default=0)  # rows that were read by who goes on with it
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]


class ClientImportRow(OfPractice, Base):
    """What becomes of one row; kept for as long as all of it can be undone."""

    __tablename__ = "client_import_row"
    __table_args__ = tenant(
        belongs_to("client_import", "import_id"),
        belongs_to("client", "client_id"),
        Index(None, "practice_id", "import_id", "fate", "line"),
        Index(None, "practice_id", "client_id"),
    )

    import_id: Mapped[uuid.UUID]
    line: Mapped[int]  # of the file, the first is 1
    name: Mapped[str] = mapped_column(String(120))
    fate: Mapped[ImportFate] = mapped_column(choice(ImportFate, "fate"))
    client_id: Mapped[uuid.UUID | None]  # who was added, or is here already
    said: Mapped[str | None] = mapped_column(String(300))
    filled: Mapped[str | None] = mapped_column(String(300))  # the names of what was empty, with commas
    version: Mapped[int | None]  # of the record, right after


class ImportLayout(OfPractice, Base):
    """Which column is which in files with these columns, as somebody of the practice has said once."""

    __tablename__ = "import_layout"
    __table_args__ = tenant(UniqueConstraint("practice_id", "fingerprint"))

    fingerprint: Mapped[str] = mapped_column(String(64))  # of the names of its columns, in their order
    columns: Mapped[list[str]] = mapped_column(default=list)
    has_header: Mapped[bool] = mapped_column(default=True)
    day_order: Mapped[DayOrder | None] = mapped_column(choice(DayOrder, "day_order"))
    changed_at: Mapped[datetime]
