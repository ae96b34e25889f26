"""How pages look: each choice is a class, and what is usual is none."""

from __future__ import annotations

import pytest

from clinic.domain.comforts import AS_USUAL, ColourContrast, Comforts, Hand, TextSize


@pytest.mark.parametrize(
    ("chosen", "classes"),
    [
        (Comforts(), ""),
        (Comforts(text_size=TextSize.LARGE), "has-large-text"),
        (Comforts(contrast=ColourContrast.STRONG), "has-strong-contrast"),
        (Comforts(hand=Hand.LEFT), "is-left-handed"),
        (
            Comforts(TextSize.LARGEST, ColourContrast.STRONG, Hand.LEFT),
            "has-largest-text has-strong-contrast is-left-handed",
        ),
    ],
)
def test_each_choice_is_a_class_of_the_document(chosen: Comforts, classes: str) -> None:
    assert chosen.classes == classes


def test_nothing_is_chosen_for_anybody() -> None:
    assert Comforts() == AS_USUAL
