"""Before a migration: a plain copy of an SQLite database, beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url

from clinic.own_files import ready_for_sqlite
from clinic.services.clock import now


def copy_sqlite(url: str, folder: Path) -> Path | None:
    """Copy the database into a folder, whoever uses it meanwhile; None where there is nothing yet."""
    source = Path(make_url(url).database or "")
    if not source.is_file():
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"before-migration-{now():%Y%m%d-%H%M%S}.sqlite3"
    ready_for_sqlite(target)
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    return target
