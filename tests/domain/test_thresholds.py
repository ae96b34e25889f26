"""Which published figure a value is held against."""

from __future__ import annotations

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


def test_a_norm_of_one_position_counts_in_that_position_alone() -> None:
    with_position = [
        (test, each)
        for test in TESTS.values()
        for each in test.thresholds
        if each.kind is ThresholdKind.NORM and each.range and each.position
    ]
    assert with_position
    for test, norm in with_position:
        field = next(each for each in test.fields if each.id == norm.field or not norm.field)
        assert norm_of(test, field, norm.position) is norm
        other = norm_of(test, field, "standing on the head")
        assert other is None or other.position == ""
