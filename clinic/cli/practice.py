"""Commands that begin a practice and help its people back in."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from clinic.cli.tables import make_tables
from clinic.domain.errors import RuleBroken
from clinic.domain.types import Role
from clinic.mail.addresses import Address, AddressRefused, parse_address
from clinic.services import practices
from clinic.services.accounts import staff


class AddressType(click.ParamType):
    """An email address."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        if isinstance(value, Address):
            return value
        try:
            return parse_address(str(value))
        except AddressRefused as refused:
            self.fail(str(refused), param, ctx)


ADDRESS = AddressType()


@click.command()
@click.option("--name", prompt="Name of the practice")
@click.option("--zone", prompt="Time zone, for example Europe/London")
@click.option("--phone", prompt="Phone number for clients")
@click.option("--emergency-number", prompt="Emergency number, for example 999, 112 or 911")
@click.option("--urgent-number", prompt="Urgent advice line, for example 111")
@click.option("--owner", prompt="Name of the owner")
@click.option("--email", prompt="Email address of the owner", type=ADDRESS)
@click.password_option(help="Password of the owner, 15 characters or more.")
@with_appcontext
def init(
    name: str,
    zone: str,
    phone: str,
    emergency_number: str,
    urgent_number: str,
    owner: str,
    email: Address,
    password: str,
) -> None:
    """Begin a practice with its owner's account."""
    make_tables()
    details = practices.PracticeDetails(name, zone, phone, None, emergency_number, urgent_number)
    practices.begin(details, owner, email, password)
    click.echo(f"{name} is set up. {owner} signs in as {email.typed}.")


@click.group()
def user() -> None:
    """Accounts of the people who work here."""


@user.command()
@click.option("--email", prompt=True, type=ADDRESS)
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice(["owner", "practitioner", "assistant"]), default="practitioner")
@click.password_option(help="15 characters or more.")
@with_appcontext
def add(email: Address, name: str, role: str, password: str) -> None:
    """Add an account for somebody of the practice."""
    staff.add(Role(role), name, email, password)
    click.echo(f"{name} signs in as {email.typed}.")


@user.command("reset-password")
@click.argument("email", type=ADDRESS)
@with_appcontext
def reset_password(email: Address) -> None:
    """Print a link with which somebody locked out chooses a new password. It works once, for an hour."""
    links = staff.reset_links(email)
    if not links:
        raise RuleBroken(f"Nobody has an account with {email.typed}.")
    for who, link in links:
        click.echo(f"{who}: {link}")
