"""Commands that keep a practice's records safe."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from clinic.services.upkeep import backup as service

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@with_appcontext
def backup(file: Path) -> None:
    """Write all records to FILE."""
    click.echo(f"{service.back_up(file)} rows written to {file}.")


@click.command()
@click.argument("file", type=FILE)
@with_appcontext
def restore(file: Path) -> None:
    """Fill an empty database from FILE."""
    click.echo(f"{service.restore(file)} rows restored from {file}.")
