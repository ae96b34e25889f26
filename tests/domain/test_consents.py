"""What a client agrees to: two things, in the practice's words or in ours."""

from __future__ import annotations

import pytest

from clinic.domain.consents import (
    BY_HAND,
    JOINING,
    LONGEST_TEXT,
    SHIPPED,
    WORDING,
    ConsentHow,
    ConsentKind,
    shipped_wording,
    text_problem,
)


@pytest.mark.parametrize("kind", list(ConsentKind))
def test_our_wording_names_the_practice_and_one_thing(kind: ConsentKind) -> None:
    said = shipped_wording(kind, "Harbour Practice")
    assert said.startswith("I agree that Harbour Practice ")
    assert "{" not in said
    assert ("health record" in said) is (kind is ConsentKind.RECORD)
    assert ("email" in said) is (kind is ConsentKind.MAIL)


def test_joining_a_course_says_both_and_our_wording_is_nobodys_version() -> None:
    assert "health record" in JOINING
    assert "email" in JOINING
    assert set(WORDING) == set(ConsentKind)
    assert SHIPPED == 0  # the practice's own versions begin with 1


def test_what_somebody_of_the_practice_can_say() -> None:
    assert set(BY_HAND) == {ConsentHow.PAPER, ConsentHow.IN_PERSON}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I agree.", None),
        ("x" * LONGEST_TEXT, None),
        ("x" * (LONGEST_TEXT + 1), "Use 1,000 characters or fewer."),
        ("", "Write what the client agrees to."),
        (" \n", "Write what the client agrees to."),
    ],
)
def test_a_practices_own_wording_says_something_and_not_too_much(text: str, said: str | None) -> None:
    problem = text_problem(text)
    assert (str(problem) if problem else None) == said
    assert problem is None or problem.field == "text"
