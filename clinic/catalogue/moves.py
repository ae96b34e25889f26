"""The moves a practice teaches: what they are, what goes wrong in them, where they serve in daily life."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.catalogue.dosing import read_dose
from clinic.catalogue.provenance import read_fact, read_provenance
from clinic.catalogue.reader import DataEntry
from clinic.domain.doses import Dose
from clinic.domain.provenance import Fact, Provenance
from clinic.domain.types import BodyPosition


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueExercise:
    """A move in the words of the catalogue; a practice begins from these and keeps its own.

    `tags` are regions of the body, `transfers` the ids of uses in daily life.
    """

    id: str
    order: int
    name: str
    purpose: str
    why: str
    setup: tuple[str, ...]
    steps: tuple[str, ...]
    cues: tuple[str, ...]
    feet_words: str
    knees_words: str
    range_words: str
    tempo_words: tuple[str, str]
    body_position: BodyPosition
    tags: tuple[str, ...]
    equipment: tuple[str, ...]
    transfers: tuple[str, ...]
    watch_for: tuple[str, ...]
    stop_if: tuple[str, ...]
    regressions: tuple[str, ...]
    progressions: tuple[str, ...]
    has_named_mistake: bool
    default_dose: Dose
    dose_provenance: Provenance
    facts: tuple[Fact, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFault:
    """Something that goes wrong in a move, said to the practitioner, to the client and on the figure."""

    id: str
    name: str
    see: str
    fix: str
    client_see: str
    client_fix: str
    self_test: str
    callout: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueMistake:
    """The mistake the practice has a name for. It has no meaning until a practitioner gives it one."""

    id: str
    label: str
    exercise: str
    candidates: tuple[str, ...]
    video_seconds: int
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A move put to use in daily life."""

    id: str
    name: str
    how: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRoutine:
    """A template on the shelf: moves in order."""

    id: str
    name: str
    summary: str
    exercises: tuple[str, ...]
    transfers: tuple[str, ...]
    provenance: Provenance


def read_exercise(entry: DataEntry) -> CatalogueExercise:
    """A move out of its table."""
    dose, dose_provenance = entry.one("default_dose", read_dose)
    return CatalogueExercise(
        id=entry.text("id"),
        order=entry.integer("order"),
        name=entry.text("name"),
        purpose=entry.text("purpose"),
        why=entry.text("why"),
        setup=entry.texts("setup", least=1),
        steps=entry.texts("steps", least=1),
        cues=entry.texts("cues", least=2, most=4),
        feet_words=entry.text("feet_words"),
        knees_words=entry.text("knees_words"),
        range_words=entry.text("range_words"),
        tempo_words=_pair(entry.texts("tempo_words", least=2, most=2)),
        body_position=entry.member("body_position", BodyPosition),
        tags=entry.texts("tags", least=1),
        equipment=entry.texts("equipment"),
        transfers=entry.texts("transfers"),
        watch_for=entry.texts("watch_for", least=1),
        stop_if=entry.texts("stop_if", least=1),
        regressions=entry.texts("regressions"),
        progressions=entry.texts("progressions"),
        has_named_mistake=entry.flag("named_mistake"),
        default_dose=dose,
        dose_provenance=dose_provenance,
        facts=entry.each("facts", read_fact),
        provenance=read_provenance(entry),
    )


def read_fault(entry: DataEntry) -> MoveFault:
    """A fault out of its table."""
    return MoveFault(
        id=entry.text("id"),
        name=entry.text("name"),
        see=entry.text("see"),
        fix=entry.text("fix"),
        client_see=entry.text("client_see"),
        client_fix=entry.text("client_fix"),
        self_test=entry.text("self_test"),
        callout=entry.text("callout"),
        provenance=read_provenance(entry),
    )


def read_named_mistake(entry: DataEntry) -> CatalogueMistake:
    """The named mistake out of its table."""
    return CatalogueMistake(
        id=entry.text("id"),
        label=entry.text("label"),
        exercise=entry.text("exercise"),
        candidates=entry.texts("candidates", least=2),
        video_seconds=entry.integer("video_seconds"),
        fact=Fact(entry.text("fact"), read_provenance(entry)),
    )


def read_transfer(entry: DataEntry) -> Transfer:
    """A daily-life use out of its table."""
    return Transfer(
        id=entry.text("id"), name=entry.text("name"), how=entry.text("how"), provenance=read_provenance(entry)
    )


def read_routine(entry: DataEntry) -> CatalogueRoutine:
    """A routine out of its table."""
    return CatalogueRoutine(
        id=entry.text("id"),
        name=entry.text("name"),
        summary=entry.text("summary"),
        exercises=entry.texts("exercises", least=1),
        transfers=entry.texts("transfers"),
        provenance=read_provenance(entry),
    )


def _pair(texts: tuple[str, ...]) -> tuple[str, str]:
    first, second = texts
    return first, second
