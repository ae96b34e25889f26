"""The command that says whether the database keeps practices apart."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from clinic.domain.errors import RuleBroken
from clinic.services.upkeep import release, role


@click.command()
@with_appcontext
def walls() -> None:
    """Say whether PostgreSQL keeps practices apart for the role that the app connects as; exit 1 if not."""
    if current_app.config["SETTINGS"].database_url.startswith("sqlite"):
        click.echo("SQLite has no walls: the queries alone keep practices apart.")
        return
    if release.schema_of_database() is None:
        raise RuleBroken("There are no walls yet, for the database has no tables: run clinic db upgrade.")
    if found := role.problem():
        raise RuleBroken(f"The walls between practices do not hold: {found}")
    click.echo("The walls between practices hold.")
