"""What is usual for somebody's age and sex in a test: a figure beside the finding, no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic.domain.assessment import AssessmentTest, Band, Field, Threshold, ThresholdKind
from clinic.domain.people import age
from clinic.domain.types import Sex

IN_SOURCES = frozenset({Sex.FEMALE, Sex.MALE})


class NormGap(StrEnum):
    """Why a norm says nothing about somebody."""

    NO_AGE = "no_age"
    NO_SEX = "no_sex"
    NEITHER = "neither"
    OTHER_SEX = "other_sex"  # the sources know two
    NOT_IN_SOURCE = "not_in_source"


@dataclass(frozen=True, slots=True)
class UsualFigure:
    """The norm of a field, with the figure of somebody's age and sex or the reason why it has none."""

    norm: Threshold
    age: int | None
    band: Band | None
    gap: NormGap | None


def usual_for(
    test: AssessmentTest, field: Field, born_on: date | None, sex: Sex | None, on: date
) -> UsualFigure | None:
    """What is usual in a field for somebody on a day; None where no source tells ages apart."""
    norm = next((each for each in test.thresholds if _is_of(each, field)), None)
    if norm is None:
        return None
    years = age(born_on, on) if born_on else None
    by_sex = any(band.sex for band in norm.bands)
    gap = _gap(years, sex, by_sex=by_sex)
    if gap is not None or years is None:
        return UsualFigure(norm, years, None, gap)
    band = norm.band(years, sex.value if sex else "")
    return UsualFigure(norm, years, band, None if band else NormGap.NOT_IN_SOURCE)


def _is_of(norm: Threshold, field: Field) -> bool:
    fits = norm.kind is ThresholdKind.NORM and bool(norm.bands)
    return fits and norm.field in ("", field.id) and norm.unit == field.unit


def _gap(years: int | None, sex: Sex | None, *, by_sex: bool) -> NormGap | None:
    asked = by_sex and sex is None
    if years is None:
        return NormGap.NEITHER if asked else NormGap.NO_AGE
    if asked:
        return NormGap.NO_SEX
    return NormGap.OTHER_SEX if by_sex and sex not in IN_SOURCES else None
