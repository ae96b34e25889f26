"""Answers typed in lines, and names of fields that last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.errors import RuleBroken
from clinic.domain.own_tests import MOST_ANSWERS, answers, fresh_id, graded, slug

ANSWERS = [
    # lines, options, those that stand out
    ("Yes\nNo", (("yes", "Yes"), ("no", "No")), ()),
    ("Steady\nUnsteady *", (("steady", "Steady"), ("unsteady", "Unsteady")), ("unsteady",)),
    (
        "  Over the foot \n\n Moves in*\n",
        (("over_the_foot", "Over the foot"), ("moves_in", "Moves in")),
        ("moves_in",),
    ),
    ("Links\nRückwärts", (("links", "Links"), ("ruckwarts", "Rückwärts")), ()),
]


@pytest.mark.parametrize("lines, options, out", ANSWERS)
def test_lines_become_answers(lines: str, options: object, out: object) -> None:
    read = answers(lines.splitlines())
    assert (read.options, read.standing_out) == (options, out)
    assert answers(read.lines.splitlines()) == read


def test_twelve_answers_of_sixty_signs_are_not_too_much() -> None:
    lines = [f"{number} ".ljust(60, "x") for number in range(MOST_ANSWERS)]
    assert [words for _, words in answers(lines).options] == lines


REFUSED = [
    ("", "2 to 12 answers"),
    ("Only one", "2 to 12 answers"),
    ("*\n*", "2 to 12 answers"),
    ("\n".join(f"Answer {number}" for number in range(MOST_ANSWERS + 1)), "2 to 12 answers"),
    ("Yes\nyes", "^“Yes” is there twice"),
    ("Yes\nYes *", "there twice"),
    (f"Yes\n{'n' * 61}", "“nnnnnnnnnnnnnnnnnnnn…” has more than 60"),
]


@pytest.mark.parametrize("lines, reason", REFUSED)
def test_lines_that_are_no_answers_are_refused_with_the_reason(lines: str, reason: str) -> None:
    with pytest.raises(RuleBroken, match=reason):
        answers(lines.splitlines())


def test_grades_count_from_nought_and_have_no_star() -> None:
    assert graded(["None", "Some", "Full"]) == (("0", "None"), ("1", "Some"), ("2", "Full"))
    with pytest.raises(RuleBroken, match=r"^Grades have no \*: which"):
        graded(["None *", "Full"])


FRESH = [
    ("Reps", (), "reps"),
    ("Reps", ("reps",), "reps_2"),
    ("Reps", ("reps", "reps_2"), "reps_3"),
    ("膝", (), "field"),
    ("膝", ("field",), "field_2"),
]


@pytest.mark.parametrize("label, taken, expected", FRESH)
def test_a_fields_name_is_never_one_that_was_used(label: str, taken: tuple[str, ...], expected: str) -> None:
    assert fresh_id(label, taken) == expected


@pytest.mark.parametrize(
    "label, name",
    [
        (" Reps, left! ", "reps_left"),
        (" " + "x" * 31, "x" * 30),
        ("x" * 29 + " y", "x" * 29),
    ],
)
def test_a_name_has_thirty_signs_and_none_but_letters_and_figures_at_its_ends(label: str, name: str) -> None:
    assert slug(label) == name


@given(st.text(max_size=80))
def test_a_name_is_short_and_has_nothing_that_separates_names_in_a_form(text: str) -> None:
    assert 0 < len(slug(text)) <= 30
    assert slug(text) == slug(slug(text))
    assert all(sign.isascii() and (sign.isalnum() or sign == "_") for sign in slug(text))
