"""A client sees the program and says how a day went."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import RuleBroken
from clinic.domain.programs import ProgramChange
from clinic.domain.types import LogOutcome, MistakeAnswer, ProgramAction, ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import AuditEvent, PracticeLog, Program, WarningFlag
from clinic.services.programs import changing as program_changes
from clinic.services.programs import diary as practice_logs
from clinic.services.transaction import transaction
from tests.factories.people import LONG_AGO, People, make_people
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


def rows() -> list[PracticeLog]:
    return list(db.session.scalars(select(PracticeLog).order_by(PracticeLog.local_date, PracticeLog.id)))


def log(visitor: Visitor, day: date = TODAY, *, status: int = 303, **data: str):
    return visitor.post("/my/log", {"day": day.isoformat(), "outcome": "done", **data}, status=status)


def test_a_page_that_is_open_since_yesterday_logs_yesterday_and_says_so(people: People, visit: Visit) -> None:
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
    ada = visit(people.client_user)
    log(ada, TODAY - timedelta(days=1))
    assert "Saved for Thu 19 Nov." in ada.get("/my").text
    log(ada)
    assert "Saved for" not in ada.get("/my").text


def test_a_client_without_a_program_reads_what_comes_next(people: People, visit: Visit) -> None:
    page = visit(people.client_user).get("/my").get_data(as_text=True)
    assert "Hello Ada" in page
    assert "putting your moves together" in page


def test_the_first_page_shows_todays_moves_and_asks_how_it_went(
    people: People, program: Program, visit: Visit
) -> None:
    page = visit(people.client_user).get("/my").get_data(as_text=True)
    assert "Small standing hip turns" in page
    assert "Hip hinge" in page
    assert "How did it go today?" in page
    assert " checked" not in page.split("<main")[1]


def test_a_move_says_range_feet_knees_cues_mistake_and_fix(
    people: People, program: Program, visit: Visit
) -> None:
    page = visit(people.client_user).get("/my/program/2").get_data(as_text=True)
    for words in (
        "Hip hinge",
        "How far",
        "Feet",
        "Knees",
        "Hips back, not down",
        "The Butt Mistake",
        "Do this instead",
    ):
        assert words in page
    assert page.count('role="img"') >= 2


def test_a_moves_page_begins_with_the_cues_and_the_mistake_and_folds_the_rest(
    people: People, program: Program, visit: Visit
) -> None:
    page = visit(people.client_user).get("/my/program/2").text
    places = [page.index(words) for words in ("Think of this", "The Butt Mistake", "Feet, knees and how far")]
    assert places == sorted(places)
    assert places[-1] > page.index("<details"), "what comes after the mistake is folded"
    assert page[: places[1]].count("<details") <= 1, "nothing but the moving picture is folded before it"


def test_a_move_that_is_not_there_is_not_found(people: People, program: Program, visit: Visit) -> None:
    visit(people.client_user).get("/my/program/3", status=404)


def test_a_day_is_logged_in_one_form_for_all_moves(people: People, program: Program, visit: Visit) -> None:
    log(visit(people.client_user), pain="3", mistake="no", note="Slow works.")
    first, second = rows()
    assert {first.outcome, second.outcome} == {LogOutcome.DONE}
    assert first.pain == second.pain == 3
    assert sorted(str(row.mistake) for row in rows()) == ["None", "no"], (
        "only the hinge has the named mistake"
    )


def test_outcome_alone_is_enough(people: People, program: Program, visit: Visit) -> None:
    log(visit(people.client_user), outcome="partly")
    assert [row.pain for row in rows()] == [None, None]


def test_a_double_tap_is_one_log(people: People, program: Program, visit: Visit) -> None:
    browser = visit(people.client_user)
    log(browser)
    log(browser)
    assert len(rows()) == 2, "one row a move"
    events = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("practice.%"))).all()
    assert events == ["practice.logged"]


def test_putting_it_right_keeps_one_row_and_tells_what_it_was(
    people: People, program: Program, visit: Visit
) -> None:
    browser = visit(people.client_user)
    log(browser)
    log(browser, outcome="not_done")
    assert {row.outcome for row in rows()} == {LogOutcome.NOT_DONE}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.corrected")).one()
    assert event.details["before"] == "done"


@pytest.mark.parametrize(
    ("days_ago", "outcome"),
    [(0, 303), (1, 303), (2, 422), (-1, 422), (300, 422)],
    ids=["today", "yesterday", "two days ago", "tomorrow", "before the start"],
)
def test_today_and_yesterday_can_be_logged(
    people: People, program: Program, visit: Visit, days_ago: int, outcome: int
) -> None:
    log(visit(people.client_user), TODAY - timedelta(days=days_ago), status=outcome)
    assert len(rows()) == (2 if outcome == 303 else 0)


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": ""},
        {"outcome": "very"},
        {"pain": "11"},
        {"pain": "-1"},
        {"mistake": "maybe"},
        {"day": "soon"},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_and_nothing_is_saved(
    people: People, program: Program, visit: Visit, data: dict[str, str]
) -> None:
    values = {"day": TODAY.isoformat(), "outcome": "done", "note": "What I typed", **data}
    page = visit(people.client_user).post("/my/log", values, status=422).get_data(as_text=True)
    assert "There is a problem" in page
    assert "What I typed" in page
    assert "<title>Error: " in page
    assert rows() == []


def test_the_day_is_the_clients_own_not_the_servers(people: People, program: Program, visit: Visit) -> None:
    people.client.time_zone = "Australia/Lord_Howe"
    db.session.commit()
    page = visit(people.client_user).get("/my").get_data(as_text=True)
    assert 'value="2026-11-20"' in page
    with time_machine.travel(datetime(2026, 11, 20, 14, tzinfo=UTC), tick=False):
        assert 'value="2026-11-21"' in visit(people.client_user).get("/my").get_data(as_text=True)


@pytest.mark.parametrize("tier", [Tier.E, Tier.U, Tier.S])
def test_an_open_warning_sign_holds_the_program_and_says_what_to_do(
    people: People, program: Program, visit: Visit, tier: Tier
) -> None:
    db.session.add(
        WarningFlag(
            practice_id=people.practice.id,
            client_id=people.client.id,
            tier=tier,
            question_keys=["saddle"],
            raised_at=LONG_AGO,
        )
    )
    db.session.commit()
    browser = visit(people.client_user)
    for path in ("/my", "/my/program", "/my/program/2"):
        page = browser.get(path).get_data(as_text=True)
        assert "Your program is on hold" in page
        assert "How did it go" not in page
        assert "is fine if it settles" not in page, "nobody is told how much pain is fine"
        assert "minutes a day" not in page
    log(browser, status=422)
    assert rows() == []


def test_a_paused_program_cannot_be_logged(people: People, program: Program, visit: Visit) -> None:
    change = ProgramChange(ProgramAction.PAUSE, TODAY, "Holiday")
    program_changes.change(people.actor(people.colleague), program.id, program.version, change)
    assert "Your program is paused" in visit(people.client_user).get("/my").get_data(as_text=True)
    log(visit(people.client_user), status=422)


def test_the_weeks_tell_done_partly_not_done_and_not_reported_apart(
    people: People, program: Program, visit: Visit
) -> None:
    actor = people.actor(people.client_user)
    practice_logs.log_day(actor, TODAY, DiaryEntry(LogOutcome.PARTLY))
    practice_logs.log_day(actor, TODAY - timedelta(days=1), DiaryEntry(LogOutcome.NOT_DONE))
    page = visit(people.client_user).get("/my/history").get_data(as_text=True)
    for words in (
        "Fri 20 Nov: partly done",
        "Thu 19 Nov: not done",
        "Wed 18 Nov: not reported",
        "Sat 21 Nov: still to come",
    ):
        assert words in page
    assert '1</span> <span class="stat-of">of 7' in page


def test_another_client_sees_nothing_of_it(people: People, program: Program, visit: Visit) -> None:
    visit(people.other_client_user).get("/my/program/2", status=404)
    with pytest.raises(RuleBroken):
        practice_logs.log_day(
            people.actor(people.other_client_user),
            TODAY,
            DiaryEntry(LogOutcome.DONE, mistake=MistakeAnswer.NO),
        )


def test_twenty_taps_at_once_are_one_row_a_move(live_app: Flask) -> None:
    people = make_people()
    assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
    actor = people.actor(people.client_user)
    db.session.remove()
    failures: list[BaseException] = []

    def tap() -> None:
        with live_app.app_context():
            try:
                practice_logs.log_day(actor, TODAY, DiaryEntry(LogOutcome.DONE))
            except BaseException as error:
                failures.append(error)

    taps = [threading.Thread(target=tap) for _ in range(20)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    assert failures == []
    assert len(rows()) == 2


def test_an_ended_program_stays_in_the_history_and_says_so_everywhere(
    people: People, program: Program, visit: Visit
) -> None:
    client = visit(people.client_user)
    log(client)
    with transaction():
        program.status, program.ends_on = ProgramStatus.ENDED, TODAY
    with time_machine.travel(NOON + timedelta(days=120), tick=False):
        later = visit(people.client_user)
        page = later.get("/my/history").get_data(as_text=True)
        assert "This program has ended" in page
        assert '1</span> <span class="stat-of">of 21</span>' in page
        assert page.count('class="week-row"') == 4  # of the weeks since then nothing was asked
        for address in ("/my", "/my/program"):
            page = later.get(address).get_data(as_text=True)
            assert "Your program has ended" in page
            assert "putting your moves together" not in page


def test_a_page_without_a_program_shows_no_name_of_an_icon(people: People, visit: Visit) -> None:
    client = visit(people.client_user)
    for address in ("/my", "/my/program", "/my/history"):
        assert '<p class="muted">' not in client.get(address).get_data(as_text=True)
