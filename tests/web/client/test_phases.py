"""A program by weeks, as its client and the practice read it, on screen and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.domain.phases import Phase
from clinic.models import Program
from tests.factories.people import People
from tests.factories.programs import assign_program, in_phases, publish_routine
from tests.pdf_reader import words_in
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)  # a Monday
MONDAY = NOON.date()
WEEK = timedelta(weeks=1)
PHASES = [Phase("Turns only", 2), Phase("Both", None, "Stands on one leg"), Phase("Less often")]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People) -> Program:
    version = publish_routine(people.practice, people.owner)
    in_phases(version, PHASES, [(1, 2), (2, None)])
    return assign_program(people.colleague, people.client, version, starts_on=MONDAY, weeks=None)


@pytest.fixture
def names(program: Program) -> list[str]:
    return [row.content["name"] for row in program.prescriptions]


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(browser: Visitor, path: str) -> str:
    return text(browser.get(path).get_data(as_text=True))


def test_the_client_reads_what_is_now_and_what_comes_when(
    people: People, visit: Visit, names: list[str], clock: time_machine.Traveller
) -> None:
    turn, hinge = names
    ada = visit(people.client_user)
    today, parts = page(ada, "/my"), page(ada, "/my/program")
    assert f"From Mon 16 Nov: {turn} and {hinge}." in today
    assert f"Turns only Now, until Sun 15 Nov: {turn}." in parts
    assert f"Both From Mon 16 Nov: {turn} and {hinge}." in parts
    assert f"Less often Once your practitioner finds this met: “Stands on one leg”: {hinge}." in parts
    clock.move_to(NOON + 2 * WEEK)
    ada = visit(people.client_user)  # two weeks on, the browser has to sign in again
    assert f"Part 2 began today: {hinge} is new." in page(ada, "/my")
    assert f"Turns only Mon 2 Nov to Sun 15 Nov: {turn}." in page(ada, "/my/program")


def test_a_move_that_is_still_to_come_can_be_read(people: People, visit: Visit, names: list[str]) -> None:
    ada = visit(people.client_user)
    assert "These belong to another part of your program, or to" in page(ada, "/my/program")
    assert names[1] in page(ada, "/my/program/2")


def test_the_handout_says_when_each_move_is_asked(people: People, visit: Visit, program: Program) -> None:
    ada, staff = visit(people.client_user), visit(people.colleague)
    for sheet in (ada.get("/my/handout.pdf"), staff.get(f"/programs/{program.id}/handout.pdf")):
        words = " ".join(words_in(sheet.data).split())
        assert "Until your practitioner finds this met: “Stands on one leg”." in words
        assert "From Mon 16 Nov." in words


def test_the_practice_goes_on_and_takes_it_back(people: People, visit: Visit, program: Program) -> None:
    staff, here = visit(people.colleague), f"/programs/{program.id}"
    before = page(staff, here)
    assert "1. Turns only Now, until Sun 15 Nov" in before
    assert "2 weeks" in before
    staff.post(f"{here}/phases/1/go-on", {}, status=303)
    told = page(staff, here)
    assert "The next phase counts from Mon 2 Nov." in told
    assert f"{people.colleague.name} went on, from Mon 2 Nov" in told
    assert "The criterion is met" in told
    staff.post(f"{here}/phases/1/go-on", {}, status=303)
    assert "Somebody has gone on to the next phase already." in page(staff, here)
    staff.post(f"{here}/phases/1/take-back", {}, status=303)
    assert "Now, until Sun 15 Nov" in page(staff, here)
