"""Commands that keep a practice's records safe: backups, their keys, and the way back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask import current_app
from flask.cli import with_appcontext

from clinic.cli import drill as drills
from clinic.cli import erasures
from clinic.cli.default_group import DefaultGroup
from clinic.cli.tables import make_folder
from clinic.domain.backups import BackupRun
from clinic.domain.dates import count
from clinic.domain.errors import ClinicError, RuleBroken
from clinic.services.clock import now
from clinic.services.transaction import release, transaction
from clinic.services.upkeep.backups import keys as backup_keys
from clinic.services.upkeep.backups import making, nightly, restoring, runs
from clinic.services.upkeep.backups.keys import NewKey
from clinic.services.upkeep.backups.restoring import Trust
from clinic.services.upkeep.backups.stores import store
from config import Settings

FILE = click.Path(dir_okay=False, path_type=Path)
KEY = click.option(
    "--key",
    "sheet",
    type=click.File("r"),
    help="A file with the lines of the printed sheet; - to type them in.",
)
ANOTHER = click.option("--another", is_flag=True, help="It is of another installation, and meant to be.")
UNVERIFIED = click.option(
    "--unverified",
    is_flag=True,
    help="Take it although nobody can tell who made it: you trust where it was kept.",
)
ERASED = click.option(
    "--erased",
    type=FILE,
    help="The list of erased people, where it lies neither here nor beside the backups.",
)
WHO = "the command line"
NOT_ENCRYPTED = (
    "It is NOT ENCRYPTED: no backup key has been made. clinic backup keys new makes one and shows its sheet."
)


class Refused(click.ClickException):
    """One clear line, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """What the rules refuse here ends the command with exit code 2."""
    try:
        yield
    except ClinicError as refused:
        raise Refused(str(refused)) from None


@click.group(cls=DefaultGroup, default="to")
def backup() -> None:
    """Write all records to FILE, encrypted; and what belongs to it: keys, check, drill."""


@backup.command("to")
@click.argument("file", type=FILE)
@with_appcontext
@told_in_a_line()
def to(file: Path) -> None:
    """Write all records to FILE, encrypted to the backup keys. The word "to" may be left out."""
    begun = now()
    recipients = [key.recipient for key in backup_keys.in_use()]
    release()
    settings: Settings = current_app.config["SETTINGS"]
    if settings.production and not recipients:
        raise RuleBroken(
            "No backup key has been made, so nothing can be encrypted: run clinic backup keys new first."
        )
    made = making.write_backup(file, recipients)
    runs.note(
        BackupRun.BY_HAND, begun, name=file.name, place=str(file.parent), rows=made.head.rows, size=made.size
    )
    click.echo(f"{count(made.head.rows, 'row')} written to {file}.")
    if not recipients:
        click.echo(NOT_ENCRYPTED, err=True)


@backup.command("run")
@with_appcontext
@told_in_a_line()
def run() -> None:
    """Make one now where CLINIC_BACKUP_TO says, as the worker does at night, and read it back."""
    click.echo(f"{nightly.run_now()} is kept in {store().place}.")


@backup.command("list")
@with_appcontext
@told_in_a_line()
def list_kept() -> None:
    """Show the kept backups of this installation, newest first."""
    for name in nightly.names():
        click.echo(name)


@backup.command("fetch")
@click.argument("name")
@click.argument("file", type=FILE)
@with_appcontext
@told_in_a_line()
def fetch(name: str, file: Path) -> None:
    """Copy the kept backup NAME into FILE, to restore it."""
    nightly.fetch(name, file)
    click.echo(f"{name} is in {file}.")


@backup.command("check")
@click.argument("file", type=FILE)
@KEY
@ANOTHER
@UNVERIFIED
@with_appcontext
@told_in_a_line()
def check(file: Path, sheet: TextIO | None, another: bool, unverified: bool) -> None:
    """Say what FILE is, and whether it is whole, unchanged, and opened by the sheet. Restores nothing."""
    source = restoring.examine(file, _trust(sheet, another=another, unverified=unverified))
    rows = restoring.read_through(source)
    when = f", written at {source.file.head.written_at:%Y-%m-%d %H:%M} UTC" if source.file else ""
    release_of = f" by version {source.file.head.version}" if source.file else ""
    click.echo(f"{file} is whole: {count(rows, 'row')} of schema {source.revision}{when}{release_of}.")


