"""What stands out, what a program may answer, and which tests were clear."""

from __future__ import annotations

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value
from clinic.domain.standing_out import clear_tests, notable, stands_out
from clinic.domain.types import Side

TESTS = load_catalogue().tests
LEFT, RIGHT, NONE = Side.LEFT, Side.RIGHT, Side.NONE


def item(test: str) -> BatteryItem:
    """All of a test."""
    return BatteryItem(TESTS[test], TESTS[test].fields)


@pytest.mark.parametrize(
    "test, field, value, out",
    [
        ("faber", "result", "positive", True),
        ("faber", "result", "negative", False),
        ("faber", "result", "equivocal", False),
        ("faber", "result", "not_tested", False),
        ("faber", "pain", 9.0, True),  # pain on movement is a finding
        ("faber", "pain", 1.0, True),
        ("faber", "pain", 0.0, False),
        ("hip_rotation", "pain", 1.0, True),
        ("hip_rotation", "end_feel", "hard", False),
        ("slr", "angle", 20.0, False),  # no certain limit
        ("hinge_dowel", "faults", "none", False),
        ("hinge_dowel", "faults", "tuck", True),
        ("plantar_response", "response", "up", True),
        ("plantar_response", "response", "down", False),
        ("light_touch", "l5", "reduced", True),
        ("light_touch", "l5", "normal", False),
    ],
)
def test_a_value_stands_out_where_the_catalogue_is_certain(
    test: str, field: str, value: Value, out: bool
) -> None:
    assert stands_out(TESTS[test].field(field), value) is out


CLEAR: list[tuple[str, str, dict[tuple[str, Side], Value], tuple[Side, ...]]] = [
    ("a negative is clear on its side", "faber", {("result", LEFT): "negative"}, (LEFT,)),
    (
        "on both",
        "faber",
        {("result", LEFT): "negative", ("result", RIGHT): "negative"},
        (LEFT, RIGHT),
    ),
    ("a positive is not", "faber", {("result", LEFT): "positive", ("result", RIGHT): "negative"}, (RIGHT,)),
    ("equivocal is not clear", "faber", {("result", LEFT): "equivocal"}, ()),
    ("not tested says nothing", "faber", {("result", LEFT): "not_tested"}, ()),
    ("pain without a result is not clear", "faber", {("pain", LEFT): 0.0}, ()),
    ("nothing recorded says nothing", "faber", {}, ()),
    ("full strength everywhere that was tried", "myotomes", {("l5", LEFT): 5.0, ("s1", LEFT): 5.0}, (LEFT,)),
    ("one grade less is not clear", "myotomes", {("l5", LEFT): 5.0, ("s1", LEFT): 4.0}, ()),
    ("no fault seen", "hinge_dowel", {("faults", NONE): "none"}, (NONE,)),
    ("a fault seen", "hinge_dowel", {("faults", NONE): "tuck"}, ()),
]


@pytest.mark.parametrize("said, test, values, sides", CLEAR, ids=[row[0] for row in CLEAR])
def test_clear(said: str, test: str, values: dict[tuple[str, Side], Value], sides: tuple[Side, ...]) -> None:
    at = {Place(test, field, side): value for (field, side), value in values.items()}
    found = list(clear_tests([item(test)], at))
    assert [each.sides for each in found] == ([sides] if sides else [])
    assert all(each.is_result is (test == "faber") for each in found)


def test_a_program_may_answer_what_stands_out_and_both_sides_of_what_is_apart() -> None:
    values: dict[Place, Value] = {
        Place("faber", "result", LEFT): "negative",
        Place("faber", "result", RIGHT): "positive",
        Place("hip_rotation", "internal_passive", LEFT): 20.0,
        Place("hip_rotation", "internal_passive", RIGHT): 32.0,
        Place("hip_rotation", "external_passive", LEFT): 30.0,
        Place("hip_rotation", "external_passive", RIGHT): 32.0,
        Place("hip_rotation", "device", NONE): "goniometer",
    }
    found = [(spot.name, value) for spot, value in notable([item("faber"), item("hip_rotation")], values)]
    assert found == [
        ("faber-result-right", "positive"),
        ("hip_rotation-internal_passive-left", 20.0),
        ("hip_rotation-internal_passive-right", 32.0),
    ]
