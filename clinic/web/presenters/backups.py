"""Backups in words: how they stand, what went wrong and what to do, and who can open them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.backups import PROBLEM_WORDS, BackupRun, RunState, is_proven
from clinic.domain.dates import count
from clinic.domain.health import BACKUP_OLD
from clinic.models import BackupKey, BackupRecord
from clinic.services.upkeep.backups.runs import BackupStatus
from clinic.web.filters import day_year, local_date, moment

KINDS = {
    BackupRun.NIGHTLY: "Backup",
    BackupRun.BY_HAND: "Backup by hand",
    BackupRun.RESTORE: "Restored",
    BackupRun.DRILL: "Drill: restored to try it",
}
DRILL = "Whoever looks after the installation runs clinic backup drill, which restores one to try it."


@dataclass(frozen=True, slots=True)
class BackupNote:
    """Something to see to, and how."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in use."""

    id: uuid.UUID
    label: str
    meta: Sequence[str]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A backup, restore or drill."""

    title: str
    text: str
    meta: Sequence[str]
    is_bad: bool


def facts(status: BackupStatus, place: str, hour: int | None, zone: str) -> list[tuple[str, str]]:
    """How it stands, as rows."""
    return [
        ("Last good backup", _made(status.last_good, zone) if status.last_good else "None yet"),
        ("Last restored", _when(status.last_restored, zone) if status.last_restored else "Never"),
        ("Each night at", f"{hour}:00" if hour is not None else "Switched off"),
        ("Kept in", place),
    ]


def notes(
    status: BackupStatus, *, has_keys: bool, is_here: bool, hour: int | None, at: datetime
) -> list[BackupNote]:
    """What is to be seen to, the most pressing first."""
    found = []
    if not has_keys:
        found.append(
            BackupNote(
                "No backup is made yet",
                "Make a key below and print its sheet: the first one is made soon after.",
            )
        )
    elif hour is None:
        found.append(
            BackupNote(
                "No backup is made at night",
                "It is switched off in CLINIC_BACKUP_HOUR, where Regroove is started.",
            )
        )
    if status.failed and status.failed.problem:
        what, to_do = PROBLEM_WORDS[status.failed.problem]
        found.append(BackupNote("The last backup went wrong", f"{what} {to_do}"))
    elif status.last_good and at - status.last_good.started_at > BACKUP_OLD:
        found.append(
            BackupNote("The last backup is old", "See whether the worker runs: it makes one each night.")
        )
    if has_keys and is_here:
        found.append(
            BackupNote(
                "They are kept on this machine alone",
                "A machine that is lost takes them along. Set CLINIC_BACKUP_TO to another disk or a storage.",
            )
        )
    if status.last_good and not is_proven(
        at, status.last_restored.started_at if status.last_restored else None
    ):
        found.append(
            BackupNote("No backup has been restored lately", f"Nobody knows yet whether it can be. {DRILL}")
        )
    return found


def key_rows(keys: Sequence[BackupKey], installation: str, zone: str) -> list[KeyRow]:
    """Who can open the next backup."""
    return [
        KeyRow(
            key.id,
            key.label,
            [
                f"Made {day_year(local_date(key.made_at, zone))} by {key.made_by}",
                *([] if key.installation == installation else ["Its sheet needs the new line below"]),
            ],
        )
        for key in keys
    ]


def run_rows(records: Sequence[BackupRecord], zone: str) -> list[RunRow]:
    """What was done lately, newest first."""
    return [_run_row(record, zone) for record in records]


def _run_row(record: BackupRecord, zone: str) -> RunRow:
    is_bad = record.state is RunState.FAILED
    if record.state is RunState.RUNNING:
        text = "Under way"
    elif record.problem:
        text = " ".join((PROBLEM_WORDS[record.problem][0], record.said))
    else:
        text = record.name
    meta = [moment(record.started_at, zone)]
    if record.rows is not None:
        meta.append(count(record.rows, "row"))
    if record.size is not None:
        meta.append(size_in_words(record.size))
    return RunRow(KINDS[record.kind], text, meta, is_bad)


def size_in_words(size: int) -> str:
    """Bytes as people say them."""
    for unit, amount in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= amount:
            return f"{size / amount:.1f} {unit}"
    return f"{size} bytes"


def _made(record: BackupRecord, zone: str) -> str:
    size = f", {size_in_words(record.size)}" if record.size is not None else ""
    return f"{moment(record.started_at, zone)}{size}"


def _when(record: BackupRecord, zone: str) -> str:
    how = "as a drill" if record.kind is BackupRun.DRILL else "in earnest"
    return f"{moment(record.started_at, zone)}, {how}"
