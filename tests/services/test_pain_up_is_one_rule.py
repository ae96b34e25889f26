"""Pain that is up: the first page and the list of clients say what the rule says, whatever was answered."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic.domain.attention import AttentionKind
from clinic.domain.progress import PainPoint, pain_up
from clinic.models import Client, Program
from clinic.services.attention import today as attention
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins.answers import CheckinReply
from clinic.services.clients import listing as client_list
from clinic.services.clients.listing import ClientFilter
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import People, make_client

FIRST = datetime(2026, 11, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
RATHER_NOT = None

PAIN = st.sampled_from([RATHER_NOT, 2, 3, 4, 6])  # few, so that declining and small rises meet often
SAID = {AttentionKind.PAIN_UP, AttentionKind.CONTACT_WANTED}  # in an answer
ANSWERS = st.lists(st.tuples(PAIN, st.booleans()), max_size=6)


@pytest.fixture
def program(people: People) -> Program:
    """Ada's program."""
    return enrolled(people, people.client)


def enrolled(people: People, client: Client) -> Program:
    with time_machine.travel(FIRST, tick=False):
        return enrol(people, client, starts_on=FIRST.date())


def answer_weekly(program: Program, answers: list[tuple[int | None, bool]]) -> None:
    """Answer a check-in each week through its link: pain, and whether a call is wanted."""
    for week, (pain, contact) in enumerate(answers):
        with time_machine.travel(FIRST + week * WEEK, tick=False):
            secret = link_to(sent_checkin(program)).removeprefix("/c/")
            checkin_answers.deny_signs(secret)
            checkin_answers.answer(secret, CheckinReply(5, pain, None, contact))


def on_the_first_page(people: People, client: Client) -> set[AttentionKind]:
    listed = attention.today(people.actor(people.colleague), everybody=True).listed
    return {reason.kind for each in listed for reason in each.reasons if each.client_id == client.id}


def on_the_list_of_clients(people: People, client: Client) -> set[AttentionKind]:
    rows = client_list.page(people.actor(people.colleague), ClientFilter(text=client.name)).rows
    row = next(row for row in rows if row.id == client.id)
    return {reason.kind for reason in (row.asks.reasons if row.asks else ())} & SAID


def test_who_would_rather_not_say_after_pain_went_up_stays_on_the_list(
    people: People, program: Program
) -> None:
    answer_weekly(program, [(3, False), (6, False), (RATHER_NOT, False)])
    assert AttentionKind.PAIN_UP in on_the_first_page(people, people.client)
    assert AttentionKind.PAIN_UP in on_the_list_of_clients(people, people.client)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANSWERS)
@example([(3, False), (6, False), (RATHER_NOT, False)])
@example([(3, True), (6, False), (RATHER_NOT, False), (2, False)])
def test_page_and_list_say_what_the_rule_says(people: People, answers: list[tuple[int | None, bool]]) -> None:
    client = make_client(people.practice, f"Somebody {uuid.uuid4()}")
    answer_weekly(enrolled(people, client), answers)
    points = [PainPoint((FIRST + week * WEEK).date(), pain) for week, (pain, _) in enumerate(answers)]
    expected = {
        AttentionKind.PAIN_UP: pain_up(points),
        AttentionKind.CONTACT_WANTED: any(c for _, c in answers),
    }
    expected_kinds = {kind for kind, holds in expected.items() if holds}
    assert on_the_list_of_clients(people, client) == expected_kinds
    assert on_the_first_page(people, client) & set(expected) == expected_kinds
