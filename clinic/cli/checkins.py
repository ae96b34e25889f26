"""Commands about check-ins."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from clinic.services import checkin_planning, program_changes
from clinic.services.clock import now


class InstantType(click.ParamType):
    """An instant in ISO form; without a zone it is UTC."""

    name = "iso-time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is not a time like 2026-11-24T09:00+00:00", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.group()
def checkins() -> None:
    """Check-ins: what is due and what became of it."""


@checkins.command()
@click.option("--at", type=InstantType(), help="Plan as of then, for example 2026-11-24T09:00+00:00.")
@with_appcontext
def run(at: datetime | None) -> None:
    """Plan what is due, once."""
    moment = at or now()
    program_changes.start_due(moment)
    report = checkin_planning.run(moment)
    click.echo(report.in_words)
