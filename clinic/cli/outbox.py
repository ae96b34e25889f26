"""Commands about mail: what is waiting, what went wrong, and trying it again."""

from __future__ import annotations

import uuid

import click
from flask.cli import with_appcontext

from clinic.domain.types import OutboxState
from clinic.models import OutboxMessage
from clinic.services import heartbeats
from clinic.services import outbox as service

STATES = click.Choice([state.value for state in OutboxState])


@click.group()
def outbox() -> None:
    """Mail that is waiting, sent, or in trouble."""


@outbox.command()
@click.option("--state", "states", type=STATES, multiple=True, help="Only these; may be given several times.")
@click.option("--most", default=50, show_default=True, help="How many lines.")
@with_appcontext
def show(states: tuple[str, ...], most: int) -> None:
    """List mails, newest first, each with what became of it and why."""
    for message in service.listed(tuple(OutboxState(state) for state in states), most):
        click.echo(_line(message))
    for state, number in sorted(service.counts().items()):
        click.echo(f"{state.value.replace('_', ' ')}: {number}")
    trouble = heartbeats.last_seen().get(heartbeats.MAIL_SERVER)
    if trouble and trouble[1]:
        click.echo(f"mail server: {trouble[1]} ({trouble[0]:%Y-%m-%d %H:%M} UTC)")


@outbox.command()
@click.argument("mail_id", metavar="ID", type=click.UUID)
@with_appcontext
def retry(mail_id: uuid.UUID) -> None:
    """Send a mail again that failed or may not have arrived."""
    message = service.retry(mail_id)
    click.echo(f"{message.kind} {message.id} is waiting to be sent.")


def _line(message: OutboxMessage) -> str:
    why = message.reason or ("" if message.state is OutboxState.READY else message.smtp_reply) or ""
    tries = f"{message.attempts} {'try' if message.attempts == 1 else 'tries'}"
    due = f"{message.due_at:%Y-%m-%d %H:%M}Z"
    return f"{message.id}  {due}  {message.state.value:9}  {message.kind:18}  {tries:8}  {why}".rstrip()
