"""Backups: when one is due, which are kept, and what to do when one went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

DAYS, WEEKS, MONTHS = 7, 4, 12  # of each, the last backup is kept
TRY_AGAIN = timedelta(minutes=30)  # after one that went wrong
NEWS_AFTER = timedelta(hours=2)  # of tries that all went wrong; before, the next one may mend it
PROVEN_FOR = timedelta(days=100)  # a backup that nobody has restored for so long is a hope


class BackupRun(StrEnum):
    """What was done with a backup."""

    NIGHTLY = "nightly"
    BY_HAND = "by_hand"
    RESTORE = "restore"
    DRILL = "drill"


class RunState(StrEnum):
    """How far it came."""

    RUNNING = "running"
    GOOD = "good"
    FAILED = "failed"


class BackupProblem(StrEnum):
    """Why a backup went wrong, as far as it decides what to do."""

    NO_KEY = "no_key"
    DISK_FULL = "disk_full"
    NOT_ALLOWED = "not_allowed"
    AWAY = "away"
    REFUSED = "refused"
    CHANGED = "changed"
    STOPPED = "stopped"
    DATABASE = "database"
    OTHER = "other"


# What happened, and what to do.
PROBLEM_WORDS: Mapping[BackupProblem, tuple[str, str]] = MappingProxyType(
    {
        BackupProblem.NO_KEY: (
            "No backup key has been made, so nothing can be encrypted.",
            "Make a key on the page Backups and print its sheet, or run clinic backup keys new.",
        ),
        BackupProblem.DISK_FULL: (
            "The disk is full.",
            "Make room where the backups are kept and in the data folder: each must have room for one more.",
        ),
        BackupProblem.NOT_ALLOWED: (
            "Regroove may not write there.",
            "Give its user the right to write in the folder that CLINIC_BACKUP_TO names.",
        ),
        BackupProblem.AWAY: (
            "The place where backups are kept does not answer, or is not there.",
            "See whether it is switched on and mounted, and whether CLINIC_BACKUP_TO is spelled right.",
        ),
        BackupProblem.REFUSED: (
            "The storage does not let us in.",
            "Check CLINIC_BACKUP_S3_KEY, CLINIC_BACKUP_S3_SECRET and the bucket of CLINIC_BACKUP_TO.",
        ),
        BackupProblem.CHANGED: (
            "What was read back is not what was written.",
            "Look at the disk or the storage: it does not keep what it is given.",
        ),
        BackupProblem.STOPPED: (
            "It was stopped half way.",
            "Nothing: it is tried again. If this comes back, see whether the machine runs out of memory.",
        ),
        BackupProblem.DATABASE: (
            "The database was away, or refused.",
            "Look at /healthz; it is tried again.",
        ),
        BackupProblem.OTHER: (
            "It went wrong.",
            "The worker's log says where; it is tried again.",
        ),
    }
)


def last_slot(at: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The latest instant, not after `at`, at which the nightly backup's hour (0–23) struck in the zone."""
    day = at.astimezone(zone).date()
    slot = _slot(day, hour, zone)
    return slot if slot <= at else _slot(day - timedelta(days=1), hour, zone)


def is_due(
    at: datetime, hour: int, zone: ZoneInfo, last_good: datetime | None, last_tried: datetime | None
) -> bool:
    """Whether the nightly backup should run now: none since the last slot, and not tried a moment ago.

    A machine that was off at that hour does it when it is back. `last_good` is when a good one began.
    """
    if last_good is not None and last_good >= last_slot(at, hour, zone):
        return False
    return last_tried is None or at - last_tried >= TRY_AGAIN


def kept(made_at: Iterable[datetime], zone: ZoneInfo) -> frozenset[datetime]:
    """Of backups made at these instants, those to keep: the last one of 7 days, 4 weeks and 12 months.

    Days without a backup are not counted, so that a machine that was off for a month keeps what it has.
    """
    newest_first = sorted(set(made_at), reverse=True)
    return frozenset(
        instant
        for most, period in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month))
        for instant in _last_of_each(newest_first, most, period, zone)
    )


def is_news(at: datetime, failing_since: datetime | None) -> bool:
    """Whether the owner hears of it: tries have gone wrong since then, and none has gone well after."""
    return failing_since is not None and at - failing_since >= NEWS_AFTER


def is_proven(at: datetime, last_restored: datetime | None) -> bool:
    """Whether a backup has been restored lately, in earnest or as a drill."""
    return last_restored is not None and at - last_restored <= PROVEN_FOR


def _slot(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _last_of_each(
    newest_first: list[datetime], most: int, period: Callable[[date], Any], zone: ZoneInfo
) -> list[datetime]:
    found: dict[Any, datetime] = {}
    for instant in newest_first:
        found.setdefault(period(instant.astimezone(zone).date()), instant)
    return list(found.values())[:most]


def _day(day: date) -> date:
    return day


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
