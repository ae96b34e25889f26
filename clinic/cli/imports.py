"""Commands that bring records in from elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from clinic.domain.dates import count
from clinic.domain.errors import RuleBroken
from clinic.services.clients import importing as clients_import
from clinic.services.clients.importing import ImportOutcome


@click.group("import")
def imports() -> None:
    """Bring records in from another system."""


@imports.command("clients")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--again", is_flag=True, help="Add people also where one like them is a client already.")
@with_appcontext
def clients(file: Path, dry_run: bool, again: bool) -> None:
    """Add the clients of a CSV file: all of them, or none if a line is wrong."""
    outcome = clients_import.import_clients(file, dry_run=dry_run, again=again)
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    if outcome.problems:
        hint = " If they are other people, add them with --again." if _may_be_meant(outcome) else ""
        raise RuleBroken(f"{count(len(outcome.problems), 'problem')}. Nothing was added.{hint}")
    click.echo(f"{count(outcome.clients, 'client')} {'can be added' if dry_run else 'added'}.")


def _may_be_meant(outcome: ImportOutcome) -> bool:
    return all(problem.may_be_meant for problem in outcome.problems)
