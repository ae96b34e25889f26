"""Commands about check-ins."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from clinic.domain.dates import count
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import reminders as checkin_reminders
from clinic.services.checkins import silence as checkin_silence
from clinic.services.clock import now
from clinic.services.programs import days as program_days


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
    """Plan what is due, once: check-ins, reminders, and which are waited for no longer."""
    moment = at or now()
    program_days.start_due(moment)
    program_days.pause_due(moment)
    program_days.end_due(moment)
    click.echo(checkin_planning.run(moment).in_words)
    click.echo(checkin_reminders.run(moment).in_words)
    click.echo(f"{count(checkin_silence.expire(moment), 'check-in')} no longer waited for.")
