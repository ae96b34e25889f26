"""One client of the demo while their rows are made, and what every kind of row needs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from clinic.domain.scheduling import local_to_utc
from clinic.domain.types import (
    MistakeAnswer,
)
from clinic.models import (
    AuditEvent,
    Base,
    RoutineVersion,
)
from clinic.services.demo.stories import SILENT, ZONES, Story, name, story

Rows = Iterator[tuple[type[Base], dict[str, Any]]]
AT = time(9)
LEAD = 3  # days from the record to the program
WEEKS = 12
LONG = 18  # weeks of a program that is not to end while somebody looks at the demo


@dataclass(frozen=True, slots=True)
class Desk:
    """What all clients share. `days` is how far back their practice goes; a short history is for speed."""

    practice_id: uuid.UUID
    owner_id: uuid.UUID
    practitioner_id: uuid.UUID
    practitioner: str
    group_id: uuid.UUID  # the course that students are in
    version: RoutineVersion
    password_hash: str
    at: datetime
    days: int
    short_history: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One client while their rows are made."""

    desk: Desk
    random: Random
    number: int
    story: Story
    name: str
    email: str
    zone: str
    client_id: uuid.UUID
    user_id: uuid.UUID
    program_id: uuid.UUID
    starts_on: date
    today: date

    def at(self, day: date, hour: int = 12, minute: int = 0) -> datetime:
        """An instant on a local day."""
        return local_to_utc(day, time(hour, minute), ZoneInfo(self.zone))

    @property
    def responsible_id(self) -> uuid.UUID | None:
        """Most are the practitioner's, some the owner's, and a few are nobody's yet."""
        if self.number % 10 == 9:
            return None
        return self.desk.owner_id if self.number % 3 == 1 else self.desk.practitioner_id

    @property
    def silent_for(self) -> int:
        """Whole days without a word; not the same for everybody who has fallen silent."""
        return self.story.quiet_days + (self.number % 8 if self.story is SILENT else 0)

    @property
    def held_on(self) -> date | None:
        """The day the program was paused or ended."""
        return self.today - timedelta(days=6) if self.story.paused or self.story.ended else None

    def row(self, **values: Any) -> dict[str, Any]:
        """A row of the demo practice."""
        return {"id": _uuid(self.random), "practice_id": self.desk.practice_id, **values}


def make_person(desk: Desk, number: int, random: Random) -> Person:
    """The client with this number, from 0."""
    told = story(number, random)
    zone = ZONES[number % len(ZONES)]
    today = desk.at.astimezone(ZoneInfo(zone)).date()
    who = name(number)
    return Person(
        desk=desk,
        random=random,
        number=number,
        story=told,
        name=who,
        email=f"{who.lower().replace(' ', '.')}@clients.example",
        zone=zone,
        client_id=_uuid(random),
        user_id=_uuid(random),
        program_id=_uuid(random),
        starts_on=today - timedelta(days=_days_ago(desk, number, told, random)),
        today=today,
    )


def _days_ago(desk: Desk, number: int, told: Story, random: Random) -> int:
    """How many days ago the program began: whole weeks and the latest check-in, if the story says when."""
    longest = min(desk.days, 84)
    if told.invited_days:
        return told.invited_days - LEAD
    if told.ends_in is not None and not desk.short_history:
        return WEEKS * 7 - told.ends_in
    if number < 2:
        return longest
    days = random.randint(min(24, longest), longest)
    return days if told.last_due is None else max(7, days // 7 * 7) + told.last_due


def created(person: Person) -> datetime:
    """When the record was made, some days before the program."""
    return person.at(person.starts_on - timedelta(days=LEAD), 10)


def pain(person: Person, day: date) -> int:
    """Pain on a day, 0-10, on the way from the story's beginning to its end."""
    span = max(1, (person.today - person.starts_on).days)
    part = (day - person.starts_on).days / span
    value = person.story.pain_from + part * (person.story.pain_to - person.story.pain_from)
    return max(0, min(10, round(value + person.random.choice((-1, 0, 0, 0, 1)) * (part < 0.85))))


def mistake(person: Person, day: date) -> MistakeAnswer:
    """The mistake fades as the weeks go by."""
    part = (day - person.starts_on).days / max(1, (person.today - person.starts_on).days)
    if person.random.random() < 0.15:
        return MistakeAnswer.NOT_SURE
    return MistakeAnswer.YES if person.random.random() < 0.75 * (1 - part) else MistakeAnswer.NO


def audit(
    person: Person,
    action: str,
    at: datetime,
    *,
    by_client: bool = False,
    by_system: bool = False,
    **details: Any,
) -> tuple[type[Base], dict[str, Any]]:
    """A row of the trail."""
    who = "Regroove" if by_system else person.name if by_client else person.desk.practitioner
    return AuditEvent, person.row(
        happened_at=at,
        action=action,
        actor_id=None if by_system or by_client else person.desk.practitioner_id,
        actor_name=who,
        client_id=person.client_id,
        details=details,
    )


def prescription_id(person: Person, position: int) -> uuid.UUID:
    """The id of the move at this position."""
    return uuid.uuid5(person.program_id, str(position))


def _uuid(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)
