"""Commands about the audit trail."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from clinic.domain.dates import count
from clinic.services.audit import checking


@click.group()
def audit() -> None:
    """Who did, read and was refused what."""


@audit.command()
@with_appcontext
def verify() -> None:
    """Say whether the trail of each practice is whole; name what was changed, removed or moved, and exit 1.

    The last hash may be noted elsewhere: whoever could write a whole new chain could not write that one.
    """
    faults = 0
    for report in checking.verify():
        length = "1 entry" if report.length == 1 else f"{report.length:,} entries"
        click.echo(f"practice {report.practice_id}: {length}, the last is {report.hash or 'none'}")
        for fault in report.faults:
            faults += 1
            click.echo(f"  entry {fault.seq}: {fault.words}" if fault.seq else f"  entry {fault.words}")
    if faults:
        click.echo(f"The audit trail is not whole: {count(faults, 'fault')}.", err=True)
        sys.exit(1)
    click.echo("The audit trail is whole.")
