"""Every field of the catalogue takes its own values, gives them back as they were, and takes no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import AssessmentTest, Field
from clinic.domain.errors import RuleBroken
from clinic.domain.findings import NONE_SEEN, Value, check, read, written
from clinic.domain.types import FieldKind

CATALOGUE = load_catalogue()
FIELDS = [
    (test, field)
    for test in (*CATALOGUE.tests.values(), *CATALOGUE.earlier_tests.values())
    for field in test.fields
]
NAMES = [f"{test.id}.{field.id}" for test, field in FIELDS]
NUMERIC = [field for _, field in FIELDS if field.is_numeric]


@st.composite
def a_field_and_its_value(draw: st.DrawFn) -> tuple[Field, Value]:
    _, field = draw(st.sampled_from(FIELDS))
    return field, draw(values_of(field))


def values_of(field: Field) -> st.SearchStrategy[Value]:
    if field.is_numeric:
        assert field.minimum is not None
        assert field.maximum is not None
        step = field.step or 1
        least, most = -(-field.minimum // step), field.maximum // step
        return st.integers(int(least), int(most)).map(lambda steps: round(steps * step, 2) + 0.0)
    if field.kind is FieldKind.FAULTS:
        codes = [code for code, _ in field.options]
        some = st.sets(st.sampled_from(codes), min_size=1)
        return st.just(NONE_SEEN) | some.map(lambda found: " ".join(code for code in codes if code in found))
    if field.kind is FieldKind.TEXT:
        return st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60)
    return st.sampled_from([code for code, _ in field.options])


@settings(max_examples=400)
@given(a_field_and_its_value())
def test_what_is_written_is_read_as_what_it_was(pair: tuple[Field, Value]) -> None:
    field, value = pair
    assert read(field, written(field, value)) == value
    check(field, value)


@settings(max_examples=300)
@given(st.sampled_from(NUMERIC), st.floats(-9999, 9999).map(lambda number: round(number, 2)))
def test_no_number_beyond_the_bounds_is_taken(field: Field, number: float) -> None:
    assert field.minimum is not None
    assert field.maximum is not None
    try:
        value = read(field, [f"{number:g}"])
    except RuleBroken:
        return
    assert isinstance(value, float)
    assert field.minimum <= value <= field.maximum


@settings(max_examples=300)
@given(st.sampled_from(FIELDS), st.text(st.characters(categories=("L",)), min_size=3, max_size=12))
def test_no_code_that_is_not_offered_is_taken(pair: tuple[AssessmentTest, Field], word: str) -> None:
    _, field = pair
    known = {code for code, _ in field.options} | {NONE_SEEN}
    if field.kind is FieldKind.TEXT or word in known:
        return
    with pytest.raises(RuleBroken):
        read(field, [word])


@pytest.mark.parametrize("test, field", FIELDS, ids=NAMES)
def test_all_normal_writes_what_the_field_takes_and_nothing_that_stands_out(
    test: AssessmentTest, field: Field
) -> None:
    if not field.normal:
        return
    value = read(field, [field.normal])
    assert value is not None
    for limit in (field.abnormal, field.warning):
        assert limit is None or not limit.covers(value)


ASKED_OR_MEASURED = [
    (test, field)
    for test, field in FIELDS
    if field.kind in (FieldKind.PAIN, FieldKind.DEGREES, FieldKind.SECONDS, FieldKind.CM, FieldKind.TEXT)
    or field.id in ("where", "familiar", "saddle", "bladder_bowel", "position", "device", "is_new")
]


@pytest.mark.parametrize("test, field", ASKED_OR_MEASURED)
def test_what_is_asked_or_measured_is_never_filled_in_as_normal(test: AssessmentTest, field: Field) -> None:
    assert field.normal == ""


BEYOND_THE_JOINT = [
    # test, field, degrees, whether that can be recorded
    ("hip_flexion", "passive", 150, True),
    ("hip_flexion", "passive", 151, False),
    ("hip_flexion", "active", -1, False),
    ("hip_extension", "passive", -30, True),
    ("hip_extension", "passive", 51, False),
    ("hip_abduction", "passive", 81, False),
    ("hip_adduction", "passive", 61, False),
    ("hip_rotation", "internal_passive", 91, False),
    ("internal_rotation_restricted", "angle", 81, False),
    ("slr", "angle", 121, False),
    ("thomas", "residual", -1, False),
    ("modified_thomas", "knee", 141, False),
]


@pytest.mark.parametrize("test, field, degrees, fits", BEYOND_THE_JOINT)
def test_angles_beyond_the_joint_are_refused(test: str, field: str, degrees: int, fits: bool) -> None:
    asked = CATALOGUE.tests[test].field(field)
    if fits:
        assert read(asked, [str(degrees)]) == degrees
    else:
        with pytest.raises(RuleBroken, match="that can be recorded here"):
            read(asked, [str(degrees)])


BANDS = [
    # source: 30-second chair stand by age and sex (re-hosted CDC table); under 60 there is none
    ("chair_stand_30s", "stands", 60, "male", 14),
    ("chair_stand_30s", "stands", 64, "female", 12),
    ("chair_stand_30s", "stands", 94, "female", 4),
    ("chair_stand_30s", "stands", 59, "male", None),
    ("chair_stand_30s", "stands", 95, "male", None),
    ("chair_stand_30s", "stands", 70, "", None),
    # single-leg stance, eyes open (remembered): by age alone
    ("single_leg_stance", "eyes_open", 39, "male", 45.1),
    ("single_leg_stance", "eyes_open", 40, "female", 42.1),
    ("single_leg_stance", "eyes_open", 99, "", 9.4),
    ("single_leg_stance", "eyes_open", 17, "", None),
]


@pytest.mark.parametrize("test, field, age, sex, value", BANDS)
def test_a_norm_is_the_one_of_somebodys_age_and_sex(
    test: str, field: str, age: int, sex: str, value: float | None
) -> None:
    (norm,) = [each for each in CATALOGUE.tests[test].thresholds if each.bands and each.field == field]
    band = norm.band(age, sex)
    assert (band.value if band else None) == value
