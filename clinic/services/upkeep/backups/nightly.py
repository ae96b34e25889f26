"""The nightly backup: made beside the database, kept where the settings say, and read back."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.backups import BackupProblem, is_due, kept
from clinic.domain.scheduling import load_zone
from clinic.domain.traces import trace
from clinic.extensions import db, for_writing
from clinic.models import Practice
from clinic.own_files import finished_under
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.transaction import release
from clinic.services.upkeep.backups import keys, runs
from clinic.services.upkeep.backups.archive import CheckedFile, Checker
from clinic.services.upkeep.backups.making import write_backup
from clinic.services.upkeep.backups.refusals import BackupFailed, BackupRefused, of_the_disk
from clinic.services.upkeep.backups.runs import NightlyRun
from clinic.services.upkeep.backups.stores import Store, store
from config import Settings

log = logging.getLogger(__name__)

NAME = re.compile(r"regroove-([0-9a-f]{12})-(\d{8}T\d{6})Z\.backup")
STAMP = "%Y%m%dT%H%M%S"
_FIRST_ZONE = select(Practice.time_zone).order_by(Practice.created_at, Practice.id).limit(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known before a backup is made."""

    recipients: Sequence[str]
    zone: ZoneInfo
    last_good: datetime | None
    last_tried: datetime | None


@across_practices("a backup holds everything")
def run_due(at: datetime, stop: Callable[[], bool] = lambda: False) -> bool:
    """Make tonight's backup if it is time, there is a key and nobody else does; returns whether it was."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.backup_hour is None:
        return False
    plan = _plan()
    if not plan.recipients or not is_due(
        at, settings.backup_hour, plan.zone, plan.last_good, plan.last_tried
    ):
        return False
    run = runs.claim(at, stop)
    if run is None:
        return False
    try:
        _make(run, plan, settings.data_dir)
    except BackupFailed as failed:
        log.error("the backup went wrong: %s", failed)
        return False
    return True


@across_practices("a backup holds everything")
def run_now() -> str:
    """Make one now, kept and counted like a nightly one; returns its name. Raises BackupFailed."""
    settings: Settings = current_app.config["SETTINGS"]
    plan = _plan()
    if not plan.recipients:
        raise BackupFailed(BackupProblem.NO_KEY, "No backup key has been made: run clinic backup keys new.")
    run = runs.claim(now())
    if run is None:
        raise BackupFailed(BackupProblem.OTHER, "A backup is being made just now.")
    return _make(run, plan, settings.data_dir)


def fetch(name: str, path: Path) -> None:
    """Copy a kept backup from where it is kept into a new file. Raises BackupFailed."""
    pieces = store().read(name)
    try:
        with finished_under(path) as raw:
            for piece in pieces:
                raw.write(piece)
    except OSError as error:
        raise of_the_disk(error, path) from None


def names() -> list[str]:
    """The kept backups of this installation, newest first."""
    return sorted(_ours(store()).values(), reverse=True)


def _plan() -> Plan:
    with for_writing(False):
        status = runs.status()
        plan = Plan(
            recipients=[key.recipient for key in keys.in_use()],
            zone=load_zone(db.session.scalar(_FIRST_ZONE) or "UTC"),
            last_good=status.last_good.started_at if status.last_good else None,
            last_tried=runs.last_tried(),
        )
        release()
    return plan


def _make(run: NightlyRun, plan: Plan, data_dir: Path) -> str:
    name = f"regroove-{keys.this_installation()}-{now():{STAMP}}Z.backup"
    try:
        made, place = _make_and_keep(run, plan, data_dir, name)
        run.well(name=name, place=place, size=made.size, rows=made.head.rows)
    except BackupFailed as failed:
        run.badly(failed.problem, str(failed))
        raise
    except SQLAlchemyError as error:
        raise _went_wrong(run, BackupProblem.DATABASE, error) from None
    except Exception as error:
        raise _went_wrong(run, BackupProblem.OTHER, error) from None
    return name


def _went_wrong(run: NightlyRun, problem: BackupProblem, error: Exception) -> BackupFailed:
    log.error("the backup went wrong: %s", trace(error))
    run.badly(problem, error.__class__.__name__)  # its words might hold a row
    return BackupFailed(problem, f"The backup went wrong ({error.__class__.__name__}).")


def _make_and_keep(run: NightlyRun, plan: Plan, data_dir: Path, name: str) -> tuple[CheckedFile, str]:
    file = _workplace(data_dir) / name
    try:
        kept_at = store()
        made = write_backup(file, plan.recipients, run.goes_on)
        kept_at.put(file, name, run.goes_on)
        _read_back(kept_at, name, made, run.goes_on)
        _drop_old(kept_at, plan.zone)
    except OSError as error:
        raise of_the_disk(error, data_dir) from None
    finally:
        file.unlink(missing_ok=True)
    return made, kept_at.place


def _workplace(data_dir: Path) -> Path:
    """Where it is made; what one that was killed has left there is swept away."""
    folder = data_dir / "backups" / "unfinished"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        left.unlink(missing_ok=True)
    return folder


def _read_back(kept_at: Store, name: str, made: CheckedFile, goes_on: Callable[[], None]) -> None:
    checker = Checker(name)
    try:
        for piece in kept_at.read(name):
            checker.feed(piece)
            goes_on()
        is_same = checker.finish().digest == made.digest
    except BackupRefused:
        is_same = False
    if not is_same:
        kept_at.drop(name)
        raise BackupFailed(
            BackupProblem.CHANGED, f"What was read back from {kept_at.place} is not what was written."
        )


def _drop_old(kept_at: Store, zone: ZoneInfo) -> None:
    ours = _ours(kept_at)
    for made_at in ours.keys() - kept(ours, zone):
        kept_at.drop(ours[made_at])


def _ours(kept_at: Store) -> dict[datetime, str]:
    """Backups of this installation by when they were made; other files are not ours to touch."""
    found = {}
    for name in kept_at.names():
        match = NAME.fullmatch(name)
        if match and match[1] == keys.this_installation():
            found[datetime.strptime(match[2], STAMP).replace(tzinfo=UTC)] = name
    return found
