"""What a demo client logged."""

from __future__ import annotations

from datetime import date, timedelta

from clinic.domain.types import (
    LogOutcome,
)
from clinic.models import (
    PracticeLog,
)
from clinic.services.demo.people import (
    Person,
    Rows,
    audit,
    mistake,
    pain,
    prescription_id,
)
from clinic.services.demo.stories import NOTES


def log_rows(person: Person) -> Rows:
    """The logs of each day that was reported."""
    day = person.starts_on
    last = (person.held_on or person.today) - timedelta(days=1 + person.silent_for)
    while day <= last:
        if day == last and person.story.last_log:
            yield from _log(person, day, LogOutcome.PARTLY, *person.story.last_log)
        elif person.random.random() < person.story.practises:
            yield from _log(person, day)
        elif person.random.random() < 0.3:
            yield from _log(person, day, LogOutcome.NOT_DONE)
        day += timedelta(days=1)


def _log(
    person: Person,
    day: date,
    outcome: LogOutcome | None = None,
    felt: int | None = None,
    note: str | None = None,
) -> Rows:
    random = person.random
    said = outcome or (LogOutcome.PARTLY if random.random() < 0.15 else LogOutcome.DONE)
    at = person.at(day, random.randint(7, 21), random.randint(0, 59))
    if note is None and random.random() < 0.05:
        note = random.choice(NOTES)
    if felt is None and random.random() < 0.4:
        felt = pain(person, day)
    for item in person.desk.version.items:
        named = any(each.get("is_named") for each in (item.content or {}).get("mistakes", ()))
        yield (
            PracticeLog,
            person.row(
                client_id=person.client_id,
                prescription_id=prescription_id(person, item.position),
                local_date=day,
                slot=1,
                outcome=said,
                pain=felt,
                mistake=mistake(person, day) if named and said is not LogOutcome.NOT_DONE else None,
                note=note,
                logged_at=at,
            ),
        )
    if not person.desk.short_history:
        yield audit(person, "practice.logged", at, by_client=True, day=day.isoformat(), outcome=said.value)
