"""The editor of a draft in words: each move with its dose as a sentence, and what somebody else changed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clinic.domain.doses import Dose
from clinic.domain.phases import Phase, length_in_words
from clinic.domain.routine_plans import PlannedMove, RoutinePlan, Span
from clinic.models import Exercise
from clinic.services.routines.wording import lines_of_dose, tempo_words_of


@dataclass(frozen=True, slots=True)
class TheirPlan:
    """What somebody else saved: moves and phases as lines, and what both changed, in words."""

    moves: tuple[str, ...]
    phases: tuple[str, ...]
    collided: tuple[str, ...]


def dose_sentence(dose: Dose, move: Exercise) -> str:
    """A dose as one sentence."""
    return ". ".join(lines_of_dose(dose, tempo_words_of(move))) + "."


def their_plan(
    plan: RoutinePlan, moves: Mapping[uuid.UUID, Exercise], collided: Collection[str]
) -> TheirPlan:
    """A plan that stands now, for whoever had another one in mind."""
    number = len(plan.phases)
    return TheirPlan(
        moves=tuple(_line(move, moves[move.exercise_id], number) for move in plan.moves),
        phases=phase_lines(plan.phases),
        collided=tuple(_part(part, moves) for part in sorted(collided)),
    )


def phase_lines(phases: Sequence[Phase]) -> tuple[str, ...]:
    """Each phase with how long it lasts: "Phase 1, Turns only: 2 weeks"."""
    last = len(phases)
    return tuple(
        f"Phase {number}, {phase.name}: {length_in_words(phase, is_last=number == last)}"
        for number, phase in enumerate(phases, 1)
    )


def span_in_words(span: Span, phases: int) -> str:
    """In which of several phases a move is asked: "In phase 1", "From phase 2 on"; empty for one or none."""
    first, last = span
    if phases < 2:
        return ""
    if last is None or last >= phases:
        return "In all phases" if first == 1 else f"From phase {first} on"
    return f"In phase {first}" if first == last else f"In phases {first} to {last}"


def _line(move: PlannedMove, exercise: Exercise, phases: int) -> str:
    asked = span_in_words(move.span, phases)
    return f"{exercise.name}: {dose_sentence(move.dose, exercise)}{f' {asked}.' if asked else ''}"


def _part(part: str, moves: Mapping[uuid.UUID, Exercise]) -> str:
    kind, _, exercise_id = part.partition(":")
    if exercise_id:
        name = moves[uuid.UUID(exercise_id)].name
        return f"the dose of {name}" if kind == "dose" else f"the phases of {name}"
    return {"moves": "which moves, and their order", "phases": "the phases", "checkin": "the check-ins"}[kind]
