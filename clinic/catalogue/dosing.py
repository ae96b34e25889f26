"""How much of a move may be prescribed, how much pain is fine, and what change of pain counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from clinic.catalogue.provenance import read_fact, read_provenance
from clinic.catalogue.reader import DataEntry
from clinic.domain.doses import Bound, Dose, DoseBounds, Tempo
from clinic.domain.pain_rule import MorningAnswer, PainAnswer
from clinic.domain.provenance import Fact, Provenance
from clinic.domain.types import DoseSide, MoveRange, Support

K = TypeVar("K", bound=StrEnum)
TOLD = (
    *("own_limit_text", "rise_text", "signs_title", "morning_question"),
    *("settled_text", "still_up_text", "easier_text", "fewer_text"),
)
BOUNDED = ("sets", "reps", "hold_s", "rest_s", "tempo_s", "times_per_day", "days_per_week")


@dataclass(frozen=True, slots=True)
class AdviceText:
    """What a client is told to do: in a few words, and in a sentence or two."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PainRule:
    """How much pain during a move is fine (0-10), how soon it must settle, and what the client is told."""

    ok_up_to: int
    smaller_up_to: int
    settles_within_hours: int
    client_text: str
    own_limit_text: str
    rise_text: str
    signs_title: str
    morning_question: str
    settled_text: str
    still_up_text: str
    easier_text: str
    fewer_text: str
    answers: Mapping[PainAnswer, AdviceText]
    mornings: Mapping[MorningAnswer, AdviceText]
    provenance: Provenance

    def own_limit(self, ceiling: int) -> str:
        """The sentence for a client with another ceiling than the rule's; empty for the rule's own."""
        return "" if ceiling == self.smaller_up_to + 1 else self.own_limit_text.format(ceiling=ceiling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosing:
    """The dosing file as a whole; `pain_change` is in points of the 0-10 scale."""

    bounds: DoseBounds
    bounds_provenance: Provenance
    facts: tuple[Fact, ...]
    pain_rule: PainRule
    pain_change: int
    pain_change_fact: Fact


def read_dosing(file: DataEntry) -> Dosing:
    """The dosing file, read whole."""
    bounds, bounds_provenance = file.one("bounds", read_bounds)
    points, fact = file.one("pain_change", _read_pain_change)
    return Dosing(
        bounds=bounds,
        bounds_provenance=bounds_provenance,
        facts=file.each("facts", read_fact),
        pain_rule=file.one("pain_rule", read_pain_rule),
        pain_change=points,
        pain_change_fact=fact,
    )


def read_dose(entry: DataEntry) -> tuple[Dose, Provenance]:
    """A dose out of its table, with its provenance."""
    tempo = entry.text("tempo", "")
    if tempo:
        _check_tempo(entry, tempo)
    dose = Dose(
        side=entry.member("side", DoseSide),
        sets=entry.integer("sets"),
        reps=entry.integer("reps"),
        hold_s=entry.integer("hold_s", 0),
        rest_s=entry.integer("rest_s", 0),
        tempo=tempo,
        times_per_day=entry.integer("times_per_day"),
        days_per_week=entry.integer("days_per_week"),
        move_range=entry.member("move_range", MoveRange),
        support=entry.member("support", Support, Support.NONE),
    )
    return dose, read_provenance(entry)


def read_bounds(entry: DataEntry) -> tuple[DoseBounds, Provenance]:
    """What may be prescribed, with its provenance."""
    return DoseBounds(**{field: Bound(*entry.span(field)) for field in BOUNDED}), read_provenance(entry)


def read_pain_rule(entry: DataEntry) -> PainRule:
    """The pain rule out of its table."""
    return PainRule(
        ok_up_to=entry.integer("ok_up_to"),
        smaller_up_to=entry.integer("smaller_up_to"),
        settles_within_hours=entry.integer("settles_within_hours"),
        client_text=entry.text("client_text"),
        **{name: entry.text(name) for name in TOLD},
        answers=_advice(entry, "answers", PainAnswer),
        mornings=_advice(entry, "mornings", MorningAnswer),
        provenance=read_provenance(entry),
    )


def _advice(entry: DataEntry, key: str, kind: type[K]) -> Mapping[K, AdviceText]:
    found = dict(entry.each(key, lambda row: _one_advice(row, kind)))
    if missing := [each for each in kind if each not in found]:
        raise entry.error(key, f"{', '.join(missing)} is missing")
    return MappingProxyType(found)


def _one_advice(row: DataEntry, kind: type[K]) -> tuple[K, AdviceText]:
    return row.member("id", kind), AdviceText(row.text("title"), row.text("text"))


def _read_pain_change(entry: DataEntry) -> tuple[int, Fact]:
    return entry.integer("points"), read_fact(entry)


def _check_tempo(entry: DataEntry, tempo: str) -> None:
    try:
        Tempo.parse(tempo)
    except ValueError as wrong:
        raise entry.error("tempo", str(wrong)) from None