@backup.command("drill")
@click.argument("file", type=FILE, required=False)
@drills.INTO
@KEY
@ANOTHER
@UNVERIFIED
@with_appcontext
@told_in_a_line()
def drill(file: Path | None, into: str | None, sheet: TextIO | None, another: bool, unverified: bool) -> None:
    """Restore a backup somewhere else and count it: one made now, or FILE with its sheet. Changes nothing."""
    begun = now()
    report = drills.drill(into, file, _trust(sheet, another=another, unverified=unverified))
    runs.note(BackupRun.DRILL, begun, name=file.name if file else "", rows=report.rows)
    click.echo(drills.told(report))


@backup.group("keys", invoke_without_command=True)
@click.pass_context
@with_appcontext
def keys(context: click.Context) -> None:
    """Show who can open the backups; make, add or retire a key."""
    if context.invoked_subcommand:
        return
    for key in backup_keys.in_use():
        click.echo(f"{key.id}  {key.made_at:%Y-%m-%d}  {key.label}  {key.recipient}")
    click.echo(f"Installation {backup_keys.this_installation()}, known by {backup_keys.verify_line()}")


@keys.command("new")
@click.option("--label", default="Owner", show_default=True, help="Who keeps the sheet, or where.")
@with_appcontext
@told_in_a_line()
def new_key(label: str) -> None:
    """Make a key and show its sheet, this once: print it, and keep it where this machine is not."""
    with transaction():
        made = backup_keys.make(label, WHO)
    click.echo(_sheet(made))


@keys.command("add")
@click.argument("recipient")
@click.option("--label", default="Added", show_default=True, help="Whose key it is.")
@with_appcontext
@told_in_a_line()
def add_key(recipient: str, label: str) -> None:
    """Encrypt to RECIPIENT too, a public key (age1…) that was made elsewhere."""
    with transaction():
        key = backup_keys.add(recipient, label, WHO)
    click.echo(f"The next backup can be opened with {key.label}'s key as well.")


@keys.command("retire")
@click.argument("key_id", type=click.UUID)
@with_appcontext
@told_in_a_line()
def retire_key(key_id: uuid.UUID) -> None:
    """Encrypt to a key no more. What was written before, its sheet still opens."""
    with transaction():
        key = backup_keys.retire(key_id)
    click.echo(f"The key {key.label} is retired.")


@click.command()
@click.argument("file", type=FILE)
@KEY
@ANOTHER
@UNVERIFIED
@ERASED
@with_appcontext
@told_in_a_line()
def restore(file: Path, sheet: TextIO | None, another: bool, unverified: bool, erased: Path | None) -> None:
    """Fill an empty database from FILE; of an older release too, which is then brought up to date.

    Whoever was erased after the backup was made is erased again.
    """
    begun = now()
    make_folder()
    trust = _trust(sheet, another=another, unverified=unverified)
    rows = restoring.restore(file, trust)
    click.echo(f"{count(rows, 'row')} restored from {file}.")
    erasures.erase_again(erased, file.parent, trust)
    runs.note(BackupRun.RESTORE, begun, name=file.name, place=str(file.parent), rows=rows)


def _trust(sheet: TextIO | None, *, another: bool, unverified: bool) -> Trust:
    if sheet is not None and sheet.isatty():
        click.echo("Type the lines of the sheet, then Ctrl-D:", err=True)
    text = sheet.read() if sheet else ""
    return Trust(
        backup_keys.read_sheet(text) if text else restoring.NO_SHEET, another=another, unverified=unverified
    )


def _sheet(made: NewKey) -> str:
    key = made.key
    return "\n".join(
        (
            f"REGROOVE BACKUP KEY: {key.label}, {key.made_at:%Y-%m-%d}, installation {key.installation}",
            "",
            "Print this, and keep it apart from the backups. It is shown this once and stored nowhere.",
            "Whoever has it can read the backups; without it nobody can.",
            "",
            made.secret_line,
            made.verify_line,
            "",
            "On a new machine: type both lines into a file SHEET, then",
            "clinic restore BACKUP --key SHEET --another",
        )
    )
