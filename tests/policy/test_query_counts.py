"""A page asks the database little, and no more for a full practice than for an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import SelectBase, event

from clinic.domain.types import Audience
from clinic.extensions import db
from clinic.models import Client
from tests.factories.people import make_client
from tests.factories.records import make_records
from tests.policy.addresses import may_open
from tests.policy.bodies import arrange
from tests.policy.requests import EVERYBODY, KINDS, at, rules
from tests.policy.stage import Stage

MOST = 8  # among them two for the session and its practice
ASKING = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SHOWN = [
    name for name, rule in rules().items() if "GET" in rule.methods and rule.audience is not Audience.DEV
]
LISTS = [name for name in SHOWN if "<" not in rules()[name].path]
MORE = 6  # clients
# What a practice and its clients open day by day.
DAILY = [
    "client.today.index",
    "client.program.show",
    "client.practise.show",
    "client.program.move",
    "client.history.index",
    "practitioner.attention.index",
    "practitioner.inbox.index",
    "practitioner.checkins.index",
    "practitioner.clients.index",
    "practitioner.clients.show",
    "practitioner.clients.program",
    "practitioner.clients.assessments",
    "practitioner.clients.checkins",
    "practitioner.clients.history",
    "practitioner.clients.details",
    "practitioner.questionnaires.index",
    "practitioner.programs.show",
]


@pytest.mark.parametrize("endpoint", SHOWN)
def test_a_page_asks_at_most_eight_times(stage: Stage, endpoint: str) -> None:
    for address in at(stage, endpoint):
        for who in (each for each in KINDS if may_open(each, address)):
            with stage.scene(who) as browser:
                arrange(stage.world, address)
                with _counted(stage) as asked:
                    stage.ask(browser, "GET", address.url)
            told = "\n".join(asked)
            assert len(asked) <= MOST, f"{who} at {address.url} needs {len(asked)} queries:\n{told}"


@pytest.fixture(scope="module")
def few_and_many(stage: Stage) -> dict[str, tuple[int, int]]:
    """How many queries each list needs with two clients and with more, who are made once for all lists."""
    few = {endpoint: _queries(stage, endpoint) for endpoint in LISTS}
    with stage.changed_by(lambda: _some_more_clients(stage)):
        return {endpoint: (few[endpoint], _queries(stage, endpoint)) for endpoint in LISTS}


@pytest.mark.parametrize("endpoint", LISTS)
def test_more_clients_are_not_more_queries(few_and_many: dict[str, tuple[int, int]], endpoint: str) -> None:
    few, many = few_and_many[endpoint]
    assert many <= few, f"{endpoint}: {few} queries with two clients, {many} with {MORE} more"


def _some_more_clients(stage: Stage) -> None:
    shelf = stage.world.shelves["here"]
    for number in range(MORE):
        client = make_client(shelf.practice, f"Client {number}")
        make_records(shelf, db.session.get_one(Client, client.id), stage.world.people.client_user)
    db.session.commit()


def _queries(stage: Stage, endpoint: str) -> int:
    address = at(stage, endpoint)[0]
    who = next(each for each in EVERYBODY if may_open(each, address))
    with stage.scene(who) as browser, _counted(stage) as asked:
        stage.ask(browser, "GET", address.url)
    return len(asked)


@pytest.mark.parametrize("endpoint", DAILY)
def test_a_daily_page_sends_statements_that_were_built_before(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    who = next(each for each in EVERYBODY if may_open(each, address))
    with stage.scene(who) as browser:
        arrange(stage.world, address)
        with _sent(stage) as first:
            stage.ask(browser, "GET", address.url)
        with _sent(stage) as second:
            stage.ask(browser, "GET", address.url)
    known = {id(statement) for statement in first}
    assert second, "this page asks nothing: it proves nothing here"
    anew = [" ".join(str(each).split())[:200] for each in second if id(each) not in known]
    told = "\n".join(anew)
    assert not anew, f"{address.url} builds at each view what could be a constant (docs/adr/0021):\n{told}"


def test_a_second_look_within_the_hour_asks_the_trail_nothing(stage: Stage) -> None:
    address = at(stage, "practitioner.clients.show")[0]
    with stage.scene("owner") as browser:
        asked = []
        for _ in range(2):
            with _counted(stage, of_trail=True) as statements:
                stage.ask(browser, "GET", address.url)
            asked.append(len(statements))
    assert asked[0] > 0
    assert asked[1] == 0


@contextmanager
def _sent(stage: Stage) -> Iterator[list[Any]]:
    """The statements themselves, held so that no new one gets the place in memory of one that is gone."""
    sent: list[Any] = []

    def keep(connection: Any, statement: Any, *_: Any) -> None:
        if isinstance(statement, SelectBase):
            sent.append(statement)

    event.listen(stage.connection, "before_execute", keep)
    try:
        yield sent
    finally:
        event.remove(stage.connection, "before_execute", keep)


@contextmanager
def _counted(stage: Stage, *, of_trail: bool = False) -> Iterator[list[str]]:
    asked: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(ASKING) and _is_of_the_trail(statement) is of_trail:
            asked.append(" ".join(statement.split())[:200])

    event.listen(stage.connection, "before_cursor_execute", count)
    try:
        yield asked
    finally:
        event.remove(stage.connection, "before_cursor_execute", count)


def _is_of_the_trail(statement: str) -> bool:
    """Whether a statement only notes who looked: once an hour, whatever the page."""
    plain = " ".join(statement.split())
    notes = ("INSERT INTO audit_event", "SELECT audit_event.id FROM audit_event")
    return "audit_end" in plain or "FOR KEY SHARE" in plain or plain.startswith(notes)
