"""The check-ins of a demo client and their answers."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from clinic.domain.reminding import ANSWER_WITHIN, EXPIRED_BECAUSE, REMIND_AFTER
from clinic.domain.scheduling import DAY
from clinic.domain.skipping import UNANSWERED_LIMIT, skip_in_words
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
from clinic.models.base import Base
from clinic.services.checkins.answers import LATER_ANSWERED
from clinic.services.demo.people import (
    Person,
    Rows,
    audit,
    mistake,
    pain,
)
from clinic.services.outbox.reminders import REMINDED

Columns = dict[str, Any]
Made = tuple[type[Base], Columns]


def checkin_rows(person: Person) -> Rows:
    """Each week's check-in, answered, unanswered or not sent, as the story says."""
    days = []
    due = person.starts_on + timedelta(days=7)
    while due < (person.held_on or person.today):
        days.append(due)
        due += timedelta(days=7)
    waiting: list[date] = []
    for day in days:
        latest = day == days[-1]
        heard = (person.today - day).days > person.silent_for or person.story.last_due is not None
        if len(waiting) >= UNANSWERED_LIMIT:
            yield from _skipped(person, day)
        # whoever is heard from never leaves two in a row open, or no more would have been sent
        elif heard and (latest or waiting or person.random.random() < person.story.answers):
            replied = _replied(person, day)
            for earlier in waiting:
                yield from _unanswered(person, earlier, until=replied)
            waiting = []
            yield from _answered(person, day, replied, latest=latest)
        else:
            waiting.append(day)
    for day in waiting:
        yield from _unanswered(person, day)


def _skipped(person: Person, day: date) -> Rows:
    at, why = person.at(day, 9), skip_in_words(SkipReason.UNANSWERED_TWICE)
    row = _checkin_row(person, day) | {
        "state": CheckinState.SKIPPED,
        "skip_reason": SkipReason.UNANSWERED_TWICE,
    }
    yield Checkin, row
    yield _event(person, row, CheckinState.SKIPPED, at, why)
    yield audit(
        person, "checkin.skipped", at, by_system=True, reason=why, skip=SkipReason.UNANSWERED_TWICE.value
    )


def _answered(person: Person, day: date, replied: datetime, *, latest: bool) -> Rows:
    row = _sent_row(person, day) | {"state": CheckinState.ANSWERED, "answered_at": replied}
    yield Checkin, row
    yield from _history(person, row)
    yield _event(person, row, CheckinState.ANSWERED, replied)
    yield from _answer(person, row["id"], day, replied, latest)


def _unanswered(person: Person, day: date, until: datetime | None = None) -> Rows:
    """Reminded of after two days; waited for until a later one was answered or fourteen days were over."""
    row, end = _sent_row(person, day), until or person.desk.at
    reminded, silent = person.at(day + REMIND_AFTER * DAY, 9, 1), person.at(day, 9, 1) + ANSWER_WITHIN
    if reminded < end:
        row["reminded_at"] = reminded
    if silent < end:
        row |= {"state": CheckinState.EXPIRED, "silent_since": silent if until is None else None}
    elif until is not None:
        row["state"] = CheckinState.EXPIRED
    yield Checkin, row
    yield from _history(person, row)
    if reminded < end:
        yield _event(person, row, CheckinState.SENT, reminded, REMINDED)
        yield audit(person, "checkin.reminded", reminded, by_system=True)
    if silent < end:
        yield _event(person, row, CheckinState.EXPIRED, silent, EXPIRED_BECAUSE)
        yield audit(person, "checkin.expired", silent, by_system=True)
    elif until is not None:
        yield _event(person, row, CheckinState.EXPIRED, until, LATER_ANSWERED)


def _history(person: Person, row: Columns) -> Rows:
    yield _event(person, row, CheckinState.WAITING, row["due_at"])
    yield _event(person, row, CheckinState.SENT, row["sent_at"])
    yield audit(person, "checkin.sent", row["sent_at"], by_system=True)


def _event(person: Person, row: Columns, state: CheckinState, at: datetime, reason: str = "") -> Made:
    return CheckinEvent, person.row(checkin_id=row["id"], state=state, reason=reason, happened_at=at)


def _sent_row(person: Person, day: date) -> Columns:
    return _checkin_row(person, day) | {
        "state": CheckinState.SENT,
        "sent_at": person.at(day, 9, 1),
        "answered_at": None,
        "reminded_at": None,
        "silent_since": None,
    }


def _checkin_row(person: Person, day: date) -> Columns:
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
    asks = told.wants_contact and latest
    said: dict[str, Any] = {
        "days_practised": min(7, round(7 * told.practises + person.random.choice((-1, 0, 0, 1)))),
        "pain": pain(person, day),
        "mistake": mistake(person, day),
        "contact_wanted": asks,
        "note": "Could we talk about the step down to the cellar?" if asks else None,
    }
    row = person.row(checkin_id=checkin_id, client_id=person.client_id, **said, answered_at=at)
    yield CheckinAnswer, row
    yield audit(person, "checkin.answered", at, by_client=True, **said)
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
