"""Commands for the mail server: taking in what came back."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from clinic.services.sending import intake as mail_intake
from clinic.serving.arrival import LARGEST_MAIL


@click.group()
def mail() -> None:
    """Mail that comes back."""


@mail.command()
@click.argument("file", type=click.File("rb"), default="-")
@with_appcontext
def intake(file: BinaryIO) -> None:
    """Take one mail from FILE or a pipe: a report about a mail of ours, a wish to be taken off, or a reply.

    Whatever it is, the mail counts as delivered (exit 0). Only where it cannot be kept now, the mail server
    is asked to try again (exit 75); and where a person wrote to no practice, to tell them so (exit 67).
    """
    try:
        taken = mail_intake.take_in(file.read(LARGEST_MAIL))
    except mail_intake.NotYet as early:
        click.echo(str(early), err=True)
        sys.exit(os.EX_TEMPFAIL)
    except SQLAlchemyError as error:
        click.echo(f"The database does not take it now ({type(error).__name__}).", err=True)
        sys.exit(os.EX_TEMPFAIL)
    if taken.is_nobodys:
        click.echo(taken.words, err=True)
        sys.exit(os.EX_NOUSER)
    about = f" ({taken.mail_id})" if taken.mail_id else ""
    click.echo(f"{taken.words}{about}")
