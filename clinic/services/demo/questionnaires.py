"""Questionnaires of three demo clients: a first visit, the weeks after it, what waits, a positive screen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from clinic.catalogue import load_catalogue
from clinic.domain import scoring
from clinic.domain.asking import LIFETIME, AnswerSource, AskChannel
from clinic.models import QuestionnaireRequest, QuestionnaireResponse
from clinic.services.demo.people import Person, Rows, audit

THINGS = ("Putting on socks", "Weeding the flower bed", "Getting out of the car")
# the statements of the RMDQ that a stiff back and hip agree with first
LIKELY = (3, 11, 10, 16, 2, 12, 21, 18, 23, 9, 14, 5, 6, 13, 17, 8)
Given = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """One questionnaire with its answers; without answers it waits."""

    key: str
    given: Given | None = None
    activities: tuple[str, ...] = ()
    since: date | None = None


def questionnaire_rows(person: Person) -> Rows:
    """Ada has the whole story, Bela no clear change, the fourth client a screen that was positive today."""
    begin = {0: _steady, 1: _patchy, 3: _screened}.get(person.number)
    if begin is not None:
        # dice of its own: the other stories stay as they are
        dice = Random(f"questionnaires {person.number}")  # noqa: S311 - not a secret
        yield from begin(replace(person, random=dice))


def _steady(person: Person) -> Rows:
    first = person.starts_on
    yield from _asked(person, first, AskChannel.CLINIC, [_pain(6, 6, 8), _own(3, 2, 4), _statements(13)])
    yield from _asked(person, first + timedelta(weeks=2), AskChannel.MAIL, [_own(4, 3, 4), _change(first, 1)])
    six = first + timedelta(weeks=6)
    yield from _asked(
        person, six, AskChannel.CLINIC, [_pain(4, 4, 6), _own(6, 5, 6), _statements(8), _change(first, 3)]
    )
    waiting = [DemoSheet("nprs"), DemoSheet("psfs", activities=THINGS), DemoSheet("groc11", since=first)]
    yield from _asked(person, person.today - timedelta(days=1), AskChannel.PAGES, waiting)


def _patchy(person: Person) -> Rows:
    first = person.starts_on
    yield from _asked(person, first, AskChannel.CLINIC, [_pain(5, 5, 7), _own(4, 5), _statements(9)])
    six = first + timedelta(weeks=6)
    yield from _asked(person, six, AskChannel.MAIL, [_pain(4, 5, 7), _own(5, 5), _change(first, 1)])


def _screened(person: Person) -> Rows:
    sheets = [_pain(5, 6, 8), DemoSheet("phq2", {"interest": 2, "mood": 2})]
    yield from _asked(
        person, person.today, AskChannel.CLINIC, sheets, at=person.desk.at - timedelta(minutes=40)
    )


def _pain(now: int, average: int, worst: int) -> DemoSheet:
    return DemoSheet("nprs", {"now": now, "average": average, "worst": worst})


def _own(*rates: int) -> DemoSheet:
    given = {f"a{number}": rate for number, rate in enumerate(rates, start=1)}
    return DemoSheet("psfs", given, THINGS[: len(rates)])


def _statements(ticked: int) -> DemoSheet:
    return DemoSheet("rmdq24", {f"s{number}": int(number in LIKELY[:ticked]) for number in range(1, 25)})


def _change(since: date, by: int) -> DemoSheet:
    return DemoSheet("groc11", {"change": by}, since=since)


def _asked(
    person: Person,
    day: date,
    channel: AskChannel,
    sheets: Sequence[DemoSheet],
    at: datetime | None = None,
) -> Rows:
    asked = at or person.at(day, 11, 10)
    answered = asked + timedelta(minutes=20) if channel is AskChannel.CLINIC else asked + timedelta(hours=7)
    if asked > person.desk.at:
        return
    is_answered = all(sheet.given is not None for sheet in sheets)
    request = person.row(
        client_id=person.client_id,
        form_key=uuid.UUID(int=person.random.getrandbits(128), version=4).hex,
        channel=channel,
        asks=[_ask(person, sheet) for sheet in sheets],
        asked_by=person.desk.practitioner_id,
        asked_at=asked,
        expires_at=asked + LIFETIME,
        finished_at=answered if is_answered else None,
    )
    yield QuestionnaireRequest, request
    names = ", ".join(load_catalogue().questionnaires.newest[sheet.key].name for sheet in sheets)
    yield audit(person, "questionnaire.sent", asked, how=channel.value, names=names)
    if is_answered:
        for sheet in sheets:
            yield from _answered(person, request["id"], channel, sheet, answered)


def _ask(person: Person, sheet: DemoSheet) -> dict[str, Any]:
    ask: dict[str, Any] = {
        "key": sheet.key,
        "version": load_catalogue().questionnaires.newest[sheet.key].version,
    }
    if sheet.activities and sheet.given is None:
        ask["activities"] = list(sheet.activities)
    if sheet.since is not None:
        ask |= {"since": sheet.since.isoformat(), "first_visit": sheet.since == person.starts_on}
    return ask


def _answered(
    person: Person, request_id: uuid.UUID, channel: AskChannel, sheet: DemoSheet, at: datetime
) -> Rows:
    made = load_catalogue().questionnaires.newest[sheet.key]
    given = sheet.given or {}
    scores = {measure.id: scoring.score(measure.rule, given) for measure in made.measures}
    typed = channel is AskChannel.CLINIC
    yield (
        QuestionnaireResponse,
        person.row(
            request_id=request_id,
            client_id=person.client_id,
            questionnaire_key=made.id,
            questionnaire_version=made.version,
            revision=1,
            answers=dict(given),
            activities=list(sheet.activities) or None,
            since=sheet.since,
            scores=scores,
            screen_positive=made.is_positive(given),
            answered_at=at,
            recorded_at=at,
            source=AnswerSource.TYPED if typed else AnswerSource.LINK,
            entered_by=person.desk.practitioner_id if typed else None,
        ),
    )
    yield audit(person, "questionnaire.answered", at, by_client=not typed, name=made.name)
