"""What the types of an assessment say by themselves: limits, bands of age, sections."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import Band, Battery, Limit, Threshold, ThresholdKind
from clinic.domain.provenance import Provenance
from clinic.domain.types import Evidence, Section

CATALOGUE = load_catalogue()
FABER = CATALOGUE.tests["faber"]
LIMITS = [
    (Limit(codes=("up", "down")), "up", True),
    (Limit(codes=("up", "down")), "flat", False),
    (Limit(at_least=3.0), "up", False),
    (Limit(at_least=3.0), 2.9, False),
    (Limit(at_least=3.0), 3.0, True),
    (Limit(at_most=3.0), 3.0, True),
    (Limit(at_most=3.0), 3.1, False),
    (Limit(at_most=1.0, at_least=3.0), 0.0, True),
    (Limit(at_most=1.0, at_least=3.0), 4.0, True),
    (Limit(at_most=1.0, at_least=3.0), 2.0, False),
    (Limit(codes=("up",)), 3.0, False),
]


@pytest.mark.parametrize("limit, value, out", LIMITS)
def test_a_limit_covers_codes_and_numbers_from_one_end_that_end_included(
    limit: Limit, value: str | float, out: bool
) -> None:
    assert limit.covers(value) is out


YOUNG = Band(sex="", age_from=18, age_to=39, value=30.0)
HE, SHE = (Band(sex=sex, age_from=60, age_to=64, value=14.0) for sex in ("male", "female"))
NORM = Threshold(
    kind=ThresholdKind.NORM,
    field="stands",
    value=None,
    unit="",
    text="For one's age.",
    provenance=Provenance(Evidence.AUTHORED),
    bands=(YOUNG, HE, SHE),
)


@pytest.mark.parametrize(
    "age, sex, band",
    [
        (17, "male", None),
        (18, "male", YOUNG),
        (39, "", YOUNG),
        (40, "", None),
        (60, "male", HE),
        (64, "female", SHE),
        (60, "", None),
        (65, "male", None),
    ],
)
def test_a_norm_has_a_figure_for_some_ages_and_sexes(age: int, sex: str, band: Band | None) -> None:
    assert NORM.band(age, sex) is band


def test_a_band_is_named_by_what_tells_it_apart() -> None:
    assert [band.key for band in NORM.bands] == ["18_39", "male_60_64", "female_60_64"]


@pytest.mark.parametrize(
    "low, high, between", [(None, None, None), (1.0, None, None), (None, 2.0, None), (0.0, 2.0, (0.0, 2.0))]
)
def test_a_norm_is_drawn_where_the_source_names_both_ends(
    low: float | None, high: float | None, between: tuple[float, float] | None
) -> None:
    assert replace(NORM, low=low, high=high).range == between


def test_a_test_has_its_fields_by_id() -> None:
    assert FABER.field("pain").id == "pain"
    with pytest.raises(KeyError, match="unknown"):
        FABER.field("unknown")


def test_a_test_is_new_and_a_field_measures_unless_they_say_otherwise() -> None:
    plain = {name: getattr(FABER, name) for name in type(FABER).__slots__ if name != "version"}
    assert type(FABER)(**plain).version == 1
    field = FABER.field("pain")
    said = {name: getattr(field, name) for name in type(field).__slots__ if name != "way"}
    assert type(field)(**said).way is False


@pytest.mark.parametrize("battery", CATALOGUE.batteries.values(), ids=lambda battery: battery.id)
def test_the_sections_of_a_battery_are_all_of_it_each_item_once(battery: Battery) -> None:
    parts = {section: battery.section(section) for section in Section}
    assert all(item.test.section is section for section, items in parts.items() for item in items)
    assert sum(map(len, parts.values())) == len(battery.items)
