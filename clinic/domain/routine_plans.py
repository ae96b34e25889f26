"""The plan of a routine: moves in order with doses and phases, changed step by step, and by two people."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from clinic.domain.doses import Dose
from clinic.domain.errors import RuleBroken
from clinic.domain.merging import FieldFate, fate
from clinic.domain.phases import MOST_PHASES, Phase, phase_problems
from clinic.domain.types import DoseSide, MoveRange, Support
from clinic.domain.words import say

MOST_MOVES = 24
Span = tuple[int, int | None]  # the first and the last phase, counted from 1; None: to the end
KINDS: Mapping[str, type[Any]] = {"side": DoseSide, "move_range": MoveRange, "support": Support, "tempo": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMove:
    """A move of the library with its dose, and the phases in which it is asked; they count from 1."""

    exercise_id: uuid.UUID
    dose: Dose
    from_phase: int = 1
    until_phase: int | None = None

    @property
    def span(self) -> Span:
        """The phases in which it is asked."""
        return self.from_phase, self.until_phase


@dataclass(frozen=True, slots=True)
class RoutinePlan:
    """What a draft holds besides its words; `checkin` is the preset of the rhythm as JSON values."""

    moves: tuple[PlannedMove, ...] = ()
    phases: tuple[Phase, ...] = ()
    checkin: Mapping[str, Any] | None = None

    @property
    def order(self) -> tuple[uuid.UUID, ...]:
        """The moves in their order."""
        return tuple(move.exercise_id for move in self.moves)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a page that keeps what it showed."""
        moves = [{**asdict(move), "exercise_id": str(move.exercise_id)} for move in self.moves]
        phases = [
            {"name": each.name, "weeks": each.weeks, "criterion": each.criterion} for each in self.phases
        ]
        return {"moves": moves, "phases": phases, "checkin": self.checkin and dict(self.checkin)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; ValueError, KeyError or TypeError for anything else."""
        return cls(
            tuple(_move(each) for each in data["moves"]),
            tuple(Phase(**each) for each in data["phases"]),
            data["checkin"],
        )


@dataclass(frozen=True, slots=True)
class PlanMerge:
    """A plan of which each part is whose who changed it, and the parts that two changed differently.

    A part is "moves" (which ones, and their order), "phases", "checkin", or a move's "dose:…" and "span:…".
    Where two differ, mine stands, with the moves that were added by them.
    """

    plan: RoutinePlan
    collided: frozenset[str]


def plan_problems(plan: RoutinePlan) -> Iterator[RuleBroken]:
    """What is wrong with a plan, doses aside."""
    if len(plan.moves) > MOST_MOVES:
        yield RuleBroken(say("A routine has %(most)s moves or fewer.", most=MOST_MOVES), "moves")
    if len(set(plan.order)) < len(plan.order):
        yield RuleBroken(say("A move stands in a routine once."), "moves")
    if any(move.from_phase < 1 or (move.until_phase or MOST_PHASES) < move.from_phase for move in plan.moves):
        yield RuleBroken(say("Let each move end in the phase it begins in, or in a later one."), "moves")
    yield from phase_problems(plan.phases, plan.moves)


def without_phase(span: Span, position: int) -> Span:
    """A move's phases when one is taken out: those after it count one less; asked in it alone it moves up."""
    first, last = span
    first = max(1, first - 1) if first > position else first
    if last is not None and last >= position:
        last = max(first, last - 1)
    return first, last


def after_swap(span: Span, position: int, number: int) -> Span:
    """A move's phases when one of `number` changes places with the next: the move goes with its phases.

    A move that would be asked with a gap in between keeps its numbers.
    """
    first, last = span
    asked = [first <= each <= (last or number) for each in range(1, number + 1)]
    asked[position - 1], asked[position] = asked[position], asked[position - 1]
    if not any(asked):
        return span
    begins, ends = asked.index(True) + 1, number - asked[::-1].index(True)
    if not all(asked[begins - 1 : ends]):
        return span
    return begins, None if last is None and ends == number else ends


def merge_plans(base: RoutinePlan, mine: RoutinePlan, theirs: RoutinePlan) -> PlanMerge:
    """Two plans made out of one: what one of them changed is kept, what both did is named."""
    collided: set[str] = set()

    def settled(part: str, *three: Any) -> Any:
        chosen = fate(*three)
        if chosen is FieldFate.COLLIDES:
            collided.add(part)
        return three[2] if chosen is FieldFate.NOTHING else three[1]

    order = settled("moves", base.order, mine.order, theirs.order)
    if "moves" in collided:
        order = (*order, *(each for each in theirs.order if each not in {*base.order, *order}))
    three = [{move.exercise_id: move for move in plan.moves} for plan in (base, mine, theirs)]
    moves = tuple(_merged_move(each, three, settled) for each in order)
    phases = settled("phases", base.phases, mine.phases, theirs.phases)
    checkin = settled("checkin", base.checkin, mine.checkin, theirs.checkin)
    return PlanMerge(RoutinePlan(moves, phases, checkin), frozenset(collided))


def _merged_move(
    exercise_id: uuid.UUID,
    three: Sequence[Mapping[uuid.UUID, PlannedMove]],
    settled: Callable[..., Any],
) -> PlannedMove:
    held, mine, theirs = (each.get(exercise_id) for each in three)
    if mine is None or theirs is None:
        move = mine or theirs
        assert move is not None
        return move
    held = held or theirs
    dose = settled(f"dose:{exercise_id}", held.dose, mine.dose, theirs.dose)
    first, last = settled(f"span:{exercise_id}", held.span, mine.span, theirs.span)
    return replace(mine, dose=dose, from_phase=first, until_phase=last)


def _move(data: Mapping[str, Any]) -> PlannedMove:
    dose = {name: KINDS.get(name, int)(data["dose"][name]) for name in Dose.__slots__}
    until = data["until_phase"]
    return PlannedMove(
        exercise_id=uuid.UUID(data["exercise_id"]),
        dose=Dose(**dose),
        from_phase=int(data["from_phase"]),
        until_phase=None if until is None else int(until),
    )
