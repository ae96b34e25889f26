"""The days read a line each come to what the diary's own logs come to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.types import LogOutcome, MistakeAnswer
from clinic.extensions import db
from clinic.services.clock import today_in
from clinic.services.programs import diary, kept_days
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_beside, publish_routine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SAID = (
    DiaryEntry(LogOutcome.DONE, mistake=MistakeAnswer.YES),
    DiaryEntry(LogOutcome.PARTLY, mistake=MistakeAnswer.NOT_SURE),
    DiaryEntry(LogOutcome.NOT_DONE),
    DiaryEntry(LogOutcome.DONE, mistake=MistakeAnswer.NO),
)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON - len(SAID) * DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def logged(people: People, clock: time_machine.Traveller) -> People:
    """A program logged differently each day, from the second day on beside another that is logged with it."""
    version = publish_routine(people.practice, people.owner)
    assign_program(people.colleague, people.client, version)
    for number, entry in enumerate(SAID):
        if number == 1:
            assign_program(people.colleague, people.client, publish_beside(version), alongside=True)
        diary.log_day(people.actor(people.client_user), today_in(people.client.time_zone), entry)
        clock.shift(DAY)
    db.session.expire_all()
    return people


def test_each_day_comes_to_the_same(logged: People) -> None:
    client, actor = logged.client, logged.actor(logged.client_user)
    so_far = kept_days.of_client(client, today_in(client.time_zone), days=30)
    assert so_far.outcomes == diary.history(actor, days=30).outcomes
    assert list(so_far.outcomes.values()) == [entry.outcome for entry in SAID]


def test_the_mistake_is_told_as_often_as_it_was_logged(logged: People) -> None:
    client, actor = logged.client, logged.actor(logged.client_user)
    so_far = kept_days.of_client(client, today_in(client.time_zone), days=30)
    logs = [(log.local_date, log.mistake) for log in diary.history(actor, days=30).logs if log.mistake]
    assert sorted(so_far.mistakes) == sorted(logs)
    assert {answer for _, answer in so_far.mistakes} == set(MistakeAnswer)


def test_days_before_the_first_that_is_asked_for_are_left_out(logged: People) -> None:
    today = today_in(logged.client.time_zone)
    assert set(kept_days.of_client(logged.client, today, days=2).outcomes) == {today - 2 * DAY, today - DAY}
