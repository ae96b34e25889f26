"""A negative result beside the familiar pain is asked about, on its side, in a practice's own tests too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.doubtful import negative_with_familiar_pain
from clinic.domain.findings import Place, Value
from clinic.domain.types import Side

FABER = load_catalogue().tests["faber"]
LEFT, RIGHT, NONE = Side.LEFT, Side.RIGHT, Side.NONE
Recorded = dict[tuple[str, Side], Value]

ASKED: list[tuple[str, Recorded, list[Side]]] = [
    (
        "negative, and it was the familiar pain",
        {("result", LEFT): "negative", ("familiar", LEFT): "yes"},
        [LEFT],
    ),
    ("positive goes with it", {("result", LEFT): "positive", ("familiar", LEFT): "yes"}, []),
    ("another pain is no question", {("result", LEFT): "negative", ("familiar", LEFT): "no"}, []),
    ("not asked is no question", {("result", LEFT): "negative", ("familiar", LEFT): "not_asked"}, []),
    ("of the other side", {("result", LEFT): "negative", ("familiar", RIGHT): "yes"}, []),
    ("without a result", {("familiar", LEFT): "yes"}, []),
    ("equivocal", {("result", LEFT): "equivocal", ("familiar", LEFT): "yes"}, []),
    (
        "both sides",
        {
            (field, side): value
            for field, value in (("result", "negative"), ("familiar", "yes"))
            for side in (LEFT, RIGHT)
        },
        [LEFT, RIGHT],
    ),
]


@pytest.mark.parametrize("recorded, asked", [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_a_negative_with_familiar_pain_is_asked_about(recorded: Recorded, asked: list[Side]) -> None:
    values = {Place("faber", field, side): value for (field, side), value in recorded.items()}
    found = negative_with_familiar_pain([BatteryItem(FABER, FABER.fields)], values)
    assert [spot.place for spot in found] == [Place("faber", "result", side) for side in asked]


def test_it_is_known_by_its_answers_in_a_test_of_the_practice() -> None:
    familiar = replace(FABER.field("familiar"), id="the_pain", label="Their pain", per_side=False)
    own = replace(FABER, id="own", fields=(FABER.field("result"), familiar))
    values = {Place("own", "result", RIGHT): "negative", Place("own", "the_pain", NONE): "yes"}
    assert [
        spot.place.side for spot in negative_with_familiar_pain([BatteryItem(own, own.fields)], values)
    ] == [RIGHT]


@pytest.mark.parametrize("value, asked", [("yes", [NONE]), ("no", [])])
def test_a_result_of_both_sides_goes_with_the_pain_of_either(value: str, asked: list[Side]) -> None:
    own = replace(
        FABER, id="own", fields=(replace(FABER.field("result"), per_side=False), FABER.field("familiar"))
    )
    values = {Place("own", "result", NONE): "negative", Place("own", "familiar", LEFT): value}
    found = negative_with_familiar_pain([BatteryItem(own, own.fields)], values)
    assert [spot.place.side for spot in found] == asked
