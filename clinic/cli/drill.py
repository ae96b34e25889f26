"""The drill: a backup restored into a scratch database, and each table counted against the original."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pyrage
from flask import current_app

from clinic import create_app
from clinic.domain.dates import count
from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import OpenReason
from clinic.services.transaction import release
from clinic.services.upkeep.backups import archive, files, keys, making, restoring, rows
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.restoring import RestoreSource, Trust
from clinic.services.upkeep.release import schema
from config import Settings

PREFIX = "drill-"


@dataclass(frozen=True, slots=True)
class DrillReport:
    """What came back, and in how many seconds."""

    rows: int
    made: float
    restored: float


def drill(into: str | None, file: Path | None, trust: Trust) -> DrillReport:
    """Make a backup, or take one; restore and count it elsewhere. RuleBroken where a row is missing."""
    settings: Settings = current_app.config["SETTINGS"]
    with _scratch(settings.data_dir / "backups") as folder:
        began = time.monotonic()
        if file is None:
            file, trust = _fresh(folder)
        made = time.monotonic()
        source = restoring.examine(file, trust)
        url = into or f"sqlite:///{folder / 'drill.sqlite3'}"
        found = _restored(
            replace(settings, database_url=url, migration_url=None, data_dir=folder, media_to=None),
            file,
            trust,
        )
        _compare(source, found)
        return DrillReport(sum(found.values()) - found[archive.FILES], made - began, time.monotonic() - made)


def _fresh(folder: Path) -> tuple[Path, Trust]:
    """A backup for the keys in use and for one of this drill, which nobody else ever has."""
    identity = pyrage.x25519.Identity.generate()
    recipients = [*(key.recipient for key in keys.in_use()), str(identity.to_public())]
    release()
    file = folder / "drill.backup"
    making.write_backup(file, recipients)
    return file, Trust(Sheet((str(identity),)))


def _restored(settings: Settings, file: Path, trust: Trust) -> dict[str, int]:
    """How many rows each table of a scratch database has once the backup is in it."""
    app = create_app(settings)
    with app.app_context():
        try:
            restoring.restore(file, trust)
            with rows.one_instant() as connection:
                return {**rows.counts(connection), archive.FILES: files.intact(connection)}
        finally:
            db.session.remove()
            db.engine.dispose()


def _compare(source: RestoreSource, found: dict[str, int]) -> None:
    """A migration may add rows to what an older release wrote; it takes none away."""
    exactly = source.revision == schema()
    wrong = [
        f"{name} ({found.get(name, 0):,} of {number:,})"
        # one of the old format says how many rows there are in all, and was restored if they were
        for name, number in (source.counts or {}).items()
        # reasons follow from the rest and from the hour: they are made again after a restore
        if name != OpenReason.__tablename__
        and (found.get(name, 0) != number if exactly else found.get(name, 0) < number)
    ]
    if wrong:
        raise RuleBroken(f"The backup did not come back whole: {', '.join(wrong)}.")


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder of our own, gone afterwards: the records lie in it unencrypted."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.glob(f"{PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a drill that was killed
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as name:
        yield Path(name)


def told(report: DrillReport) -> str:
    """The report in a sentence."""
    whole = report.made + report.restored
    return (
        f"{count(report.rows, 'row')} came back, table by table: made in {report.made:.1f} s, "
        f"restored in {report.restored:.1f} s, {whole:.1f} s in all."
    )


INTO = click.option(
    "--into",
    metavar="URL",
    help="An empty database in which that user may make tables; left out, a scratch SQLite file.",
)
