"""A client opens the day's practice: a list with times, which needs no script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.domain.types import LogOutcome, MistakeAnswer
from clinic.models import Program
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.diary import DiaryEntry
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program(people: People) -> Program:
    return assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))


def practice(people: People, visit: Visit) -> str:
    return str(visit(people.client_user).get("/my/practise").text)


def test_start_opens_the_days_moves_as_a_list_with_times(
    people: People, program: Program, visit: Visit
) -> None:
    assert 'href="/my/practise"' in visit(people.client_user).get("/my").text
    page = practice(people, visit)
    for words in (
        "about 5 minutes",
        "8 times on the left and 8 on the right",
        "1 minute 36 seconds",
        "Round 1 of 2: 8 times",
        "Rest",
        "Round 2 of 2: 8 times",
        "How did it go?",
    ):
        assert words in page


def test_the_camera_is_open_to_this_page_alone(people: People, program: Program, visit: Visit) -> None:
    ada = visit(people.client_user)
    assert "camera=(self)" in ada.get("/my/practise").headers["Permissions-Policy"]
    assert "camera=()" in ada.get("/my").headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("said", "leads"), [(MistakeAnswer.YES, True), (MistakeAnswer.NOT_SURE, True), (MistakeAnswer.NO, False)]
)
def test_the_fix_comes_first_after_a_yes_or_not_sure(
    people: People, program: Program, visit: Visit, said: MistakeAnswer, leads: bool
) -> None:
    practice_logs.log_day(
        people.actor(people.client_user), TODAY - timedelta(days=1), DiaryEntry(LogOutcome.DONE, mistake=said)
    )
    assert ("First the Butt Mistake" in practice(people, visit)) is leads
