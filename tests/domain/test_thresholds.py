"""Which published figure a value is held against."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import ThresholdKind
from clinic.domain.thresholds import change_threshold, limit_of, norm_of

TESTS, USUAL = load_catalogue().tests, load_catalogue().usual
CHANGE, SIDES, NOISE = ThresholdKind.CHANGE, ThresholdKind.SIDE_DIFFERENCE, ThresholdKind.NOISE


@pytest.mark.parametrize(
    "test, field, kind, figure",
    [
        ("hip_rotation", "internal_passive", CHANGE, 10.0),
        ("hip_rotation", "internal_passive", SIDES, 10.0),
        ("hip_rotation", "internal_passive", NOISE, 5.0),
        ("hip_rotation", "pain", SIDES, None),  # degrees judge no pain
        ("chair_stand_30s", "stands", CHANGE, None),  # 3.5 is only remembered
        ("slr", "angle", CHANGE, None),
        ("myotomes", "l5", CHANGE, 1.0),
        ("faber", "pain", CHANGE, None),  # the usual one of pain, not one of the test
    ],
)
def test_a_test_is_held_against_its_own_figure_in_its_own_unit(
    test: str, field: str, kind: ThresholdKind, figure: float | None
) -> None:
    assert limit_of(TESTS[test], TESTS[test].field(field), kind) == figure


def test_pain_has_a_usual_threshold_of_change_and_the_tests_own_comes_first() -> None:
    pain = TESTS["faber"].field("pain")
    assert change_threshold(TESTS["faber"], pain, USUAL) is USUAL[pain.kind]
    assert change_threshold(TESTS["faber"], pain, {}) is None
    rotation = TESTS["hip_rotation"].field("internal_passive")
    own = change_threshold(TESTS["hip_rotation"], rotation, {rotation.kind: USUAL[pain.kind]})
    assert own in TESTS["hip_rotation"].thresholds


@pytest.mark.parametrize(
    "position, said", [("prone", "of prone"), ("seated", "of any position"), (None, "of any position")]
)
def test_a_norm_of_one_position_counts_in_that_position_alone(position: str | None, said: str) -> None:
    test, field = TESTS["hip_rotation"], TESTS["hip_rotation"].field("internal_passive")
    norm = replace(
        test.thresholds[0],
        kind=ThresholdKind.NORM,
        field="",
        unit=field.unit,
        low=20.0,
        high=40.0,
        position="",
    )
    anywhere, prone = replace(norm, text="of any position"), replace(norm, text="of prone", position="prone")
    found = norm_of(replace(test, thresholds=(anywhere, prone)), field, position)
    assert found is not None
    assert found.text == said


def test_a_norm_without_both_ends_or_in_another_unit_is_not_drawn() -> None:
    test, field = TESTS["hip_rotation"], TESTS["hip_rotation"].field("internal_passive")
    norm = replace(
        test.thresholds[0], kind=ThresholdKind.NORM, field="", unit=field.unit, low=20.0, high=40.0
    )
    for wrong in (
        replace(norm, high=None),
        replace(norm, unit="cm"),
        replace(norm, field="external_passive"),
    ):
        assert norm_of(replace(test, thresholds=(wrong,)), field, None) is None
