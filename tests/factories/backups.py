"""Backups with a key, and the sheet that opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Base
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import keys
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.making import write_backup
from tests.conftest import app_on_a_copy

FIRST = "0001"
Rows = dict[str, list[tuple[object, ...]]]


def everything() -> Rows:
    """All rows of all tables."""
    rows = {
        table.name: sorted(tuple(map(str, row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return rows


@contextmanager
def app_on_tables_of(revision: str) -> Iterator[None]:
    """From here on the database is an empty one of a release, or one that went all the way back."""
    with app_on_a_copy(None):
        upgrade(revision=FIRST if revision == "base" else revision)
        if revision == "base":
            downgrade(revision=revision)
        yield


def new_sheet() -> Sheet:
    """A key in use, and its sheet."""
    with transaction():
        made = keys.make("Olive's desk", "Olive Hart")
    return keys.read_sheet(f"{made.secret_line}\n{made.verify_line}")


def encrypted(path: Path) -> Sheet:
    """A backup to a key of its own."""
    sheet = new_sheet()
    write_backup(path, [key.recipient for key in keys.in_use()])
    return sheet
