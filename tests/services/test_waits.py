"""Who waits for an answer, since when, and how it ended."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.answer_promise import AnsweredHow
from clinic.extensions import db
from clinic.models import AnswerWait
from clinic.services import waits
from clinic.services.accounts.signing_in import actor_of
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def all_of(people: People) -> list[AnswerWait]:
    known = select(AnswerWait).where(AnswerWait.client_id == people.client.id).order_by(AnswerWait.asked_at)
    return list(db.session.scalars(known.execution_options(populate_existing=True)))


def ask(people: People, at: datetime) -> None:
    with transaction():
        waits.begin(people.practice.id, people.client.id, at)


def answer(people: People, at: datetime, how: AnsweredHow = AnsweredHow.MESSAGE) -> bool:
    with transaction():
        return waits.end(actor_of(people.colleague), people.client.id, how, at)


def test_who_writes_twice_waits_since_the_first_time_and_until_when_was_promised_then(people: People) -> None:
    ask(people, FRIDAY)
    people.practice.answer_days = 5
    db.session.flush()
    ask(people, FRIDAY + HOUR)
    ask(people, FRIDAY + HOUR / 2)  # kept later, sent before
    (wait,) = all_of(people)
    assert (wait.asked_at, wait.last_at) == (FRIDAY, FRIDAY + HOUR)
    assert wait.due_at == datetime(2026, 12, 2, tzinfo=UTC)  # when Tuesday ends


def test_without_a_promise_nothing_is_due(people: People) -> None:
    people.practice.answer_days = 0
    db.session.flush()
    ask(people, FRIDAY)
    assert all_of(people)[0].due_at is None


def test_an_answer_ends_it_and_says_whose_it_was(people: People) -> None:
    assert not answer(people, FRIDAY), "nobody waits"
    ask(people, FRIDAY)
    assert answer(people, FRIDAY + HOUR, AnsweredHow.PHONE)
    assert not answer(people, FRIDAY + 2 * HOUR)
    ask(people, FRIDAY + 3 * HOUR)
    first, second = all_of(people)
    assert (first.answered_at, first.answered_by) == (FRIDAY + HOUR, people.colleague.id)
    assert first.how is AnsweredHow.PHONE
    assert second.answered_at is None


@pytest.mark.parametrize("wrote_again", [False, True])
def test_an_answer_that_is_taken_back_ended_nothing(people: People, wrote_again: bool) -> None:
    ask(people, FRIDAY)
    answer(people, FRIDAY + HOUR)
    if wrote_again:
        ask(people, FRIDAY + 2 * HOUR)
    with transaction():
        assert waits.go_on(people.practice.id, people.client.id, FRIDAY + HOUR)
    (wait,) = all_of(people)
    assert (wait.asked_at, wait.answered_at, wait.how) == (FRIDAY, None, None)
    assert wait.last_at == (FRIDAY + 2 * HOUR if wrote_again else FRIDAY)


def test_an_answer_that_ended_nothing_takes_nothing_back(people: People) -> None:
    ask(people, FRIDAY)
    with transaction():
        assert not waits.go_on(people.practice.id, people.client.id, FRIDAY + HOUR)
    assert len(all_of(people)) == 1


def test_two_messages_of_one_moment_are_one_waiting(live_app: Flask) -> None:
    with transaction():
        people = make_people()
    practice_id, client_id, both = people.practice.id, people.client.id, threading.Barrier(2)
    db.session.remove()

    def write(at: datetime) -> None:
        with live_app.app_context():
            both.wait()
            with transaction():
                waits.begin(practice_id, client_id, at)
            db.session.remove()

    threads = [threading.Thread(target=write, args=(FRIDAY + number * HOUR,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (wait,) = db.session.scalars(select(AnswerWait).where(AnswerWait.client_id == client_id)).all()
    assert wait.last_at == FRIDAY + HOUR
