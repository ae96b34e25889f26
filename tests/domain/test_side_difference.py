"""Left against right: which differences are apart, and the motions that are drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import AssessmentTest, BatteryItem, Threshold, ThresholdKind
from clinic.domain.findings import Place, Value
from clinic.domain.side_difference import SideDifference, motions, side_difference, side_pairs, sides_apart
from clinic.domain.types import Side

TESTS = load_catalogue().tests
ROTATION = BatteryItem(TESTS["hip_rotation"], TESTS["hip_rotation"].fields)
SLR = BatteryItem(TESTS["slr"], TESTS["slr"].fields)


def whole(test: str) -> BatteryItem:
    """All of a test."""
    return BatteryItem(TESTS[test], TESTS[test].fields)


def with_thresholds(test: AssessmentTest, *thresholds: Threshold) -> BatteryItem:
    """All of a test that is held against these figures alone."""
    return BatteryItem(replace(test, thresholds=thresholds), test.fields)


def only(kind: ThresholdKind) -> BatteryItem:
    """The rotation of the hip, held against figures of one kind."""
    test = TESTS["hip_rotation"]
    return with_thresholds(test, *(each for each in test.thresholds if each.kind is kind))


def at(side: Side, field: str = "internal_passive", test: str = "hip_rotation") -> Place:
    """A place of a test with sides."""
    return Place(test, field, side)


@pytest.mark.parametrize(
    "left, right, stand",
    [
        (30.0, 30.0, SideDifference.EQUAL),
        (30.0, 34.0, SideDifference.EQUAL),
        (30.0, 35.0, SideDifference.WITHIN_ERROR),
        (39.0, 30.0, SideDifference.WITHIN_ERROR),
        (30.0, 40.0, SideDifference.APART),
        (-5.0, 5.0, SideDifference.APART),
    ],
)
def test_sides_from_5_degrees_are_within_error_and_from_10_apart__ellison_pua(
    left: float, right: float, stand: SideDifference
) -> None:
    assert side_difference(left, right, noise=5, limit=10) is stand


@pytest.mark.parametrize(
    "values, apart_by",
    [
        ({at(Side.LEFT): 30.0, at(Side.RIGHT): 40.0}, [10.0]),
        ({at(Side.LEFT): 40.0, at(Side.RIGHT): 30.0}, [10.0]),
        ({at(Side.LEFT): 30.0, at(Side.RIGHT): 39.0}, []),
        ({at(Side.LEFT): 30.0}, []),
        ({}, []),
        ({at(Side.LEFT, "end_feel"): "firm", at(Side.RIGHT, "end_feel"): "soft"}, []),
    ],
)
def test_sides_are_apart_only_where_both_were_measured(
    values: dict[Place, Value], apart_by: list[float]
) -> None:
    assert [pair.by for pair in sides_apart([ROTATION], values)] == apart_by


def test_a_measure_of_one_side_hides_no_pair_after_it() -> None:
    values: dict[Place, Value] = {
        at(Side.LEFT): 30.0,
        at(Side.LEFT, "external_passive"): 30.0,
        at(Side.RIGHT, "external_passive"): 42.0,
    }
    (pair,) = side_pairs([ROTATION], values)
    assert (pair.test.id, pair.field.id, pair.by, pair.limit) == (
        "hip_rotation",
        "external_passive",
        12.0,
        10.0,
    )


def test_words_are_never_a_pair_even_where_a_limit_has_no_unit() -> None:
    limit = replace(TESTS["hip_rotation"].thresholds[0], field="", unit="")
    held = with_thresholds(TESTS["hip_rotation"], limit)
    values: dict[Place, Value] = {at(Side.LEFT, "end_feel"): "firm", at(Side.RIGHT, "end_feel"): "soft"}
    assert list(side_pairs([held], values)) == []


def test_sides_without_a_published_limit_are_no_pair() -> None:
    values: dict[Place, Value] = {
        at(Side.LEFT, "angle", "slr"): 20.0,
        at(Side.RIGHT, "angle", "slr"): 80.0,
    }
    assert list(side_pairs([SLR], values)) == []


def test_a_motion_is_drawn_with_what_was_taken_and_the_way_it_was_measured() -> None:
    device = Place("hip_rotation", "device", Side.NONE)
    (motion,) = motions([ROTATION], {at(Side.LEFT): 30.0, device: "goniometer"})
    assert (motion.field.id, motion.left, motion.right, motion.stand) == (
        "internal_passive",
        30.0,
        None,
        None,
    )
    assert {field.id: value for field, value in motion.way} == {"position": None, "device": "goniometer"}


def test_a_motion_of_both_sides_says_how_they_stand_and_what_was_not_taken_is_not_drawn() -> None:
    (motion,) = motions([ROTATION], {at(Side.LEFT): 30.0, at(Side.RIGHT): 36.0})
    assert motion.stand is SideDifference.WITHIN_ERROR
    assert list(motions([ROTATION], {})) == []


def test_a_motion_names_its_test_both_sides_and_the_usual_range() -> None:
    (motion,) = motions([ROTATION], {at(Side.LEFT): 30.0, at(Side.RIGHT): 36.0})
    assert (motion.test.id, motion.left, motion.right, motion.usual) == (
        "hip_rotation",
        30.0,
        36.0,
        (30.0, 40.0),
    )


def test_a_motion_that_was_not_taken_hides_none_after_it() -> None:
    (motion,) = motions([ROTATION], {at(Side.RIGHT, "external_passive"): 45.0})
    assert motion.field.id == "external_passive"


DRAWN: list[tuple[str, BatteryItem, str, bool, tuple[float, float] | None]] = [
    ("sides held apart, without a usual range", whole("internal_rotation_restricted"), "angle", True, None),
    ("a usual range alone", only(ThresholdKind.NORM), "internal_passive", True, (30.0, 40.0)),
    ("neither of them", SLR, "angle", False, None),
    ("a reach is no angle", whole("reach_balance_3"), "anterior", False, None),
]


@pytest.mark.parametrize("said, item, field, drawn, usual", DRAWN, ids=[row[0] for row in DRAWN])
def test_an_angle_is_drawn_that_has_something_to_be_held_against(
    said: str, item: BatteryItem, field: str, drawn: bool, usual: tuple[float, float] | None
) -> None:
    values: dict[Place, Value] = {at(side, field, item.test.id): 40.0 for side in (Side.LEFT, Side.RIGHT)}
    assert [each.usual for each in motions([item], values)] == ([usual] if drawn else [])


@pytest.mark.parametrize("position, usual", [("prone", (20.0, 25.0)), ("supine", None), (None, None)])
def test_a_usual_range_of_one_position_counts_in_that_position(
    position: str | None, usual: tuple[float, float] | None
) -> None:
    test = TESTS["hip_rotation"]
    sides = next(each for each in test.thresholds if each.kind is ThresholdKind.SIDE_DIFFERENCE)
    prone = replace(sides, kind=ThresholdKind.NORM, low=20.0, high=25.0, position="prone")
    values: dict[Place, Value] = {at(Side.LEFT): 30.0}
    if position:
        values[at(Side.NONE, "position")] = position
    (motion,) = motions([with_thresholds(test, sides, prone)], values)
    assert motion.usual == usual
