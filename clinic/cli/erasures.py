"""Commands about who was erased: the list outside the backups, and erasing again after a restore."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from clinic.domain.errors import ClinicError, RuleBroken
from clinic.services.erasure import doing, outside
from clinic.services.transaction import release
from clinic.services.upkeep.backups import keys
from clinic.services.upkeep.backups.restoring import Trust

LOST = (
    "No list of erased people was found, neither in the data folder nor beside the backups. If anybody was "
    "erased after this backup was made, they are back: find regroove-…-erased.list and run "
    "clinic erasure again --list FILE before anybody works here."
)


def erase_again(given: Path | None, beside: Path | None, trust: Trust) -> None:
    """Erase whom a restored backup has brought back, and say so; what is wrong with the lists is said."""
    signers = None if trust.unverified else frozenset({keys.signed_by(), trust.sheet.signed_by or ""})
    found = outside.find(given, beside, signers)
    again, put_off = doing.take_in(found)
    for trouble in found.troubles:
        click.echo(trouble, err=True)
    if not found.places:
        click.echo(LOST, err=True)
    elif missing := doing.not_on(found):
        told = f"The list does not name {_people(missing)} whom this backup knows as erased: "
        click.echo(f"{told}it is not whole. A newer one may lie elsewhere.", err=True)
    if again:
        whom = _people(again)
        click.echo(f"Erased after this backup was made, and erased again now: {whom}.")
    if put_off:
        whom = _people(put_off)
        click.echo(f"In the thirty days before an erasure, and not erased within a week from today: {whom}.")


def erase_again_here() -> None:
    """The same from the list in the data folder, before a machine serves; quiet where nobody is back."""
    try:
        again = doing.replay_here()
    except ClinicError as refused:
        click.echo(f"{refused} Nobody was erased again.", err=True)
        return
    finally:
        release()
    if again:
        click.echo(f"Erased before, back, and erased again: {_people(again)}.")


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


@click.group()
def erasure() -> None:
    """Who was erased: the list outside the backups."""


@erasure.command()
@click.option(
    "--list",
    "given",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A list that lies elsewhere.",
)
@click.option("--unverified", is_flag=True, help="Take it although another installation wrote it.")
@with_appcontext
def again(given: Path | None, unverified: bool) -> None:
    """Erase again whoever is on a list and here all the same."""
    try:
        erase_again(given, None, Trust(unverified=unverified))
    except RuleBroken as refused:
        raise click.ClickException(str(refused)) from None
