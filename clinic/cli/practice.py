"""Commands that begin a practice and help its people back in."""

from __future__ import annotations

import sys
from urllib.parse import quote, urlsplit

import click
from flask.cli import with_appcontext

from clinic.cli.tables import make_tables
from clinic.domain.errors import RuleBroken
from clinic.domain.staffing import ROLE_WORDS
from clinic.domain.types import Role
from clinic.mail.addresses import Address, AddressRefused, parse_address
from clinic.mail.smtp_url import SmtpUrlError, parse_smtp_url
from clinic.services import mail_setup, practices
from clinic.services.accounts import staff
from clinic.services.mail_setup import MailServerDetails


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
@click.option("--practice-email", type=ADDRESS, help="Where answers to its mail go; else the owner's.")
@click.option("--mail-server", help="smtp://user@host:587 or smtps://…; its password is asked for.")
@click.option("--mail-sender", type=ADDRESS, help="The sender of all mail; else the practice's own address.")
@click.option("--another", is_flag=True, help="Begin one more practice beside those that are here.")
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
    practice_email: Address | None,
    mail_server: str | None,
    mail_sender: Address | None,
    another: bool,
) -> None:
    """Begin a practice with its owner's account."""
    make_tables()
    if (here := practices.names()) and not another:
        raise RuleBroken(
            f"There is a practice here already: {', '.join(here)}. "
            "If you did not begin it, somebody else did. To begin one more beside it: clinic init --another."
        )
    if practice_email is None and _is_asked():
        practice_email = click.prompt("Email address of the practice", default=email.typed, type=ADDRESS)
    own = practice_email or email
    if mail_server is None and _is_asked() and not mail_setup.current().leaves:
        mail_server = click.prompt(
            "Mail server, like smtp://user@mail.example:587 (Enter: set it later on a page)", default=""
        )
    mail = _mail(mail_server, mail_sender or own) if mail_server else None
    details = practices.PracticeDetails(name, zone, phone, own.typed, emergency_number, urgent_number)
    practices.begin(details, owner, email, password, mail=mail)
    click.echo(f"{name} is set up. {owner} signs in as {email.typed}.")
    if not mail_setup.current().leaves:
        click.echo("No mail server is set: mail is kept here, not sent. The page Practice sets it.")


def _is_asked() -> bool:
    """Whether somebody sits there who can answer."""
    return sys.stdin.isatty()


def _mail(url: str, sender: Address) -> MailServerDetails:
    parts = urlsplit(url)
    if parts.username and not parts.password:
        secret = click.prompt("Password of the mail account", hide_input=True)
        url = url.replace("@", f":{quote(secret, safe='')}@", 1)
    try:
        server = parse_smtp_url(url)
    except SmtpUrlError as refused:
        raise RuleBroken(f"The mail server's address {refused.problem}.") from None
    return MailServerDetails(
        server.host, server.port, server.security, server.user, server.password or None, sender.mailbox
    )


@click.group()
def user() -> None:
    """Accounts of the people who work here."""


@user.command()
@click.option("--email", prompt=True, type=ADDRESS)
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice([role.value for role in ROLE_WORDS]), default="practitioner")
@click.option("--practice", help="Its name or id, where there are several.")
@click.password_option(help="15 characters or more.")
@with_appcontext
def add(email: Address, name: str, role: str, practice: str | None, password: str) -> None:
    """Add an account for somebody of the practice."""
    staff.add(Role(role), name, email, password, practice=practice)
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


@user.command("reset-second-step")
@click.argument("email", type=ADDRESS)
@with_appcontext
def reset_second_step(email: Address) -> None:
    """Take the second step off an account whose phone and recovery codes are gone. They are told by mail."""
    names = staff.reset_second_step(email)
    if not names:
        raise RuleBroken(f"Nobody with {email.typed} has a second step.")
    for who in names:
        click.echo(f"{who} signs in with the password alone, and is signed out everywhere.")
