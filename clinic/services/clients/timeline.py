"""What happened to one client, newest first, read from the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from clinic.domain.audit_words import READ
from clinic.domain.practising import Practised, Repetitions, counted_in_words
from clinic.domain.types import LogObstacle, MistakeAnswer, WayDone
from clinic.models import AuditEvent, PracticeLog, Prescription
from clinic.models.base import among, given, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor

_EVENTS = rows.settled(
    select(
        AuditEvent.id, AuditEvent.happened_at, AuditEvent.action, AuditEvent.actor_name, AuditEvent.details
    ).where(
        given(AuditEvent.practice_id),
        given(AuditEvent.client_id),
        AuditEvent.action != READ,  # who looked stands on a page of its own
    )
)
_EDGE = _EVENTS.where(given(AuditEvent.id))
_NEWEST = _EVENTS.order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc()).limit(bindparam("most"))
_OLDER = _NEWEST.where(
    tuple_(AuditEvent.happened_at, AuditEvent.id)
    < tuple_(bindparam("at", type_=AuditEvent.happened_at.type), bindparam("key", type_=AuditEvent.id.type))
)
_LOGGED = (
    select(
        *(PracticeLog.local_date, PracticeLog.pain, PracticeLog.mistake, PracticeLog.obstacle),
        PracticeLog.note,
        *(PracticeLog.reps_both, PracticeLog.reps_left, PracticeLog.reps_right, PracticeLog.way),
        PracticeLog.way_words,
        Prescription.content["name"].as_string(),
    )
    .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
    .where(
        given(PracticeLog.practice_id), given(PracticeLog.client_id), among(PracticeLog.local_date, "days")
    )
    .order_by(PracticeLog.local_date, PracticeLog.logged_at, PracticeLog.id)
)
OF_LOGS = frozenset({"practice.logged", "practice.corrected"})
PAGE = 30


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of the trail, as a client's page tells it."""

    id: uuid.UUID
    happened_at: datetime
    action: str
    actor_name: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some events and, if there are older ones, the event the next page starts after."""

    events: Sequence[TimelineEvent]
    before: uuid.UUID | None

    @property
    def logged(self) -> dict[date, uuid.UUID]:
        """The days of practice that are told of, each with its newest event."""
        told = (each for each in reversed(self.events) if each.action in OF_LOGS and "day" in each.details)
        return {date.fromisoformat(each.details["day"]): each.id for each in told}


@dataclass(frozen=True, slots=True)
class LoggedWords:
    """What the log says of a day now; the audit holds no more of it than that it was said."""

    pain: int | None
    mistake: MistakeAnswer | None
    obstacle: LogObstacle | None
    note: str
    counted: Sequence[str] = ()  # of each move


def page(
    actor: Actor, client_id: uuid.UUID, *, before: uuid.UUID | None = None, size: int = PAGE
) -> TimelinePage:
    """A client's events of the actor's practice, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    edge = rows.read(_EDGE, {**whose, "id": before}) if before else ()
    wanted = {**whose, "most": size + 1}
    if edge:
        read = rows.read(_OLDER, {**wanted, "at": edge[0].happened_at, "key": edge[0].id})
    else:
        read = rows.read(_NEWEST, wanted)
    found = [TimelineEvent(*row) for row in read]
    more = len(found) > size
    return TimelinePage(found[:size], found[size - 1].id if more else None)


def logs_of(actor: Actor, client_id: uuid.UUID, found: TimelinePage) -> dict[uuid.UUID, LoggedWords]:
    """What the log says of the days these events tell of, by event. At most one query."""
    told = found.logged
    if not told:
        return {}
    values = {"practice_id": actor.practice_id, "client_id": client_id, "days": list(told)}
    return logged_words(told, [LoggedRow(*row) for row in rows.read(_LOGGED, values)])


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """What was logged of one move on one day."""

    day: date
    pain: int | None
    mistake: MistakeAnswer | None
    obstacle: LogObstacle | None
    note: str | None
    reps_both: int | None = None  # as guided practice counted them
    reps_left: int | None = None
    reps_right: int | None = None
    way: WayDone | None = None
    way_words: str | None = None
    move: str = ""

    @property
    def counted(self) -> str:
        """What was really done of the move: "Hip hinge 12 times, easier: Sit tall"; empty if not counted."""
        if self.reps_both is None:
            return ""
        reps = Repetitions(self.reps_both, self.reps_left or 0, self.reps_right or 0)
        return counted_in_words(self.move, Practised(reps, self.way, self.way_words or ""))


def logged_words(told: Mapping[date, uuid.UUID], logs: Sequence[LoggedRow]) -> dict[uuid.UUID, LoggedWords]:
    """The words of each day that is told of, by its event: the highest pain, and every note once."""
    days: dict[date, list[LoggedRow]] = {}
    for row in logs:
        days.setdefault(row.day, []).append(row)
    return {event: _words(days[day]) for day, event in told.items() if day in days}


def _words(logs: Sequence[LoggedRow]) -> LoggedWords:
    return LoggedWords(
        pain=max((row.pain for row in logs if row.pain is not None), default=None),
        mistake=next((row.mistake for row in logs if row.mistake), None),
        obstacle=next((row.obstacle for row in logs if row.obstacle), None),
        note=" ".join(dict.fromkeys(row.note for row in logs if row.note)),
        counted=list(dict.fromkeys(row.counted for row in logs if row.counted)),
    )
