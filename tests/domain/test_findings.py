"""Findings: what may be recorded, and what a difference may be called."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import Field
from clinic.domain.errors import RuleBroken
from clinic.domain.findings import (
    Entry,
    Unread,
    Value,
    check,
    enter,
    fell,
    in_figures,
    read,
    spelled,
    with_unit,
    written,
)
from clinic.domain.spots import NOTE_FIELD

TESTS = load_catalogue().tests
ROTATION = TESTS["hip_rotation"].field("internal_passive")
STANDS = TESTS["chair_stand_30s"].field("stands")
STANCE = TESTS["single_leg_stance"].field("eyes_open")
RESULT = TESTS["faber"].field("result")
STRENGTH = TESTS["myotomes"].field("l5")
FAULTS = TESTS["hinge_dowel"].field("faults")
PAIN = TESTS["faber"].field("pain")
EVERY_FIELD = [field for test in TESTS.values() for field in test.fields]


@pytest.mark.parametrize(
    "field, typed, value",
    [
        (ROTATION, ["35"], 35.0),
        (ROTATION, [" 35° "], 35.0),
        (ROTATION, ["-5"], -5.0),
        (ROTATION, ["−5"], -5.0),
        (ROTATION, ["-0"], 0.0),
        (ROTATION, ["90"], 90.0),
        (STANCE, ["32.5 s"], 32.5),
        (STANCE, ["32,5"], 32.5),
        (STRENGTH, ["0"], 0.0),
        (PAIN, ["10"], 10.0),
        (RESULT, ["positive"], "positive"),
        (FAULTS, ["rounding", "named_mistake"], "named_mistake rounding"),
        (FAULTS, ["rounding", "rounding"], "rounding"),
        (FAULTS, ["none"], "none"),
        (RESULT, [], None),
        (RESULT, ["", "  "], None),
        (ROTATION, [""], None),
    ],
)
def test_what_is_typed_is_read_as(field: Field, typed: list[str], value: Value | None) -> None:
    assert read(field, typed) == value


@pytest.mark.parametrize(
    "field, typed, reason",
    [
        (ROTATION, ["91"], "91 is too high: 90° is the most that can be recorded here."),
        (ROTATION, ["-21"], "−21 is too low: −20° is the least that can be recorded here."),
        (STANDS, ["-1"], "−1 is too low: 0 stands is the least that can be recorded here."),
        (ROTATION, ["35.5"], "Enter a whole number."),
        (STANCE, ["32.55"], "Enter it in steps of 0.1."),
        (ROTATION, ["about 35"], "Enter a number, in figures."),
        (ROTATION, ["35 cm"], "Enter a number, in figures."),
        (ROTATION, ["nan"], "Enter a number, in figures."),
        (ROTATION, ["1e1"], "Enter a number, in figures."),
        (ROTATION, ["٣٥"], "Enter a number, in figures."),
        (ROTATION, ["9" * 400], "Enter a number, in figures."),
        (ROTATION, ["1", "2"], "Give one value here."),
        (STRENGTH, ["6"], "6 is too high: 5 is the most that can be recorded here."),
        (PAIN, ["11"], "11 is too high: 10 is the most that can be recorded here."),
        (RESULT, ["certain"], "Choose one of the answers offered here."),
        (FAULTS, ["slouching"], "Choose among the faults offered here."),
        (FAULTS, ["none", "tuck"], "Tick “None seen”, or the faults you saw, not both."),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_its_reason(
    field: Field, typed: list[str], reason: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        read(field, typed)
    assert refused.value.message == reason


NUMBER = "Enter a number, in figures."


@pytest.mark.parametrize(
    "field, typed, entry",
    [
        (ROTATION, ["35°"], 35.0),
        (ROTATION, [" "], None),
        (ROTATION, [], None),
        (ROTATION, [" about  35 "], Unread("about  35", NUMBER)),
        (ROTATION, ["3", "5"], Unread("3 5", NUMBER)),
        (FAULTS, ["tuck", "rounding"], "rounding tuck"),
        (FAULTS, ["none", "tuck"], Unread("none tuck", "Tick “None seen”, or the faults you saw, not both.")),
        (FAULTS, ["slouch"], Unread("slouch", "Choose among the faults offered here.", is_slip=False)),
        (RESULT, ["certain"], Unread("certain", "Choose one of the answers offered here.", is_slip=False)),
        (NOTE_FIELD, ["Guarded."], "Guarded."),
        (NOTE_FIELD, ["x" * 501], Unread("x" * 501, "Use 500 characters or fewer.")),
    ],
)
def test_a_form_holds_a_value_or_the_text_that_could_not_be_read(
    field: Field, typed: list[str], entry: Entry | None
) -> None:
    assert enter(field, typed) == entry


@given(st.sampled_from([*EVERY_FIELD, NOTE_FIELD]), st.lists(st.text(max_size=12), max_size=3))
def test_what_a_form_spells_is_entered_as_the_same_again(field: Field, typed: list[str]) -> None:
    entry = enter(field, typed)
    assert enter(field, [spelled(entry)]) == entry


@pytest.mark.parametrize("typed", ["-0", "−0", "-0.0", "-0,00 s"])
def test_minus_nought_is_nought(typed: str) -> None:
    value = enter(replace(STANCE, minimum=-5.0), [typed])
    assert isinstance(value, float)
    assert (spelled(value), in_figures(value), str(value)) == ("0", "0", "0.0")


@given(st.sampled_from(EVERY_FIELD), st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_typed_is_a_value_within_its_field_or_refused(field: Field, typed: list[str]) -> None:
    try:
        value = read(field, typed)
    except RuleBroken:
        return
    if isinstance(value, float):
        assert field.minimum is not None
        assert field.maximum is not None
        assert field.minimum <= value <= field.maximum
    if value is not None:
        check(field, value)


@given(st.sampled_from([field for field in EVERY_FIELD if field.is_numeric]), st.data())
def test_a_number_survives_the_form_it_is_shown_in(field: Field, data: st.DataObject) -> None:
    assert field.minimum is not None
    assert field.maximum is not None
    assert field.step is not None
    steps = data.draw(st.integers(0, int((field.maximum - field.minimum) / field.step)))
    value = round(field.minimum + steps * field.step, 2)
    assert read(field, written(field, value)) == value


@pytest.mark.parametrize(
    "field, value",
    [
        (ROTATION, 91.0),
        (ROTATION, 35.5),
        (ROTATION, "positive"),
        (ROTATION, "35"),
        (ROTATION, float("nan")),
        (ROTATION, float("inf")),
        (RESULT, 1.0),
        (RESULT, "certain"),
        (FAULTS, ""),
        (FAULTS, "slouch"),
        (FAULTS, "none tuck"),
        (FAULTS, "tuck rounding"),  # not in the order of the field
        (FAULTS, "rounding rounding"),
        (NOTE_FIELD, ""),
        (NOTE_FIELD, " Guarded."),
        (NOTE_FIELD, "x" * 501),
    ],
)
def test_a_value_that_no_form_could_give_is_refused(field: Field, value: Value) -> None:
    with pytest.raises(RuleBroken):
        check(field, value)


@pytest.mark.parametrize(
    "field, value",
    [
        (ROTATION, "positive"),
        (ROTATION, float("nan")),
        (NOTE_FIELD, " Guarded."),
        (FAULTS, "tuck rounding"),
    ],
)
def test_what_is_no_slip_is_said_to_be_no_value(field: Field, value: Value) -> None:
    with pytest.raises(RuleBroken, match=r"^This is not a value of this field\.$"):
        check(field, value)


def test_every_fault_and_none_at_once_is_a_slip_and_is_told_as_one() -> None:
    everything = ["none", *(code for code, _ in FAULTS.options)]
    entry = enter(FAULTS, everything)
    assert isinstance(entry, Unread)
    assert entry.is_slip
    assert "not both" in entry.problem


def test_five_hundred_signs_of_a_note_and_hundredths_of_a_number_are_not_too_much() -> None:
    check(NOTE_FIELD, "x" * 500)
    no_step = replace(ROTATION, step=None)
    check(no_step, 12.34)
    with pytest.raises(RuleBroken):
        check(no_step, 12.345)


@pytest.mark.parametrize(
    "field, value, holds",
    [
        (FAULTS, "tuck rounding", ["tuck", "rounding"]),
        (NOTE_FIELD, "two words", ["two words"]),
        (ROTATION, 12.5, ["12.5"]),
        (ROTATION, 35.0, ["35"]),
    ],
)
def test_a_form_holds_each_fault_apart_and_everything_else_whole(
    field: Field, value: Value, holds: list[str]
) -> None:
    assert written(field, value) == holds


@pytest.mark.parametrize(
    "before, now, is_fall",
    [(5, 4, True), (5, 3, True), (4, 4, False), (3, 5, False), (5, 4.4, False), (4.3, 3.3, True)],
)
def test_a_grade_less_is_a_fall(before: float, now: float, is_fall: bool) -> None:
    assert fell(before, now, 1) is is_fall


@pytest.mark.parametrize(
    "number, unit, words",
    [(35, "°", "35°"), (-20, "°", "−20°"), (12.5, "s", "12.5 s"), (2, "of 3", "2 of 3")],
)
def test_numbers_carry_their_unit(number: float, unit: str, words: str) -> None:
    assert with_unit(number, unit) == words


def test_all_normal_never_writes_something_abnormal_nor_pain_nor_an_angle() -> None:
    for field in EVERY_FIELD:
        if not field.normal:
            continue
        value = read(field, [field.normal])
        assert value is not None
        assert field.abnormal is None or not field.abnormal.covers(value)
        assert field.kind.value not in {"degrees", "seconds", "cm", "pain", "text"}
