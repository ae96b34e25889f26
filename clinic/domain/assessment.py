"""The tests of an assessment: what is recorded, what is abnormal where that is certain, and the batteries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clinic.domain.provenance import Fact, Provenance
from clinic.domain.types import Better, FieldKind, Section, Sides, Tier

MEASURED = frozenset({FieldKind.DEGREES, FieldKind.SECONDS, FieldKind.COUNT, FieldKind.CM})
NUMERIC = MEASURED | {FieldKind.GRADE, FieldKind.PAIN}
WITH_OPTIONS = frozenset({FieldKind.CHOICE, FieldKind.GRADE})


class ThresholdKind(StrEnum):
    """What a threshold is compared with."""

    ABNORMAL = "abnormal"
    SIDE_DIFFERENCE = "side_difference"
    CHANGE = "change"
    NOISE = "noise"
    NORM = "norm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The answers that stand out: certain codes, or numbers from one end."""

    codes: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None

    def covers(self, value: str | float) -> bool:
        """Whether a recorded value stands out."""
        if isinstance(value, str):
            return value in self.codes
        high = self.at_least is not None and value >= self.at_least
        low = self.at_most is not None and value <= self.at_most
        return high or low


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a test. Numbers have a unit, both ends and a step; `per_side` ones are taken twice.

    `normal` is what "all normal" writes, empty where that is not for us to say; `warning_do` is what the
    practitioner reads beside a value that `warning` covers, `warning_tier` how urgent that is. `better` says
    which end is the better one, of numbers and of options in their order. A `way` field tells how the others
    were measured: what was measured another way is not compared.
    """

    id: str
    kind: FieldKind
    label: str
    unit: str
    minimum: float | None
    maximum: float | None
    step: float | None
    options: tuple[tuple[str, str], ...]
    abnormal: Limit | None
    warning: Limit | None
    warning_do: str
    normal: str
    per_side: bool
    hint: str
    better: Better = Better.NEITHER
    way: bool = False
    warning_tier: Tier = Tier.U

    @property
    def is_numeric(self) -> bool:
        """Whether the value is a number between the two ends."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A figure for people from one age to another, of one sex where the source tells them apart."""

    sex: str
    age_from: int
    age_to: int
    value: float

    @property
    def key(self) -> str:
        """What names the band: "male_60_64", "18_39"."""
        return f"{self.sex}_{self.age_from}_{self.age_to}".removeprefix("_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a finding is held against; without a value it is words only, without a field it is for all.

    A norm that is drawn has `low` and `high`, and the one position it is for if it depends on that.
    """

    kind: ThresholdKind
    field: str
    value: float | None
    unit: str
    text: str
    provenance: Provenance
    low: float | None = None
    high: float | None = None
    position: str = ""
    bands: tuple[Band, ...] = ()
    band_words: str = ""  # what the figure of a band is: "mean", "below average under"

    @property
    def range(self) -> tuple[float, float] | None:
        """From and to, where the source names both."""
        return (self.low, self.high) if self.low is not None and self.high is not None else None

    def band(self, age: int, sex: str) -> Band | None:
        """The band of somebody's age and sex; None if the source has no figure for them."""
        fits = (band for band in self.bands if band.age_from <= age <= band.age_to)
        return next((band for band in fits if band.sex in ("", sex)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentTest:
    """One test: how to record it in our own words, its fields, and what its figures are held against."""

    id: str
    name: str
    section: Section
    region: str
    sides: Sides
    side_words: str
    how: str
    fields: tuple[Field, ...]
    thresholds: tuple[Threshold, ...]
    facts: tuple[Fact, ...]
    provenance: Provenance
    version: int = 1

    def field(self, field_id: str) -> Field:
        """The field of this id; KeyError if the test has none."""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise KeyError(field_id)


@dataclass(frozen=True, slots=True)
class BatteryItem:
    """A test within a battery, with those of its fields that the battery asks for."""

    test: AssessmentTest
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A versioned list of tests; an assessment keeps the version it was taken with."""

    id: str
    name: str
    version: int
    purpose: str
    items: tuple[BatteryItem, ...]
    provenance: Provenance

    def section(self, section: Section) -> tuple[BatteryItem, ...]:
        """The items of one section, in order."""
        return tuple(item for item in self.items if item.test.section is section)
