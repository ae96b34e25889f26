"""What is wrong with an installation, from the facts of one look at it: nothing here is about any person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SWEEP_SILENT = timedelta(minutes=2)  # the worker looks every 5 seconds
OVERDUE = timedelta(minutes=10)  # of a check-in that nobody plans, and of a mail that nobody sends
BACKUP_OLD = timedelta(hours=26)  # one is made each night
LEAST_FREE = 0.10  # of the disk
CLOCK_OFF = timedelta(minutes=1)  # clocks that are kept differ by milliseconds
CLOCK_OF = "clock of "  # begins the name of the row of a machine that has stopped for its clock
TELL_AGAIN = timedelta(hours=6)  # the owners, while it lasts


class Pulse(StrEnum):
    """What leaves a sign of life in the database, by the name of its row."""

    WORKER = "worker"
    BEAT = "beat"
    SWEEP = "sweep"
    MAIL_SERVER = "mail server"
    BACKUP = "backup"  # the last good one
    RESTORED = "restored"  # when one was last restored, in earnest or as a drill
    ALARM = "alarm"  # when the owners were last told that the worker is silent


class HealthCheck(StrEnum):
    """One thing that has to be so, each of which can be switched off in CLINIC_HEALTH_OFF but the first."""

    DATABASE = "database"
    SCHEMA = "schema"
    CLOCK = "clock"
    SWEEP = "sweep"
    SCHEDULE = "schedule"
    MAIL = "mail"
    DISK = "disk"
    BACKUP = "backup"


class AlarmStep(StrEnum):
    """What the owners are to be told of the worker now."""

    NOTHING = "nothing"
    SILENT = "silent"
    WELL_AGAIN = "well again"


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """What a look found. None: there is no such thing, or it is not known."""

    at: datetime  # by this machine's clock
    database_at: datetime | None = None  # by the database's
    is_schema_ours: bool = True
    sweep_at: datetime | None = None
    oldest_schedule: datetime | None = None  # the check-in longest due that is not planned yet
    oldest_mail: datetime | None = None  # the mail longest due that has not gone out yet
    free: float | None = None  # the smallest share of a disk of ours that is free, 0 to 1
    backup_at: datetime | None = None  # the last good one; None: backups are made by other means
    are_clocks_wrong: bool = False  # of a machine that has stopped sending for it


def is_sweep_silent(sweep_at: datetime | None, at: datetime, patience: timedelta = SWEEP_SILENT) -> bool:
    """Whether nobody looks for mail to send; a sign of life from the future is none."""
    return sweep_at is None or not -CLOCK_OFF <= at - sweep_at <= patience


def is_clock_off(here: datetime, there: datetime | None) -> bool:
    """Whether two clocks read at one instant disagree by more than clocks that are kept do."""
    return there is not None and abs(here - there) > CLOCK_OFF


def has_leapt(by_the_clock: timedelta, really: timedelta) -> bool:
    """Whether a clock was set meanwhile: it went on by another time than has passed."""
    return abs(by_the_clock - really) > CLOCK_OFF


def troubles(facts: HealthFacts, off: Collection[str] = ()) -> tuple[HealthCheck, ...]:
    """What is not as it has to be, but for what is switched off."""
    if not facts.is_schema_ours and HealthCheck.SCHEMA not in off:
        return (HealthCheck.SCHEMA,)  # nothing else can be asked of tables that are others
    at = facts.at
    wrong = {
        HealthCheck.CLOCK: facts.are_clocks_wrong or is_clock_off(at, facts.database_at),
        # a worker that never was there yet is found by what waits for it
        HealthCheck.SWEEP: facts.sweep_at is not None and is_sweep_silent(facts.sweep_at, at),
        HealthCheck.SCHEDULE: _is_older(facts.oldest_schedule, at, OVERDUE),
        HealthCheck.MAIL: _is_older(facts.oldest_mail, at, OVERDUE),
        HealthCheck.DISK: facts.free is not None and facts.free < LEAST_FREE,
        HealthCheck.BACKUP: _is_older(facts.backup_at, at, BACKUP_OLD),
    }
    return tuple(check for check, is_so in wrong.items() if is_so and check not in off)


def alarm_step(
    sweep_at: datetime | None, at: datetime, *, patience: timedelta, told_at: datetime | None
) -> AlarmStep:
    """What to tell the owners, who heard at `told_at` that it is silent; None: who believe it is well."""
    if is_sweep_silent(sweep_at, at, patience):
        is_time = told_at is None or at - told_at >= TELL_AGAIN
        return AlarmStep.SILENT if is_time else AlarmStep.NOTHING
    is_over = told_at is not None and not is_sweep_silent(sweep_at, at)
    return AlarmStep.WELL_AGAIN if is_over else AlarmStep.NOTHING


def _is_older(since: datetime | None, at: datetime, most: timedelta) -> bool:
    return since is not None and at - since > most
