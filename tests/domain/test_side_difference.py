"""Left against right: which differences are apart, and the motions that are drawn."""

from __future__ import annotations

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value
from clinic.domain.side_difference import SideDifference, motions, side_difference, side_pairs, sides_apart
from clinic.domain.types import Side

TESTS = load_catalogue().tests
ROTATION = BatteryItem(TESTS["hip_rotation"], TESTS["hip_rotation"].fields)
SLR = BatteryItem(TESTS["slr"], TESTS["slr"].fields)


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
