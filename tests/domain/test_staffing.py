"""A practice keeps an owner, clients belong to those who may answer for them, and what asks is on a list."""

from __future__ import annotations

import uuid

import pytest

from clinic.domain.access import STAFF
from clinic.domain.staffing import (
    LAST_OWNER,
    ROLE_IN_A_SENTENCE,
    ROLE_NOTES,
    ROLE_WORDS,
    decides,
    here_problems,
    is_ones_own,
    leaving_problem,
    may_be_responsible,
    works_here,
)
from clinic.domain.types import Role

ME, OTHER, NOBODY = uuid.UUID(int=1), uuid.UUID(int=2), None


@pytest.mark.parametrize(
    "owners, problem",
    [({ME}, LAST_OWNER), ({ME, OTHER}, None), ({OTHER}, None), (set(), None)],
    ids=["the last one", "one of two", "somebody who is none", "nobody"],
)
def test_the_last_owner_cannot_stop_being_one(owners: set[uuid.UUID], problem: str | None) -> None:
    assert leaving_problem(ME, owners) == problem


@pytest.mark.parametrize(
    "role, is_open, may",
    [
        (Role.OWNER, True, True),
        (Role.PRACTITIONER, True, True),
        (Role.ASSISTANT, True, False),
        (Role.CLIENT, True, False),
        (Role.OWNER, False, False),
        (Role.PRACTITIONER, False, False),
    ],
)
def test_clients_can_be_theirs_who_work_here_and_may_answer_for_them(
    role: Role, is_open: bool, may: bool
) -> None:
    assert may_be_responsible(role, is_open=is_open) is may


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("role", Role)
def test_whoever_is_of_the_staff_and_has_an_open_account_works_here(role: Role, is_open: bool) -> None:
    assert works_here(role, is_open=is_open) is (is_open and role in STAFF)


def test_nobody_is_chosen_whose_account_is_closed() -> None:
    (problem,) = here_problems("Robin Vale", "leader", is_open=False)
    assert problem.message == "The account of Robin Vale is closed. Choose somebody else."
    assert problem.field == "leader"
    assert not list(here_problems("Robin Vale", "leader", is_open=True))


@pytest.mark.parametrize(
    "responsible, handed_to, own",
    [
        (ME, NOBODY, True),
        (OTHER, NOBODY, False),
        (NOBODY, NOBODY, True),
        (ME, OTHER, False),
        (OTHER, ME, True),
        (NOBODY, OTHER, False),
        (NOBODY, ME, True),
    ],
    ids=[
        "mine",
        "a colleague's",
        "nobody's is everybody's",
        "mine, handed on",
        "a colleague's, handed to me",
        "nobody's, handed to a colleague",
        "nobody's, handed to me",
    ],
)
def test_what_asks_stands_among_ones_own(
    responsible: uuid.UUID | None, handed_to: uuid.UUID | None, own: bool
) -> None:
    assert is_ones_own(ME, responsible=responsible, handed_to=handed_to) is own


def test_only_owners_decide_who_works_here_and_each_role_has_its_words() -> None:
    assert [role for role in Role if decides(role)] == [Role.OWNER]
    assert set(ROLE_WORDS) == set(ROLE_NOTES) == STAFF
    assert [ROLE_WORDS[role] for role in (Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT)] == [
        *("Owner", "Practitioner", "Assistant")
    ]


def test_within_a_sentence_a_role_has_no_capital() -> None:
    assert {role: words.lower() for role, words in ROLE_WORDS.items()} == ROLE_IN_A_SENTENCE
