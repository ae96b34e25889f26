"""Commands that keep a practice's records safe."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from clinic.cli.tables import make_tables
from clinic.domain.dates import count
from clinic.services.upkeep import backup as service

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@with_appcontext
def backup(file: Path) -> None:
    """Write all records to FILE."""
    click.echo(f"{count(service.back_up(file), 'row')} written to {file}.")


@click.command()
@click.argument("file", type=FILE)
@with_appcontext
def restore(file: Path) -> None:
    """Fill an empty database from FILE; where it has no tables yet, they are made first."""
    make_tables()
    click.echo(f"{count(service.restore(file), 'row')} restored from {file}.")
