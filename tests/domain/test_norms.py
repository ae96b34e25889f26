"""What is usual for somebody's age and sex, and why nothing can be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import ThresholdKind
from clinic.domain.norms import NormGap, usual_for
from clinic.domain.types import Sex

ON = date(2026, 11, 28)
TESTS = load_catalogue().tests
CHAIR, STANCE = ("chair_stand_30s", "stands"), ("single_leg_stance", "eyes_open")


def born(years: int) -> date:
    return date(ON.year - years, 11, 28)  # a birthday today


@pytest.mark.parametrize(
    ("place", "born_on", "sex", "figure", "gap"),
    [
        (CHAIR, born(65), Sex.FEMALE, 11, None),
        (CHAIR, born(65), Sex.MALE, 12, None),
        (CHAIR, date(ON.year - 65, 11, 29), Sex.FEMALE, 12, None),  # 65 tomorrow
        (CHAIR, born(59), Sex.FEMALE, None, NormGap.NOT_IN_SOURCE),
        (CHAIR, born(65), None, None, NormGap.NO_SEX),
        (CHAIR, None, Sex.MALE, None, NormGap.NO_AGE),
        (CHAIR, None, None, None, NormGap.NEITHER),
        (CHAIR, born(65), Sex.OTHER, None, NormGap.OTHER_SEX),
        (CHAIR, born(65), Sex.NOT_SAID, None, NormGap.OTHER_SEX),
        (STANCE, born(65), None, 32.1, None),
        (STANCE, born(65), Sex.OTHER, 32.1, None),
        (STANCE, None, None, None, NormGap.NO_AGE),
    ],
)
def test_the_figure_is_the_one_of_age_and_sex(
    place: tuple[str, str], born_on: date | None, sex: Sex | None, figure: float | None, gap: NormGap | None
) -> None:
    test = TESTS[place[0]]
    field = next(each for each in test.fields if each.id == place[1])
    found = usual_for(test, field, born_on, sex, ON)
    assert found is not None
    assert (found.band.value if found.band else None, found.gap) == (figure, gap)


def test_a_field_without_bands_has_nothing_usual() -> None:
    test = TESTS["chair_stand_30s"]
    others = [field for field in test.fields if field.id != "stands"]
    assert others
    assert [usual_for(test, field, born(65), Sex.MALE, ON) for field in others] == [None] * len(others)


@pytest.mark.parametrize("sex", [Sex.FEMALE, None])
def test_what_is_usual_goes_with_its_source_and_the_age_it_is_for(sex: Sex | None) -> None:
    test = TESTS["chair_stand_30s"]
    (field,) = (each for each in test.fields if each.id == "stands")
    found = usual_for(test, field, born(65), sex, ON)
    assert found is not None
    assert (found.age, found.norm in test.thresholds) == (65, True)


@pytest.mark.parametrize(
    "changes", [{"bands": ()}, {"kind": ThresholdKind.CHANGE}, {"unit": "s"}, {"field": "another"}]
)
def test_what_is_usual_is_said_by_a_norm_of_this_figure_alone(changes: dict[str, object]) -> None:
    test = TESTS["chair_stand_30s"]
    (field,) = (each for each in test.fields if each.id == "stands")
    norm = next(each for each in test.thresholds if each.bands)
    other = replace(norm, **changes)  # type: ignore[arg-type]
    assert usual_for(replace(test, thresholds=(other,)), field, born(65), Sex.MALE, ON) is None
    found = usual_for(replace(test, thresholds=(other, norm)), field, born(65), Sex.MALE, ON)
    assert found is not None
    assert found.norm == norm


def test_whatever_has_bands_says_what_its_figure_is() -> None:
    banded = [each for test in TESTS.values() for each in test.thresholds if each.bands]
    assert banded
    assert all(each.band_words for each in banded)
