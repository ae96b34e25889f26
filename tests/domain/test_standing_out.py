"""What stands out, what a program may answer, and which tests were clear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value
from clinic.domain.standing_out import clear_tests, normal_value, notable, stands_out
from clinic.domain.types import FieldKind, Side

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


NORMAL: list[tuple[str, str, Value | None]] = [
    ("faber", "result", "negative"),
    ("myotomes", "l5", 5.0),
    ("hinge_dowel", "faults", "none"),
    ("slr", "angle", None),
]


@pytest.mark.parametrize("test, field, value", NORMAL)
def test_all_normal_writes_what_is_normal_where_that_can_be_said(
    test: str, field: str, value: Value | None
) -> None:
    assert normal_value(TESTS[test].field(field)) == value


UNTESTED: dict[tuple[str, Side], Value] = {("l4", LEFT): "normal", ("l5", LEFT): "not_tested"}
DISTRACTED: dict[tuple[str, Side], Value] = {("distraction", NONE): "negative"}
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
    ("what was left untested takes nothing back", "light_touch", UNTESTED, (LEFT,)),
    ("usual reflexes", "reflexes", {("patellar", LEFT): 2.0}, (LEFT,)),
    ("brisk ones stand out for nobody, and are not clear", "reflexes", {("patellar", LEFT): 3.0}, ()),
    ("fewer beats than stand out", "ankle_clonus", {("beats", LEFT): 1.0}, (LEFT,)),
    ("an angle alone judges nothing", "hip_flexion", {("passive", LEFT): 120.0}, ()),
    ("a pattern without a result is not clear", "prone_hip_extension", {("pattern", LEFT): "clean"}, ()),
    ("one of five that is positive", "sij_cluster", {**DISTRACTED, ("compression", NONE): "positive"}, ()),
    ("one of five that is not clear", "sij_cluster", {**DISTRACTED, ("compression", NONE): "equivocal"}, ()),
    (
        "one of five that was not tried",
        "sij_cluster",
        {**DISTRACTED, ("compression", NONE): "unable"},
        (NONE,),
    ),
    ("the later of five on their side", "sij_cluster", {("gaenslen", RIGHT): "negative"}, (RIGHT,)),
]


@pytest.mark.parametrize("said, test, values, sides", CLEAR, ids=[row[0] for row in CLEAR])
def test_clear(said: str, test: str, values: dict[tuple[str, Side], Value], sides: tuple[Side, ...]) -> None:
    at = {Place(test, field, side): value for (field, side), value in values.items()}
    found = list(clear_tests([item(test)], at))
    assert [each.sides for each in found] == ([sides] if sides else [])
    assert all(each.is_result is (test in ("faber", "sij_cluster")) for each in found)
    assert all(each.test.id == test for each in found)


@pytest.mark.parametrize("changes", [{"way": True}, {"kind": FieldKind.TEXT}], ids=["the way", "free words"])
def test_how_it_was_done_and_free_words_make_no_test_clear(changes: dict[str, Any]) -> None:
    field = replace(TESTS["hoffmann"].field("sign"), **changes)
    held = BatteryItem(TESTS["hoffmann"], (field,))
    values: dict[Place, Value] = {Place("hoffmann", "sign", side): "absent" for side in Side}
    assert list(clear_tests([held], values)) == []


@pytest.mark.parametrize("value, sides", [("negative", [(LEFT,)]), ("equivocal", []), ("positive", [])])
def test_a_result_is_clear_by_being_negative_whatever_is_said_to_be_normal(
    value: str, sides: list[tuple[Side, ...]]
) -> None:
    field = replace(TESTS["faber"].field("result"), normal="", abnormal=None)
    found = clear_tests([BatteryItem(TESTS["faber"], (field,))], {Place("faber", "result", LEFT): value})
    assert [each.sides for each in found] == sides


def test_where_nobody_looked_nothing_stands_out() -> None:
    assert list(notable([item("hinge_dowel"), item("faber")], {})) == []


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


def test_what_may_want_a_doctor_the_same_day_is_no_programs_to_answer() -> None:
    values: dict[Place, Value] = {
        Place("myotomes", "l5", LEFT): 4.0,
        Place("myotomes", "s1", LEFT): 2.0,
        Place("myotomes", "heel_raises", LEFT): 3.0,
        Place("plantar_response", "response", RIGHT): "up",
        Place("ankle_clonus", "beats", LEFT): 5.0,
        Place("light_touch", "l5", LEFT): "reduced",
    }
    tests = [item(test) for test in ("myotomes", "plantar_response", "ankle_clonus", "light_touch")]
    assert [spot.name for spot, _ in notable(tests, values)] == ["light_touch-l5-left"]
