"""The rhythm of a program's check-ins: every 1, 2 or 4 weeks, or some days after the first day."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import select

from clinic.domain.types import ProgramStatus, ScheduleKind
from clinic.extensions import db
from clinic.models import CheckinSchedule, Program
from clinic.models.base import given, points_at
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.checkins import schedules
from clinic.services.clock import today_in

_OF_CLIENT = (
    select(Program, CheckinSchedule)
    .outerjoin(CheckinSchedule, points_at(CheckinSchedule.program_id, Program))
    .where(given(Program.practice_id), given(Program.client_id), Program.status != ProgramStatus.ENDED)
    .order_by(Program.assigned_at.desc())
)


@dataclass(frozen=True, slots=True)
class WeeklyCheckin:
    """Every 1, 2 or 4 weeks, on a weekday (0 is Monday) and at a time of the client's own clock."""

    weekday: int
    at: time
    every_weeks: int = 1


@dataclass(frozen=True, slots=True)
class CadenceCheckin:
    """Some days after the first day, rising, at a time of the client's own clock."""

    days: tuple[int, ...]
    at: time


Rhythm = WeeklyCheckin | CadenceCheckin


def rhythm_of(row: CheckinSchedule) -> Rhythm:
    """The rhythm that a check-in schedule keeps."""
    if row.kind is ScheduleKind.CADENCE:
        return CadenceCheckin(tuple(int(day) for day in (row.cadence_days or "").split(",")), row.at_time)
    return WeeklyCheckin(row.weekday, row.at_time, row.every_weeks)


def told(row: CheckinSchedule | None) -> dict[str, Any] | None:
    """A check-in schedule as JSON values, for the trail."""
    if row is None:
        return None
    if row.kind is ScheduleKind.CADENCE:
        return {"days_after_start": row.cadence_days, "at": f"{row.at_time:%H:%M}"}
    return {"weekday": row.weekday, "at": f"{row.at_time:%H:%M}", "every_weeks": row.every_weeks}


def kept_rhythm(rhythm: Rhythm | None) -> dict[str, Any] | None:
    """A rhythm that no program has yet, as JSON values; None for no check-ins."""
    if rhythm is None:
        return None
    at = f"{rhythm.at:%H:%M}"
    if isinstance(rhythm, CadenceCheckin):
        return {"days": list(rhythm.days), "at": at}
    return {"weekday": rhythm.weekday, "every_weeks": rhythm.every_weeks, "at": at}


def read_rhythm(kept: dict[str, Any] | None) -> Rhythm | None:
    """The rhythm that was kept so."""
    if kept is None:
        return None
    at = time.fromisoformat(kept["at"])
    if "days" in kept:
        return CadenceCheckin(tuple(kept["days"]), at)
    return WeeklyCheckin(kept["weekday"], at, kept["every_weeks"])


def of_client(actor: Actor, client_id: uuid.UUID) -> list[tuple[Program, CheckinSchedule | None]]:
    """The programs of a client that have not ended, newest first, each with its schedule; staff only."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    return [(row.Program, row.CheckinSchedule) for row in db.session.execute(_OF_CLIENT, whose)]


def put(program: Program, wish: Rhythm) -> bool:
    """Give a program this rhythm, within the caller's transaction; whether its pace is another than before.

    Raises RuleBroken for a rhythm that is none.
    """
    before = schedules.schedule_of(program)
    pace = (before.kind, before.every_weeks) if before else None
    row = _change(program, wish)
    is_new_pace = pace is not None and (row.kind, row.every_weeks) != pace
    if is_new_pace:
        row.rhythm_since = today_in(program.client.time_zone)
    return is_new_pace


def _change(program: Program, wish: Rhythm) -> CheckinSchedule:
    if isinstance(wish, CadenceCheckin):
        days = ",".join(map(str, wish.days))
        return schedules.change_rhythm(program, kind=ScheduleKind.CADENCE, cadence_days=days, at_time=wish.at)
    return schedules.change_rhythm(
        program,
        kind=ScheduleKind.WEEKLY,
        every_weeks=wish.every_weeks,
        weekday=wish.weekday,
        at_time=wish.at,
    )
