"""The command that makes a practice to try things in."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from clinic.cli.tables import make_tables
from clinic.services import demo as service


@click.command()
@click.option("--clients", default=service.CLIENTS, show_default=True, type=click.IntRange(2, 200_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@with_appcontext
def demo(clients: int, seed: int) -> None:
    """Make a believable practice with made-up clients in an empty installation."""
    make_tables()
    for login in service.seed_practice(clients, seed):
        click.echo(f"{login.role:<13} {login.email}   {login.password}")
