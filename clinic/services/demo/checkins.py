"""The check-ins of a demo client and their answers."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from clinic.domain.progress import PAIN_CHANGE
from clinic.domain.scheduling import UNANSWERED_LIMIT, skip_in_words
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    SkipReason,
)
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    WarningFlag,
)
from clinic.services.demo.people import (
    Person,
    Rows,
    audit,
    mistake,
    pain,
)


def checkin_rows(person: Person) -> Rows:
    """Each week's check-in, answered, unanswered or not sent, as the story says."""
    days = []
    due = person.starts_on + timedelta(days=7)
    while due < (person.held_on or person.today):
        days.append(due)
        due += timedelta(days=7)
    unanswered = 0
    for day in days:
        latest = day == days[-1]
        heard = (person.today - day).days > person.silent_for or person.story.last_due is not None
        if unanswered >= UNANSWERED_LIMIT:
            yield from _skipped(person, day)
            continue
        # whoever is heard from never leaves two in a row open, or no more would have been sent
        answered = heard and (latest or unanswered > 0 or person.random.random() < person.story.answers)
        unanswered = 0 if answered else unanswered + 1
        yield from _checkin(person, day, answered=answered, latest=latest)


def _skipped(person: Person, day: date) -> Rows:
    at, why = person.at(day, 9), skip_in_words(SkipReason.UNANSWERED_TWICE)
    row = _checkin_row(person, day) | {
        "state": CheckinState.SKIPPED,
        "skip_reason": SkipReason.UNANSWERED_TWICE,
    }
    yield Checkin, row
    yield (
        CheckinEvent,
        person.row(checkin_id=row["id"], state=CheckinState.SKIPPED, reason=why, happened_at=at),
    )
    yield audit(
        person, "checkin.skipped", at, by_system=True, reason=why, skip=SkipReason.UNANSWERED_TWICE.value
    )


def _checkin(person: Person, day: date, *, answered: bool, latest: bool) -> Rows:
    sent, replied = person.at(day, 9, 1), _replied(person, day)
    row = _checkin_row(person, day) | {
        "state": CheckinState.ANSWERED if answered else CheckinState.SENT,
        "sent_at": sent,
        "answered_at": replied if answered else None,
    }
    yield Checkin, row
    steps = [(CheckinState.WAITING, person.at(day, 9)), (CheckinState.SENT, sent)]
    for step, at in [*steps, *([(CheckinState.ANSWERED, replied)] if answered else [])]:
        yield CheckinEvent, person.row(checkin_id=row["id"], state=step, reason="", happened_at=at)
    yield audit(person, "checkin.sent", sent, by_system=True)
    if answered:
        yield from _answer(person, row["id"], day, replied, latest)


def _checkin_row(person: Person, day: date) -> dict[str, Any]:
    return person.row(
        client_id=person.client_id,
        program_id=person.program_id,
        kind=CheckinKind.WEEKLY,
        local_date=day,
        due_at=person.at(day, 9),
    )


def _replied(person: Person, day: date) -> datetime:
    """Between breakfast and bedtime, on the day of the mail or the day after, and never in the future."""
    random = person.random
    later = person.at(day + timedelta(days=1), random.randint(7, 20), random.randint(0, 59))
    same = person.at(day, random.randint(10, 21), random.randint(0, 59))
    return later if random.random() < 0.4 and later < person.desk.at else same


def _answer(person: Person, checkin_id: uuid.UUID, day: date, at: datetime, latest: bool) -> Rows:
    told = person.story
    yield (
        CheckinAnswer,
        person.row(
            checkin_id=checkin_id,
            client_id=person.client_id,
            days_practised=min(7, round(7 * told.practises + person.random.choice((-1, 0, 0, 1)))),
            pain=pain(person, day),
            mistake=mistake(person, day),
            contact_wanted=told.wants_contact and latest,
            note="Could we talk about the step down to the cellar?"
            if told.wants_contact and latest
            else None,
            answered_at=at,
            handled_at=None
            if latest and (told.wants_contact or told.pain_to - told.pain_from >= PAIN_CHANGE)
            else at,
        ),
    )
    yield audit(person, "checkin.answered", at, by_client=True)
    if told.tier is not None and latest:
        yield (
            WarningFlag,
            person.row(
                client_id=person.client_id,
                checkin_id=checkin_id,
                tier=told.tier,
                question_keys=["rapid_weak"],
                raised_at=at,
            ),
        )
        yield audit(person, "flag.raised", at, by_client=True, tier=told.tier.value)
