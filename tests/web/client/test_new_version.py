"""A newer version of a program on the pages of the practice and of its client."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Program, RoutineVersion, VersionOffer
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_next, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
NEWS = "There is a new version of Hip routine for you"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def program(people: People, first: RoutineVersion) -> Program:
    return assign_program(people.colleague, people.client, first)


@pytest.fixture
def second(program: Program, first: RoutineVersion) -> RoutineVersion:
    return publish_next(first)


def page(browser: Visitor, path: str) -> str:
    html = browser.get(path).get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def offer(staff: Visitor, version: RoutineVersion, *programs: Program, status: int = 303) -> None:
    sent = {
        "seen": str(version.id),
        "programs": [str(each.id) for each in programs],
        "note": "You have got so steady that turns are enough.",
        "keeps_doses": "y",
    }
    staff.post(f"/routines/{version.routine_id}/offer", sent, status=status)


def test_the_practice_offers_it_and_sees_what_became_of_it(
    people: People, visit: Visit, program: Program, second: RoutineVersion
) -> None:
    staff, here = visit(people.colleague), f"/routines/{second.routine_id}"
    assert "1 client is on version 1. Offer version 2" in page(staff, here)
    before = page(staff, f"{here}/offer")
    assert "What is different from version 1" in before
    assert "No longer:" in before
    assert people.client.name in before
    offer(staff, second, status=422)  # nobody is ticked
    offer(staff, second, program)
    after = page(staff, f"{here}/offer")
    assert "Version 2 is offered to 1 client." in after
    assert "Not answered yet" in after
    made = db.session.scalars(select(VersionOffer)).one()
    staff.post(f"/version-offers/{made.id}/withdraw", {}, status=303)
    assert "Withdrawn" in page(staff, f"{here}/offer")


def test_the_client_reads_it_and_takes_it_over(
    people: People,
    visit: Visit,
    program: Program,
    second: RoutineVersion,
    clock: time_machine.Traveller,
) -> None:
    ada, staff = visit(people.client_user), visit(people.colleague)
    assert NEWS not in page(ada, "/my")
    offer(staff, second, program)
    assert NEWS in page(ada, "/my")
    assert NEWS in page(ada, "/my/program")
    made = db.session.scalars(select(VersionOffer)).one()
    read = page(ada, f"/my/new-version/{made.id}")
    assert "You have got so steady that turns are enough." in read
    assert "No longer:" in read
    ada.post(f"/my/new-version/{made.id}/take", {}, status=303)
    told = page(ada, "/my/program")
    assert "From tomorrow on you have the new version. Today stays as it is." in told
    assert NEWS not in told
    assert "2 moves" in told
    assert "Taken over" in page(staff, f"/routines/{second.routine_id}/offer")
    clock.shift(timedelta(days=1))
    assert "1 move," in page(visit(people.client_user), "/my/program")


def test_the_client_keeps_what_they_have(
    people: People, visit: Visit, program: Program, second: RoutineVersion
) -> None:
    ada, staff = visit(people.client_user), visit(people.colleague)
    offer(staff, second, program)
    made = db.session.scalars(select(VersionOffer)).one()
    ada.post(f"/my/new-version/{made.id}/keep", {}, status=303)
    assert "You go on with what you have." in page(ada, "/my/program")
    assert NEWS not in page(ada, "/my")
    ada.get(f"/my/new-version/{made.id}", status=303)
    ada.post(f"/my/new-version/{made.id}/take", {}, status=303)
    assert "You have answered this already." in page(ada, "/my/program")
    assert "Keeps what they have" in page(staff, f"/routines/{second.routine_id}/offer")
