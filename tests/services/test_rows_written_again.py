"""What a factory writes again is what services wrote, under new ids and at another instant."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import Base, SignOff
from clinic.services.audit.checking import verify
from clinic.services.clock import now
from tests.factories import programs
from tests.factories.moves import make_move, publish_own
from tests.factories.people import People, make_people
from tests.factories.programs import publish_routine

OF_A_CHAIN = {"salt", "hash", "words_hash"}
BEFORE = {"user_account", "client", "search_piece"}


@pytest.fixture(autouse=True)
def nothing_published(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_published", {})


def rows(people: People) -> list[tuple[str, dict[str, Any]]]:
    """All that the practice's people did not begin with, what is pointed at before what points at it."""
    tables = sorted(Base.metadata.sorted_tables, key=lambda table: table.name.startswith("audit"))
    return [
        (table.name, {**row})
        for table in tables
        if "practice_id" in table.c and table.name not in BEFORE
        for row in db.session.execute(
            select(table).where(table.c.practice_id == people.practice.id)
        ).mappings()
    ]


def told(people: People) -> list[str]:
    """The same in words: an id is told by what its row says, an instant as one."""
    known = {people.practice.id: "the practice", people.owner.id: "the owner"}
    for table, row in rows(people):
        said = {
            name: known[value] if isinstance(value, uuid.UUID) else value
            for name, value in row.items()
            if name != "id" and name not in OF_A_CHAIN and not isinstance(value, datetime)
        }
        known[row["id"]] = f"{table}: {said}"
    return sorted(known.values())


def test_a_routine_is_the_one_that_services_publish(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_people(), make_people()
    publish_routine(first.practice, first.owner)
    monkeypatch.delattr(programs.routines, "publish")
    version = publish_routine(second.practice, second.owner)
    assert len(told(first)) > 60
    assert told(first) == told(second)
    assert version.practice_id == second.practice.id
    assert version.publisher is second.owner
    shared = {row["id"] for _, row in rows(first)} & {row["id"] for _, row in rows(second)}
    assert not shared
    faults = {report.practice_id: len(report.faults) for report in verify()}
    assert faults[second.practice.id] == faults[first.practice.id] == 1, "that it has no beginning, alone"


def test_it_is_published_when_it_is_asked_for() -> None:
    first, second = make_people(), make_people()
    publish_routine(first.practice, first.owner)
    with time_machine.travel(now() + timedelta(days=400), tick=False):
        publish_routine(second.practice, second.owner)
        instants = {value for _, row in rows(second) for value in row.values() if isinstance(value, datetime)}
        assert {at.replace(tzinfo=now().tzinfo) for at in instants} == {now()}


def test_who_signs_other_texts_signs_them_by_services() -> None:
    first, second, third = make_people(), make_people(), make_people()
    second.practice.emergency_number, third.practice.urgent_number = "112", None
    for people in (first, second):
        publish_routine(people.practice, people.owner)
    signed = select(SignOff.text).where(SignOff.practice_id == second.practice.id)
    assert any("112" in text for text in db.session.scalars(signed))
    with pytest.raises(RuleBroken, match="numbers"):
        publish_routine(third.practice, third.owner)


def test_who_has_moves_already_publishes_by_services_and_gives_no_example() -> None:
    first, second = make_people(), make_people()
    for people in (first, second):
        own = publish_own(people.practice, people.owner, make_move(people.actor(people.owner)))
        version = publish_routine(people.practice, people.owner)
        assert version.id != own.id
        assert not programs._published
