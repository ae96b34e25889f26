"""A client with two programs: one page, one log; and what stays when they are over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.programs import ProgramChange
from clinic.domain.types import ProgramAction, Tier
from clinic.extensions import db
from clinic.models import PracticeLog, Program, RoutineVersion, WarningFlag
from clinic.services.programs import changing
from tests.factories.people import LONG_AGO, People
from tests.factories.programs import assign_program, publish_beside, publish_routine
from tests.pdf_reader import words_in
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def version(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def hips(people: People, version: RoutineVersion) -> Program:
    return assign_program(people.colleague, people.client, version)


@pytest.fixture
def knees(people: People, version: RoutineVersion, hips: Program, clock: time_machine.Traveller) -> Program:
    clock.shift(60)
    return assign_program(people.colleague, people.client, publish_beside(version), alongside=True)


@pytest.fixture
def ada(people: People, visit: Visit) -> Visitor:
    return visit(people.client_user)


def take(people: People, program: Program, action: ProgramAction, **more: object) -> None:
    change = ProgramChange(action, TODAY, "Holiday", **more)  # type: ignore[arg-type]
    changing.change(people.actor(people.colleague), program.id, program.version, change)


def page(browser: Visitor, path: str) -> str:
    return " ".join(browser.get(path).get_data(as_text=True).split())


def test_today_shows_each_move_once_and_says_which_program_asks_what(
    hips: Program, knees: Program, ada: Visitor
) -> None:
    shown = page(ada, "/my")
    assert shown.count(">Hip hinge</a>") == 1
    assert "<strong>Hip routine:</strong> 2 rounds" in shown
    assert "<strong>Knee routine:</strong> 3 rounds of 8 on the left" in shown
    assert shown.count('class="move-row"') == 3


def test_the_program_page_names_both_and_each_move_has_a_page(
    hips: Program, knees: Program, ada: Visitor
) -> None:
    shown = page(ada, "/my/program")
    for words in (
        "Your programs",
        "<strong>Hip routine:</strong>",
        "<strong>Knee routine:</strong>",
        "3 moves",
    ):
        assert words in shown
    for number, name in ((1, "Small standing hip turns"), (2, "Hip hinge"), (3, "Knee bend")):
        assert f"<h1>{name}</h1>" in page(ada, f"/my/program/{number}")
    ada.get("/my/program/4", status=404)


def test_one_form_logs_both(hips: Program, knees: Program, ada: Visitor) -> None:
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "done"}, status=303)
    assert len(db.session.scalars(select(PracticeLog)).all()) == 4, "one row a move of each program"
    assert "Today: Done" in page(ada, "/my")


def test_a_paused_one_is_said_and_left_out(
    people: People, hips: Program, knees: Program, ada: Visitor
) -> None:
    take(people, hips, ProgramAction.PAUSE, until=TODAY + 9 * DAY)
    shown = page(ada, "/my")
    assert "Hip routine is paused until Sun 29 Nov: its moves are left out." in shown
    assert "How did it go today?" in shown
    assert "Small standing hip turns" not in shown
    shown = page(ada, "/my/program")
    assert "paused until Sun 29 Nov" in shown
    assert "These belong to a program that does not run just now." in shown
    assert "This move is not one of today’s" in page(ada, "/my/program/3")


def test_a_paused_program_says_so_on_its_page_and_when_it_goes_on(
    people: People, hips: Program, ada: Visitor
) -> None:
    take(people, hips, ProgramAction.PAUSE, until=TODAY + 9 * DAY)
    assert "Your program is paused" in page(ada, "/my/program")
    assert "No practice until Sun 29 Nov. It goes on by itself" in page(ada, "/my")


def test_the_handout_holds_the_moves_of_both(hips: Program, knees: Program, ada: Visitor) -> None:
    paper = words_in(ada.get("/my/handout.pdf").data)
    for words in ("Hip routine and Knee routine", "Small standing hip turns", "Knee bend", "on the left"):
        assert words in paper


def test_what_was_learned_stays_readable_after_the_end(people: People, hips: Program, ada: Visitor) -> None:
    take(people, hips, ProgramAction.END)
    shown = page(ada, "/my/program")
    for words in ("Your program has ended", "What you learned", ">Hip hinge</a>", "Your moves on paper"):
        assert words in shown
    assert "Do this instead" in page(ada, "/my/program/2")
    assert "Hip hinge" in words_in(ada.get("/my/handout.pdf").data)
    assert 'href="/my/program"' in page(ada, "/my")


def test_what_was_learned_is_not_another_clients_to_read(people: People, hips: Program, visit: Visit) -> None:
    take(people, hips, ProgramAction.END)
    visit(people.other_client_user).get("/my/program/1", status=404)
    visit(people.other_client_user).get("/my/handout.pdf", status=404)


def test_a_held_handout_asks_for_nothing(people: People, hips: Program, visit: Visit) -> None:
    flag = {"tier": Tier.U, "question_keys": ["saddle"], "raised_at": LONG_AGO}
    db.session.add(WarningFlag(practice_id=people.practice.id, client_id=people.client.id, **flag))
    db.session.commit()
    paper = words_in(visit(people.colleague).get(f"/programs/{hips.id}/handout.pdf").data)
    assert "doctor" in paper
    assert "Hip hinge" not in paper


def test_the_history_goes_on_over_both(people: People, hips: Program, knees: Program, ada: Visitor) -> None:
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "done"}, status=303)
    take(people, hips, ProgramAction.END)
    take(people, knees, ProgramAction.END)
    shown = page(ada, "/my/history")
    assert "Hip routine and Knee routine" in shown
    assert "These programs have ended." in shown
    assert "Fri 20 Nov: done" in shown
