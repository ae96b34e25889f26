"""The tables of the database: made where there are none yet, brought up to date where there are."""

from __future__ import annotations

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade

from clinic.extensions import MIGRATIONS, db, for_writing
from clinic.services.transaction import release
from clinic.services.upkeep.backups.plain_copy import copy_sqlite
from config import Settings


def make_tables() -> None:
    """Make the tables in an empty database, and its folder; one that holds any is left as it is."""
    make_folder()
    if not _versions():
        upgrade()


def make_folder() -> None:
    """Make the data folder where it is not there yet."""
    settings: Settings = current_app.config["SETTINGS"]
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def bring_up_to_date(settings: Settings) -> None:
    """Run the migrations that are new here, after a copy: a migration can be undone only so far."""
    there = _versions()
    if there == set(ScriptDirectory(str(MIGRATIONS)).get_heads()):
        return
    if there:
        _keep_a_copy(settings)
    upgrade()


def _versions() -> set[str]:
    with for_writing(False):
        found = MigrationContext.configure(db.session.connection()).get_current_heads()
        release()
    return set(found)


def _keep_a_copy(settings: Settings) -> None:
    copy = None
    if settings.database_url.startswith("sqlite"):
        copy = copy_sqlite(settings.database_url, settings.data_dir / "backups")
    if copy is not None:
        click.echo(f"A copy from before the migration is at {copy}.")
