"""Commands about mail: what is waiting, what went wrong, and trying it again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

import click
from flask.cli import with_appcontext

from clinic.domain.skipping import skip_in_words
from clinic.domain.types import OutboxState
from clinic.models import Checkin, OutboxMessage
from clinic.services.checkins import histories as checkin_histories
from clinic.services.outbox import promises as service
from clinic.services.upkeep import heartbeats

STATES = click.Choice([state.value for state in OutboxState])
OPEN = (OutboxState.READY, OutboxState.LEASED, OutboxState.IN_DOUBT, OutboxState.FAILED)
WORDS = {
    OutboxState.READY: "waiting",
    OutboxState.LEASED: "being sent",
    OutboxState.IN_DOUBT: "in doubt",
    OutboxState.KEPT: "kept here, not sent",
}
COLUMNS = ("MAIL", "DUE (UTC)", "STATE", "KIND", "TRIES", "WHY")
GAP = "  "


@click.group()
def outbox() -> None:
    """Mail that is waiting, sent, or in trouble."""


@outbox.command()
@click.option("--state", "states", type=STATES, multiple=True, help="Only these; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Sent and ended ones too.")
@click.option("--client", "who", metavar="ADDRESS|ID", help="One client: every check-in with every change.")
@click.option("--most", default=50, show_default=True, help="How many lines, or check-ins.")
@with_appcontext
def show(states: tuple[str, ...], everything: bool, who: str | None, most: int) -> None:
    """List mails that wait, are in doubt or have failed, newest first, and why."""
    if who is not None:
        _ledger(who, most)
        return
    wanted = tuple(OutboxState(state) for state in states) or (() if everything else OPEN)
    rows = [_cells(message) for message in service.listed(wanted, most)]
    _table([COLUMNS, *rows] if rows else [])
    _sums()


@outbox.command()
@click.argument("mail_id", metavar="ID", type=click.UUID)
@with_appcontext
def retry(mail_id: uuid.UUID) -> None:
    """Send a mail again that failed or may not have arrived."""
    message = service.retry(mail_id)
    click.echo(f"{message.kind} {message.id} is waiting to be sent.")


def _cells(message: OutboxMessage) -> tuple[str, ...]:
    state = WORDS.get(message.state, message.state.value)
    return (str(message.id), _at(message.due_at), state, message.kind, str(message.attempts), _why(message))


def _why(message: OutboxMessage) -> str:
    return message.reason or message.smtp_reply or ""


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(GAP.join(cells).rstrip())


def _sums() -> None:
    counts = service.counts()
    told = [f"{counts[state]} {WORDS.get(state, state.value)}" for state in OPEN if counts.get(state)]
    click.echo(", ".join(told) if told else "Nothing waits, is in doubt or has failed lately.")
    trouble = heartbeats.last_seen().get(heartbeats.MAIL_SERVER)
    if trouble and trouble[1]:
        click.echo(f"mail server: {trouble[1]} ({_at(trouble[0])} UTC)")


def _ledger(who: str, most: int) -> None:
    clients = checkin_histories.known_as(who)
    if not clients:
        raise click.ClickException("There is no client with this address or id.")
    for client in clients:
        click.echo(f"{client.id}{GAP}times in UTC")
        for history in checkin_histories.of_client(client, most):
            click.echo(_headline(history.checkin))
            _changes((each.happened_at, each.state.value, each.reason) for each in history.changes)


def _headline(checkin: Checkin) -> str:
    why = f": {skip_in_words(checkin.skip_reason)}" if checkin.skip_reason else ""
    state = checkin.state.value.replace("_", " ")
    return f"{checkin.local_date:%a %Y-%m-%d}{GAP}{checkin.kind.value}{GAP}{state}{why}"


def _changes(changes: Iterable[tuple[datetime, str, str]]) -> None:
    for at, state, reason in changes:
        click.echo(f"    {_at(at)}{GAP}{state.replace('_', ' '):9}{GAP}{reason}".rstrip())


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
