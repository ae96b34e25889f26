"""What of a mail is its writer's own, and what is too long says so."""

from __future__ import annotations

import pytest

from clinic.domain.mail_replies import GOES_ON, fitting, own_words

QUOTE = "On Monday the practice wrote:\n> There is a message for you.\n> Read it."


@pytest.mark.parametrize(
    "text, newest, whole",
    [
        (f"It hurts.\n\n{QUOTE}", "It hurts.", False),
        (f" It hurts.\n\n{QUOTE}\n\n", " It hurts. ", False),
        ("It hurts.\nFrom: us\nRead it.", "It hurts.", False),
        ("It hurts.", "It hurts.", True),
        (f"{QUOTE}\n\nIt hurts.", "", True),
        (f"See below.\n{QUOTE}\nIt is numb.", "See below.", True),
        (f"See below.\n{QUOTE}\nIt is numb.\n> Bye.", "See below.", True),
        (f"It hurts.\n{QUOTE}", "not of this mail", True),
    ],
)
def test_what_is_quoted_goes_and_no_word_of_theirs_does(text: str, newest: str, whole: bool) -> None:
    assert own_words(text, newest) == (text if whole else newest).strip()


@pytest.mark.parametrize(
    "length, kept", [(99, "x" * 99), (100, "x" * 100), (101, "x" * (100 - len(GOES_ON)) + GOES_ON)]
)
def test_what_is_too_long_says_so(length: int, kept: str) -> None:
    assert fitting("x" * length, 100) == kept
