"""Backups with a key, and the sheet that opens them."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Base
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import keys
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.making import write_backup

Rows = dict[str, list[tuple[object, ...]]]


def everything() -> Rows:
    """All rows of all tables."""
    rows = {
        table.name: sorted(tuple(map(str, row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return rows


def empty_database(revision: str = "head") -> None:
    """The tables of a release, and nothing in them."""
    db.session.remove()
    downgrade(revision="base", x_arg="drop=yes")
    if revision != "base":
        upgrade(revision=revision)


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
