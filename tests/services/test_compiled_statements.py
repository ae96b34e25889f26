"""A statement that is a constant is known again without being weighed, and sent what changes (ADR 21)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, literal, select

from clinic.domain.types import ClientStatus
from clinic.extensions import CompiledStatements, db
from clinic.models import Client
from clinic.models.base import given
from clinic.services import rows

OF_NAME = select(Client.id).where(Client.name == bindparam("name"))


class Weighed:
    """Stands where a statement's whole key does, and counts how often it was weighed."""

    def __init__(self) -> None:
        self.times = 0

    def __hash__(self) -> int:
        self.times += 1
        return 1


def _key(whole: Any, *names: str, many: bool = False) -> tuple[Any, ...]:
    return ("sqlite", whole, names, False, many)


def test_a_constant_is_weighed_until_it_is_known_and_never_again():
    known, whole = CompiledStatements(), Weighed()
    known[_key(whole, "name")] = "compiled"
    assert known.get(_key(whole, "name")) == "compiled"
    before = whole.times
    assert [known.get(_key(whole, "name")) for _ in range(3)] == ["compiled"] * 3
    assert whole.times == before


def test_other_parameters_or_many_rows_are_another_statement():
    known, whole = CompiledStatements(), Weighed()
    known[_key(whole, "name")] = "one"
    assert known.get(_key(whole, "name")) == "one"
    assert known.get(_key(whole, "name", "status")) is None
    assert known.get(_key(whole, "name", many=True)) is None


def test_equal_statements_made_on_the_fly_share_what_was_compiled():
    known = CompiledStatements()
    known[_key((1, 2), "name")] = "compiled"
    assert known.get(_key(tuple(range(1, 3)), "name")) == "compiled"


def test_statements_made_on_the_fly_do_not_pile_up():
    known = CompiledStatements()
    for number in range(3 * known.most):
        known[_key((number,))] = number
        assert known.get(_key((number,))) == number
    assert len(known._constants) <= known.most


def test_the_same_statement_with_other_values_answers_for_those(people):
    def ids(name: str) -> list[Any]:
        return list(db.session.scalars(OF_NAME, {"name": name}))

    ada = people.client
    assert [ids(ada.name), ids("Nobody"), ids(ada.name)] == [[ada.id], [], [ada.id]]


def test_a_settled_statement_says_the_same_and_is_sent_what_is_given_alone(people):
    ada = people.client
    ada.reason_for_care = "100 % of 'that' hip"
    loose = (
        select(Client.id, literal("it's 50 %"), func.coalesce(Client.notes, ":none"), literal(7))
        .where(Client.status == ClientStatus.ACTIVE, Client.reason_for_care == ada.reason_for_care)
        .where(given(Client.practice_id), Client.name == bindparam("name"))
        .where(Client.id.in_(select(Client.id).where(given(Client.practice_id))))
        .limit(bindparam("most"))
    )
    asked = {"practice_id": ada.practice_id, "name": ada.name, "most": 5}
    settled = rows.settled(loose)
    found = rows.read(settled, asked)
    assert [tuple(row) for row in found] == [(ada.id, "it's 50 %", ":none", 7)]
    assert [*rows.read(loose, asked)] == [*found]
    assert rows.read(settled, {**asked, "name": "Nobody"}) == []
    sent = settled.compile(db.engine).params
    assert sent.keys() - {"param_1"} == asked.keys()  # SQLite is told that a limit skips nothing
    assert len(sent) < len(loose.compile(db.engine).params) - 3
