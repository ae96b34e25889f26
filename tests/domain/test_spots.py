"""The places of an assessment: which a test has, on which sides, and which are counted."""

from __future__ import annotations

from dataclasses import replace

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem, Field
from clinic.domain.findings import Place
from clinic.domain.spots import (
    NOTE_FIELD,
    Spot,
    belongs_to_positive,
    in_section,
    is_counted,
    left_out,
    sides_of,
    spots_of,
    with_note,
)
from clinic.domain.types import FieldKind, Section, Side

TESTS = load_catalogue().tests
FABER, STANDS = TESTS["faber"], TESTS["chair_stand_30s"]
RESULT, PAIN, COUNT = FABER.field("result"), FABER.field("pain"), STANDS.field("stands")


def test_a_field_of_two_sides_has_two_places_and_any_other_one() -> None:
    assert sides_of(RESULT) == (Side.LEFT, Side.RIGHT)
    assert sides_of(COUNT) == (Side.NONE,)
    items = [BatteryItem(FABER, (RESULT,)), BatteryItem(STANDS, (COUNT,))]
    assert list(spots_of(items)) == [
        Spot(Place("faber", "result", Side.LEFT), FABER, RESULT),
        Spot(Place("faber", "result", Side.RIGHT), FABER, RESULT),
        Spot(Place("chair_stand_30s", "stands", Side.NONE), STANDS, COUNT),
    ]


def test_a_section_has_its_own_tests_in_order() -> None:
    items = tuple(BatteryItem(test, test.fields) for test in TESTS.values())
    for section in Section:
        assert [each.test.id for each in in_section(items, section)] == [
            test.id for test in TESTS.values() if test.section is section
        ]


def test_a_note_is_free_text_without_sides_that_nothing_is_made_of() -> None:
    assert (
        Field(
            id="note",
            kind=FieldKind.TEXT,
            label="Note",
            unit="",
            minimum=None,
            maximum=None,
            step=None,
            options=(),
            abnormal=None,
            warning=None,
            warning_do="",
            normal="",
            per_side=False,
            hint="",
        )
        == NOTE_FIELD
    )


def test_every_test_has_room_for_one_note_and_it_is_not_counted() -> None:
    plain = BatteryItem(FABER, (RESULT, PAIN))
    noted = with_note(plain)
    assert noted == BatteryItem(FABER, (RESULT, PAIN, NOTE_FIELD))
    assert with_note(noted) is noted
    assert (
        with_note(BatteryItem(FABER, (replace(NOTE_FIELD, label="Own note"),))).fields[0].label == "Own note"
    )
    assert [is_counted(spot) for spot in spots_of([noted])] == [True, True, True, True, False]


def test_what_only_says_more_of_a_positive_result_belongs_to_it() -> None:
    faber = BatteryItem(FABER, FABER.fields)
    assert [each.id for each in FABER.fields if belongs_to_positive(faber, each)] == [
        "familiar",
        "where",
        "pain",
    ]
    slr = TESTS["slr"]
    belongs = {each.id for each in slr.fields if belongs_to_positive(BatteryItem(slr, slr.fields), each)}
    assert "angle" not in belongs, "what is measured is recorded whatever the result"
    reflexes = TESTS["reflexes"]
    of_reflexes = BatteryItem(reflexes, reflexes.fields)
    assert not any(belongs_to_positive(of_reflexes, each) for each in reflexes.fields), "there is no result"


def test_without_a_result_with_a_normal_answer_or_as_a_way_it_belongs_to_none() -> None:
    assert belongs_to_positive(BatteryItem(FABER, (RESULT, PAIN)), PAIN)
    assert not belongs_to_positive(BatteryItem(FABER, (PAIN,)), PAIN)
    assert not belongs_to_positive(BatteryItem(FABER, (RESULT, PAIN)), replace(PAIN, normal="0"))
    assert not belongs_to_positive(BatteryItem(FABER, (RESULT, PAIN)), replace(PAIN, way=True))


def test_beside_a_negative_nobody_is_asked_for_more_on_its_side() -> None:
    items = [BatteryItem(FABER, (RESULT, PAIN))]
    left, right = (Place("faber", "pain", side) for side in (Side.LEFT, Side.RIGHT))
    results = {side: Place("faber", "result", side) for side in (Side.LEFT, Side.RIGHT)}
    assert left_out(items, {}) == frozenset()
    assert left_out(items, {results[Side.LEFT]: "negative"}) == {left}
    assert left_out(items, {results[Side.LEFT]: "negative", results[Side.RIGHT]: "positive"}) == {left}
    assert left_out(items, dict.fromkeys(results.values(), "negative")) == {left, right}
    once = [BatteryItem(FABER, (RESULT, replace(PAIN, per_side=False)))]
    whole = Place("faber", "pain", Side.NONE)
    assert left_out(once, {results[Side.LEFT]: "negative"}) == frozenset(), "the other side may be positive"
    assert left_out(once, dict.fromkeys(results.values(), "negative")) == {whole}
