"""A client's own device keeps the moves and nothing of theirs; what it logged comes late, and once."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.types import LogObstacle, LogOutcome, Tier
from clinic.extensions import db
from clinic.models import PracticeLog, Program
from clinic.services import warnings
from clinic.services.accounts import sessions
from clinic.services.programs import diary
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY = 86_400  # seconds
FORGET = '"cache", "storage"'
FORGET_PAGES = '"cache"'


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as now:
        yield now


@pytest.fixture
def program(people: People) -> Program:
    with time_machine.travel(NOON - timedelta(days=10), tick=False):
        return assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))


def logs() -> list[tuple[date, LogOutcome, int | None]]:
    db.session.expire_all()
    found = db.session.execute(
        select(PracticeLog.local_date, PracticeLog.outcome, PracticeLog.pain)
        .order_by(PracticeLog.local_date)
        .distinct()
    )
    return [tuple(row) for row in found]


def mark_in(visitor: Visitor, page: str = "/my") -> str:
    (mark,) = re.findall(r'data-mark="([^"]*)"', visitor.get(page).text)
    return str(mark)


def late(visitor: Visitor, days: int = 1, status: int = 200, **changed: Any) -> str:
    told = {
        "key": str(uuid.UUID(int=7)),
        "day": (TODAY - timedelta(days=days)).isoformat(),
        "age": str(days * DAY),
        "outcome": "done",
        "practised": "",
        "moves": "",
        "mark": mark_in(visitor),
    }
    answer = visitor.post("/my/kept/log", {**told, **changed}, status=status, headers={"X-Tick": "1"})
    return str(json.loads(answer.data)["said"])


def test_it_is_off_until_the_client_says_that_the_device_is_theirs(
    people: People, program: Program, visit: Visit
) -> None:
    ada, other = visit(people.client_user), visit(people.client_user)
    assert "data-own-device" not in ada.get("/my").text
    ada.post("/account/own-device/on", status=303)
    for page in ("/my", "/my/practise", "/account", "/my/kept"):
        assert "js/own-device.js" in ada.get(page).text
        assert ada.get(page).headers["Cache-Control"] == "no-store"
    assert "data-own-device" not in other.get("/my").text, "her other device is not asked"
    answer = ada.post("/account/own-device/off", status=303)
    assert answer.headers["Clear-Site-Data"] == FORGET
    assert "data-own-device" not in ada.get("/my").text


def test_what_it_keeps_names_nobody_and_tells_of_no_pain(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    said = DiaryEntry(LogOutcome.PARTLY, pain=7, note="It pulled in my left leg")
    diary.log_day(people.actor(people.client_user), TODAY, said)
    page = ada.get("/my/kept").text
    assert "Hip hinge" in page
    assert page.count("data-run=") == 2, "all of it, whatever is done today"
    assert page.count("<svg") >= 2
    client = people.client
    for words in (client.name, client.name.split()[0], client.email, program.name, "It pulled", "Your limit"):
        assert str(words) not in page


def test_a_session_that_was_ended_elsewhere_has_the_device_forget_at_the_next_contact(
    people: People, visit: Visit
) -> None:
    here, there = visit(people.client_user), visit(people.client_user)
    here.post("/account/own-device/on", status=303)
    sessions.end_all(people.client_user)
    db.session.commit()
    answer = here.get("/my", status=303)
    assert answer.headers["Clear-Site-Data"] == FORGET_PAGES, "what waits to be sent is spared"
    assert "Clear-Site-Data" not in there.get("/my", status=303).headers


def test_a_log_that_comes_a_day_late_and_twice_is_one_of_its_own_day(
    people: People, program: Program, visit: Visit, clock: time_machine.Coordinates
) -> None:
    ada = visit(people.client_user)
    assert late(ada).startswith("Saved for Thu 19 Nov: done.")
    clock.shift(DAY)
    late(visit(people.client_user))  # no answer had come: the same again, by a clock that was set since
    assert logs() == [(TODAY - timedelta(days=1), LogOutcome.DONE, None)]


def test_a_log_waits_for_one_person_by_a_mark_that_names_nobody(
    people: People, program: Program, visit: Visit
) -> None:
    ada, other, staff = visit(people.client_user), visit(people.other_client_user), visit(people.owner)
    mark = mark_in(ada)
    assert mark == mark_in(visit(people.client_user), "/account"), "the same in her next session"
    assert len({mark, mark_in(other), mark_in(staff, "/today")}) == 3
    assert people.client_user.id.hex not in mark
    assert "another person’s" in late(other, status=409, mark=mark)
    assert "another person’s" in late(ada, status=409, mark="")
    assert logs() == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("?logs=1&way=sign-out", ["1 log has not", "Sign out without sending"]),
        ("?logs=2&way=off", ["2 logs have not", "Keep nothing here, without sending"]),
    ],
)
def test_before_a_device_forgets_a_log_it_says_so(
    people: People, visit: Visit, asked: str, says: list[str]
) -> None:
    page = visit(people.client_user).get(f"/my/kept/waiting{asked}").text
    assert all(words in page for words in (*says, "Send first"))


@pytest.mark.parametrize("asked", ["", "?logs=0", "?logs=-1", "?logs=x", "?logs=99999"])
def test_where_nothing_waits_there_is_nothing_to_say(people: People, visit: Visit, asked: str) -> None:
    answer = visit(people.client_user).get(f"/my/kept/waiting{asked}", status=303)
    assert answer.headers["Location"].endswith("/account/own-device")


def test_a_wrong_clock_does_not_move_the_day_and_is_told(
    people: People, program: Program, visit: Visit
) -> None:
    said = late(visit(people.client_user), day="2019-01-01")
    assert said.startswith("Saved for Thu 19 Nov: done. Your phone’s clock showed another day.")
    assert logs() == [(TODAY - timedelta(days=1), LogOutcome.DONE, None)]


def test_what_was_said_since_on_another_phone_stays(people: People, program: Program, visit: Visit) -> None:
    ada = visit(people.client_user)
    diary.log_day(people.actor(people.client_user), TODAY, DiaryEntry(LogOutcome.PARTLY, pain=3))
    late(ada, days=0, outcome="not_done")
    assert {(row[1], row[2]) for row in logs()} == {(LogOutcome.PARTLY, 3)}
    late(ada, days=0, key=str(uuid.UUID(int=8)))
    assert {(row[1], row[2]) for row in logs()} == {(LogOutcome.DONE, 3)}


def test_a_move_that_was_too_sore_without_a_network_is_heard_when_there_is_one(
    people: People, program: Program, visit: Visit
) -> None:
    turns = next(each.id for each in program.prescriptions)
    gone = "00000000-0000-4000-8000-000000000000"
    for number, move in enumerate((str(turns), gone)):
        told = [{"moves": [move], "both": 0, "left": 0, "right": 0, "way": "", "sore": True}]
        key, practised = str(uuid.UUID(int=number + 1)), json.dumps(told)
        said = late(visit(people.client_user), days=number, key=key, outcome="partly", practised=practised)
        assert "That it hurt is saved, too." in said
    rows = db.session.scalars(select(PracticeLog).where(PracticeLog.obstacle == LogObstacle.HURTS)).all()
    assert [row.prescription_id for row in rows if row.local_date == TODAY] == [turns]
    assert len([row for row in rows if row.local_date < TODAY]) == 2, "of a move that is gone: in all of them"


@pytest.mark.parametrize("sore", ["true", 1, None, [], {}])
def test_what_is_no_mark_of_a_sore_move_is_none(
    people: People, program: Program, visit: Visit, sore: object
) -> None:
    told = [{"moves": [str(program.id)], "both": 0, "left": 0, "right": 0, "way": "", "sore": sore}]
    assert "it hurt" not in late(visit(people.client_user), outcome="partly", practised=json.dumps(told))


def test_a_program_that_changed_meanwhile_is_told(people: People, program: Program, visit: Visit) -> None:
    ada = visit(people.client_user)
    (kept,) = {part.split('"')[0] for part in ada.get("/my/kept").text.split('data-moves="')[1:]}
    assert "has changed" not in late(ada, moves=kept)
    assert "Your program has changed since your phone kept it." in late(ada, moves="another")


def test_done_before_a_warning_sign_is_kept_and_too_late_is_said_in_words(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    assert late(ada, days=8, status=422).startswith("Thu 12 Nov is not saved. You can put")
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    assert late(ada).startswith("Saved for Thu 19 Nov")
    kept = ada.get("/my/kept").text
    assert "data-run" not in kept
    assert Tier.E.value not in kept.split("</h1>")[1].split("kept-signs")[0]


@pytest.mark.parametrize(
    "changed", [{"key": "x"}, {"day": "x"}, {"age": "x"}, {"age": "9" * 30}, {"outcome": "x"}]
)
def test_what_cannot_be_read_is_said(
    people: People, program: Program, visit: Visit, changed: dict[str, str]
) -> None:
    assert "could not be read" in late(visit(people.client_user), status=422, **changed)
    assert logs() == []


def test_at_ten_past_midnight_the_log_is_the_new_days_and_says_so(
    people: People, program: Program, visit: Visit, clock: time_machine.Coordinates
) -> None:
    clock.move_to(datetime(2026, 11, 20, 0, 10, tzinfo=ZoneInfo(people.client.time_zone)))
    ada = visit(people.client_user)
    ada.post("/my/log", {"day": TODAY.isoformat(), "outcome": "done"}, status=303)
    assert "It is past midnight, so this counts for today." in ada.get("/my").text
    assert logs() == [(TODAY, LogOutcome.DONE, None)]
