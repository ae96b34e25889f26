"""Logs that come late, from a device of the client's that had no network."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.own_device import KeptDay, day_of_kept
from clinic.domain.practising import Practised
from clinic.domain.types import LogObstacle, LogOutcome
from clinic.extensions import db
from clinic.models import Client, PracticeLog
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import diary


@dataclass(frozen=True, slots=True)
class LateLog:
    """What a device kept of one practice: a key of its own, the day by its clock, and how long ago it was.

    `sore` are the moves, by prescription, that somebody had to stop.
    """

    key: uuid.UUID
    said_for: date
    age: timedelta
    outcome: LogOutcome
    practised: Mapping[uuid.UUID, Practised]
    sore: frozenset[uuid.UUID] = frozenset()


def log_late(actor: Actor, late: LateLog) -> KeptDay:
    """Log it for its day, beside what was said of that day; sent again, it changes nothing.

    RuleBroken says why the day takes no log.
    """
    client = access.own_client(actor)
    before = _day_of(client, late.key)
    found = (
        KeptDay(before, before != late.said_for)
        if before
        else day_of_kept(late.said_for, late.age, now(), client.time_zone)
    )
    hurts = LogObstacle.HURTS if late.sore else None
    entry = DiaryEntry(late.outcome, obstacle=hurts, hurting=late.sore, practised=late.practised)
    diary.log_day(actor, found.day, entry, late_key=late.key)
    return found


def _day_of(client: Client, key: uuid.UUID) -> date | None:
    """The day for which this log has come before."""
    query = select(PracticeLog.local_date).where(
        PracticeLog.practice_id == client.practice_id,
        PracticeLog.client_id == client.id,
        PracticeLog.late_key == key,
    )
    return db.session.scalars(query.limit(1)).first()
