"""Which moves a client is given: those of a routine, without what is left out, with what is added."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

from clinic.domain.doses import Dose
from clinic.domain.errors import RuleBroken
from clinic.domain.own_moves import retired_problems
from clinic.domain.words import say
from clinic.models import RoutineItem, RoutineVersion
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.routines import choosing
from clinic.services.routines.composing import ChosenMove
from clinic.services.routines.wording import content_of

LONGEST_NAME = 120
MOST_MOVES = 24  # of one program


def problems(
    actor: Actor,
    version: RoutineVersion | None,
    left_out: Collection[uuid.UUID],
    added: Collection[uuid.UUID],
) -> Iterator[RuleBroken]:
    """What speaks against giving just these moves; two queries, and three where moves are added."""
    kept = [item.exercise for item in _kept(version, left_out)]
    single = choosing.pickable(access.practice_of(actor), choosing.moves(actor, added)) if added else []
    if not kept and not single:
        yield RuleBroken(say("Keep at least one move."))
    elif len(kept) + len(single) > MOST_MOVES:
        yield RuleBroken(say("A program has at most %(most)s moves.", most=MOST_MOVES))
    yield from retired_problems((each.name, each.retired_at) for each in kept)
    for each in single:
        if each.problem:
            yield RuleBroken(f"{each.exercise.name} {each.problem}.")


def chosen_moves(
    actor: Actor,
    version: RoutineVersion | None,
    doses: Mapping[uuid.UUID, Dose],
    added: Mapping[uuid.UUID, Dose],
) -> list[ChosenMove]:
    """The moves in the order in which they are given, in the wording that somebody signed."""
    of_routine = [
        ChosenMove(
            exercise_id=item.exercise_id,
            dose=doses[item.id],
            content=item.content or {},
            from_phase=item.from_phase,
            until_phase=item.until_phase,
        )
        for item in (version.items if version else ())
        if item.id in doses
    ]
    single = [
        ChosenMove(exercise_id=each.id, dose=added[each.id], content=content_of(each).to_json())
        for each in choosing.moves(actor, added)
    ]
    return [*of_routine, *single]


def name_of(version: RoutineVersion | None, moves: Sequence[ChosenMove]) -> str:
    """What a program is called: as its routine, or, of single moves, as these."""
    if version is not None:
        return version.routine.name
    first, *others = [str(move.content["name"]) for move in moves]
    whole = " and ".join(filter(None, [", ".join([first, *others[:-1]]), *others[-1:]]))
    return whole if len(whole) <= LONGEST_NAME else f"{first[:90]} and {len(others)} more"


def _kept(version: RoutineVersion | None, left_out: Collection[uuid.UUID]) -> list[RoutineItem]:
    return [item for item in version.items if item.id not in left_out] if version else []
