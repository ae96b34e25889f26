"""What clients are told of a measure is said whole, its unit with it."""

from __future__ import annotations

import pytest

from clinic.catalogue import load_catalogue
from clinic.catalogue.plain_words import plain_words
from clinic.languages import MADE_UP, language
from clinic.web.presenters.report_for_client import in_units

TESTS = load_catalogue().tests
UNITS = sorted(
    {
        field.unit
        for key, plain in plain_words().items()
        for field in TESTS[key].fields
        if field.id in plain.measures and getattr(field, "unit", "")
    }
)


def test_there_are_such_units() -> None:
    assert {"°", "s", "stands"} <= set(UNITS)


@pytest.mark.parametrize("unit", UNITS)
def test_a_number_and_its_unit_are_one_sentence_of_the_catalogue(unit: str) -> None:
    said = language(MADE_UP[0]).spoken(in_units(12.5, unit))
    assert said.startswith("⟦")
    assert "12.5" in said
    assert in_units(12.5, unit).startswith("12.5")
