"""Two assessments held against each other, and each measure over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.change import ChangeReason, ChangeVerdict
from clinic.domain.finding_changes import finding_changes, outcome_since, series
from clinic.domain.findings import Place, Value
from clinic.domain.spots import Spot
from clinic.domain.types import Side

TESTS, USUAL = load_catalogue().tests, load_catalogue().usual
TURN = Place("hip_rotation", "internal_passive", Side.LEFT)
DEVICE = Place("hip_rotation", "device", Side.NONE)
POSITION = Place("hip_rotation", "position", Side.NONE)
FABER = Place("faber", "result", Side.RIGHT)
ANGLE = Place("slr", "angle", Side.LEFT)
SEATED: Mapping[Place, Value] = {DEVICE: "goniometer", POSITION: "seated"}
BETTER, NOT = ChangeVerdict.BETTER, ChangeVerdict.NOT_COMPARABLE


@dataclass(frozen=True)
class Visit:
    """What one assessment asked for and found."""

    items: tuple[BatteryItem, ...]
    values: Mapping[Place, Value]


def visit(values: Mapping[Place, Value], *tests: str) -> Visit:
    """A visit at which these tests were asked for; two of them unless said otherwise."""
    asked = tests or ("hip_rotation", "faber")
    return Visit(tuple(BatteryItem(TESTS[each], TESTS[each].fields) for each in asked), values)


@pytest.mark.parametrize(
    "first, latest, told",
    [
        ({TURN: 20.0, **SEATED}, {TURN: 31.0, **SEATED}, {TURN: (BETTER, None)}),
        ({FABER: "positive"}, {FABER: "negative"}, {FABER: (BETTER, None)}),
        ({FABER: "positive"}, {}, {FABER: (NOT, ChangeReason.NOT_NOW)}),
        ({}, {FABER: "positive"}, {FABER: (NOT, ChangeReason.NOT_THEN)}),
        ({}, {}, {}),
        (
            {TURN: 20.0, **SEATED},
            {TURN: 31.0, **SEATED, DEVICE: "inclinometer"},
            {TURN: (NOT, ChangeReason.OTHER_WAY)},
        ),
        ({DEVICE: "goniometer"}, {DEVICE: "inclinometer"}, {}),  # the way itself is nothing to compare
        (
            {Place("faber", "note", Side.NONE): "Guarded."},
            {Place("faber", "note", Side.NONE): "Free."},
            {},
        ),
    ],
)
def test_each_place_that_either_recorded_is_told(
    first: Mapping[Place, Value],
    latest: Mapping[Place, Value],
    told: dict[Place, tuple[ChangeVerdict, ChangeReason | None]],
) -> None:
    rows = finding_changes(visit(first), visit(latest), USUAL)
    assert {row.spot.place: (row.outcome.verdict, row.outcome.why) for row in rows} == told


def test_the_order_is_that_of_the_later_one_and_what_it_does_not_ask_comes_last() -> None:
    first = visit({ANGLE: 50.0, FABER: "positive"}, "slr", "faber")
    latest = visit({TURN: 31.0, **SEATED, FABER: "negative"}, "hip_rotation", "faber")
    assert [row.spot.test.id for row in finding_changes(first, latest, USUAL)] == [
        "hip_rotation",
        "faber",
        "slr",
    ]


def test_a_change_names_the_threshold_it_was_held_against() -> None:
    (row,) = finding_changes(visit({TURN: 20.0, **SEATED}), visit({TURN: 31.0, **SEATED}), USUAL)
    assert row.threshold in TESTS["hip_rotation"].thresholds
    assert (row.first, row.latest, row.spot.field) == (20.0, 31.0, row.spot.test.field("internal_passive"))
    (row,) = finding_changes(visit({FABER: "positive"}), visit({FABER: "negative"}), USUAL)
    assert row.threshold is None
    limited = Place("myotomes", "pain_limited", Side.LEFT)  # its test has a figure without a unit, for grades
    (row,) = finding_changes(visit({limited: "yes"}, "myotomes"), visit({limited: "no"}, "myotomes"), USUAL)
    assert row.threshold is None


def test_what_stands_behind_the_way_it_was_measured_is_told_too() -> None:
    pain = Place("hip_rotation", "pain", Side.LEFT)
    (row,) = finding_changes(visit({pain: 6.0, **SEATED}), visit({pain: 2.0, **SEATED}), USUAL)
    assert (row.spot.place, row.outcome.verdict) == (pain, BETTER)


def test_another_version_of_a_test_is_not_comparable() -> None:
    newer = replace(TESTS["faber"], version=2)
    latest = Visit((BatteryItem(newer, newer.fields),), {FABER: "negative"})
    (row,) = finding_changes(visit({FABER: "positive"}, "faber"), latest, USUAL)
    assert (row.outcome.verdict, row.outcome.why) == (NOT, ChangeReason.OTHER_VERSION)
    earlier = Visit((BatteryItem(newer, newer.fields),), {FABER: "positive"})
    (row,) = finding_changes(earlier, latest, USUAL)
    assert row.outcome.verdict is BETTER


@pytest.mark.parametrize(
    "versions, verdict", [((1, 1), BETTER), ((2, 2), BETTER), ((1, 2), NOT), ((2, 1), NOT)]
)
def test_what_a_program_cited_is_held_against_the_same_version_alone(
    versions: tuple[int, int], verdict: ChangeVerdict
) -> None:
    then, now = (replace(TESTS["faber"], version=version) for version in versions)
    spot = Spot(FABER, then, then.field("result"))
    latest = Visit((BatteryItem(now, now.fields),), {FABER: "negative"})
    assert outcome_since(spot, "positive", visit({}), latest, USUAL).verdict is verdict


def test_what_is_not_asked_any_more_is_not_there_now() -> None:
    spot = Spot(FABER, TESTS["faber"], TESTS["faber"].field("result"))
    outcome = outcome_since(spot, "positive", visit({}), visit({}, "slr"), USUAL)
    assert (outcome.verdict, outcome.why) == (NOT, ChangeReason.NOT_NOW)


def test_pain_that_a_program_cited_is_held_against_what_is_usual_for_pain() -> None:
    place = Place("hip_rotation", "pain", Side.LEFT)
    spot = Spot(place, TESTS["hip_rotation"], TESTS["hip_rotation"].field("pain"))
    told = [outcome_since(spot, 6.0, visit({}), visit({place: now}), USUAL).verdict for now in (5.0, 4.0)]
    assert told == [ChangeVerdict.WITHIN_ERROR, BETTER]


@pytest.mark.parametrize(
    "latest, verdict, why",
    [
        ({TURN: 31.0, **SEATED}, BETTER, None),
        ({TURN: 31.0, **SEATED, POSITION: "prone"}, NOT, ChangeReason.OTHER_WAY),
        ({FABER: "negative"}, NOT, ChangeReason.NOT_NOW),
    ],
)
def test_what_a_program_cited_is_held_against_what_is_found_since(
    latest: Mapping[Place, Value], verdict: ChangeVerdict, why: ChangeReason | None
) -> None:
    test = TESTS["hip_rotation"]
    spot = Spot(TURN, test, test.field("internal_passive"))
    outcome = outcome_since(spot, 20.0, visit({TURN: 25.0, **SEATED}), visit(latest), USUAL)
    assert (outcome.verdict, outcome.why) == (verdict, why)


@pytest.mark.parametrize(
    "said, visits, lines",
    [
        ("two values are a line", [{TURN: 20.0, **SEATED}, {TURN: 25.0, **SEATED}], [[20.0, 25.0]]),
        ("one value is none", [{TURN: 20.0, **SEATED}, {}], []),
        (
            "a gap stays a gap",
            [{TURN: 20.0, **SEATED}, {}, {TURN: 31.0, **SEATED}],
            [[20.0, None, 31.0]],
        ),
        (
            "goniometer and inclinometer are never one line",
            [
                {TURN: 20.0, **SEATED},
                {TURN: 25.0, **SEATED, DEVICE: "inclinometer"},
                {TURN: 31.0, **SEATED},
            ],
            [[20.0, None, 31.0]],
        ),
        ("results are no line", [{FABER: "positive"}, {FABER: "negative"}], []),
        (
            "pain does not ask for the device",
            [
                {Place("hip_rotation", "pain", Side.LEFT): 6.0, DEVICE: "goniometer"},
                {Place("hip_rotation", "pain", Side.LEFT): 3.0, DEVICE: "inclinometer"},
            ],
            [[6.0, 3.0]],
        ),
    ],
)
def test_a_series_is_one_measure_in_one_way(
    said: str, visits: list[dict[Place, Value]], lines: list[list[float | None]]
) -> None:
    assert [each.values for each in series([visit(values) for values in visits])] == lines


def test_a_series_names_its_place_and_the_way_it_was_measured() -> None:
    (line,) = series([visit({TURN: 20.0, **SEATED}), visit({TURN: 25.0, **SEATED})])
    assert (line.spot.place, line.spot.field.id) == (TURN, "internal_passive")
    assert line.way == {"device": "goniometer", "position": "seated"}
