"""Commands that bring records in from elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from clinic.domain.errors import RuleBroken
from clinic.services.clients import importing as clients_import


@click.group("import")
def imports() -> None:
    """Bring records in from another system."""


@imports.command("clients")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@with_appcontext
def clients(file: Path, dry_run: bool) -> None:
    """Add the clients of a CSV file: all of them, or none if a line is wrong."""
    outcome = clients_import.import_clients(file, dry_run=dry_run)
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    if outcome.problems:
        raise RuleBroken(f"{len(outcome.problems)} problems. Nothing was added.")
    click.echo(f"{outcome.clients} clients {'can be added' if dry_run else 'added'}.")
