"""What a program answers: findings to cite, what became of them, and the same in a client's plain words."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.catalogue.plain_words import plain_words
from clinic.domain.change import REAL_CHANGE
from clinic.domain.dates import day_in_words
from clinic.domain.findings import Place, Value
from clinic.domain.spots import Spot
from clinic.domain.types import Side
from clinic.domain.words import say
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.assessments.retests import AnsweredFinding, CitableFinding
from clinic.web.filters import day_year
from clinic.web.presenters.assessments import field_name, value_words
from clinic.web.presenters.comparisons import change_words, verdict_words


@dataclass(frozen=True, slots=True)
class CitableChoice:
    """A finding that may be cited."""

    name: str
    finding: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Citing:
    """The findings of the latest signed assessment that stand out."""

    assessment_id: uuid.UUID
    day: str
    choices: tuple[CitableChoice, ...]


@dataclass(frozen=True, slots=True)
class AnsweredFindingLine:
    """A finding that a program answers; `latest` is empty until it was taken again."""

    assessment_id: uuid.UUID
    finding: str
    cited: str
    cited_on: str
    latest: str
    latest_on: str
    reads: str
    is_change: bool


def citing(
    record: AssessmentRecord | None, found: Sequence[CitableFinding], chosen: Collection[str]
) -> Citing | None:
    """The findings to choose from; None where nothing stands out."""
    if record is None or not found:
        return None
    choices = tuple(
        CitableChoice(
            each.spot.name, _finding(each.spot), _value(each.spot, each.value), each.spot.name in chosen
        )
        for each in found
    )
    return Citing(record.id, day_year(record.taken_on), choices)


def answered(found: Iterable[AnsweredFinding], today: date) -> list[AnsweredFindingLine]:
    """What a program answers, with what became of it."""
    return [_line(each, today) for each in found]


def in_plain_words(places: Iterable[Place]) -> list[str]:
    """What a client's moves are for, each once: "how far your hip turns, on the left"."""
    return list(dict.fromkeys(filter(None, (_plain(place) for place in places))))


def _line(each: AnsweredFinding, today: date) -> AnsweredFindingLine:
    outcome = each.outcome
    reads = ""
    if outcome is not None:
        reads = ", ".join(filter(None, (verdict_words(outcome), change_words(each.spot, outcome))))
    return AnsweredFindingLine(
        assessment_id=each.assessment_id,
        finding=_finding(each.spot),
        cited=_value(each.spot, each.cited),
        cited_on=day_in_words(each.cited_on, today),
        latest=_value(each.spot, each.latest) if each.latest is not None else "",
        latest_on=day_in_words(each.latest_on, today) if each.latest_on else "",
        reads=reads,
        is_change=outcome is not None and outcome.verdict in REAL_CHANGE,
    )


def _finding(spot: Spot) -> str:
    return field_name(spot.test, spot.field, spot.place.side)


def _value(spot: Spot, value: Value) -> str:
    return value_words(spot.field, value)


def _plain(place: Place) -> str:
    known = plain_words().get(place.test)
    if known is None:
        return ""
    if place.side is Side.LEFT:
        return say("%(tested)s, on the left", tested=known.tested)
    if place.side is Side.RIGHT:
        return say("%(tested)s, on the right", tested=known.tested)
    return known.tested
