"""What is usual for a client's age and sex, in words, with where the figure comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from clinic.domain.assessment import Band, BatteryItem
from clinic.domain.findings import with_unit
from clinic.domain.norms import NormGap, UsualFigure, usual_for
from clinic.models import Client
from clinic.web.presenters.evidence import CERTAINTY, sources_of

PEOPLE = {"female": "Women", "male": "Men", "": "People"}
GAP_WORDS = {
    NormGap.NO_AGE: "What is usual depends on age: the record has no date of birth.",
    NormGap.NO_SEX: "What is usual depends on age and sex: the record has no sex.",
    NormGap.NEITHER: "What is usual depends on age and sex: the record has neither.",
    NormGap.OTHER_SEX: "What is usual depends on age and sex: the source knows women and men alone.",
}


def usual(items: Sequence[BatteryItem], client: Client, on: date) -> Mapping[tuple[str, str], str]:
    """What is usual for a client on a day, by test and field; nothing where no source tells ages apart."""
    found = {
        (item.test.id, field.id): usual_for(item.test, field, client.born_on, client.sex, on)
        for item in items
        for field in item.fields
    }
    return {place: _words(figure) for place, figure in found.items() if figure is not None}


def _words(figure: UsualFigure) -> str:
    if figure.gap is NormGap.NOT_IN_SOURCE:
        return f"No source has a figure for the age of {figure.age}."
    if figure.gap is not None or figure.band is None:
        return GAP_WORDS[figure.gap or NormGap.NO_AGE]
    norm = figure.norm
    value = with_unit(figure.band.value, norm.unit)
    titles = "; ".join(source.title for source in sources_of(norm.provenance))
    whence = f"{CERTAINTY[norm.provenance.status]}{f': {titles}' if titles else ''}"
    return f"{_people(figure.band)}: {norm.band_words} {value} ({whence})."


def _people(band: Band) -> str:
    return f"{PEOPLE[band.sex]} of {band.age_from}–{band.age_to}"
