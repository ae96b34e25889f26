"""A form's key and the id of what it makes: the same for the same press, another one for anything else."""

from __future__ import annotations

import uuid

import pytest

from clinic.extensions import db
from clinic.models import OwnBattery, OwnTest, Program
from clinic.models.base import OfPractice
from clinic.services import once
from clinic.services.clock import now
from tests.factories.people import People

HERE, THERE, CLIENT = (uuid.UUID(int=number) for number in (1, 2, 3))
PRESS = (Program, HERE, "key", CLIENT)


@pytest.mark.parametrize(
    "other",
    [
        (OwnTest, HERE, "key", CLIENT),
        (Program, THERE, "key", CLIENT),
        (Program, HERE, "another", CLIENT),
        (Program, HERE, "key", THERE),
        (Program, HERE, "key"),
    ],
    ids=["kind", "practice", "key", "whose", "nobody's"],
)
def test_what_differs_makes_another_thing(other: tuple[type[OfPractice], uuid.UUID, str]) -> None:
    assert once.id_of(*PRESS) == once.id_of(*PRESS)
    assert once.id_of(*other) != once.id_of(*PRESS)


def battery(people: People, row_id: uuid.UUID) -> OwnBattery:
    about = {"practice_id": people.practice.id, "created_by": people.owner.id, "created_at": now()}
    return OwnBattery(id=row_id, key=f"own_{row_id.hex[:16]}", **about)


def test_the_second_press_finds_what_the_first_made(people: People) -> None:
    row_id = once.id_of(OwnBattery, people.practice.id, "key")
    assert once.made_before(OwnBattery, people.practice.id, row_id) is None
    first, is_new = once.add(battery(people, row_id))
    assert is_new
    assert once.add(battery(people, row_id)) == (first, False)
    assert once.made_before(OwnBattery, people.elsewhere.id, row_id) is None


def test_a_row_that_another_rule_refuses_is_refused(people: People) -> None:
    first, _ = once.add(battery(people, once.id_of(OwnBattery, people.practice.id, "key")))
    second = battery(people, once.id_of(OwnBattery, people.practice.id, "another"))
    second.key = first.key
    with pytest.raises(Exception, match="key"):
        once.add(second)
    db.session.rollback()
