"""A client's program: its moves, one page each."""

from __future__ import annotations

from flask import render_template

from clinic.domain.errors import NotFound
from clinic.services.assessments import retests
from clinic.services.own_answers import finding
from clinic.services.programs import noticed, own
from clinic.services.programs.own import OwnMove, OwnPrograms
from clinic.web.authz import current_actor
from clinic.web.presenters.answers import in_plain_words
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.moves import amount_in_words, move_rows, move_view
from clinic.web.presenters.noticing import rechecks_in_short
from clinic.web.presenters.own_answers import helped_words
from clinic.web.presenters.pain_answers import own_limit
from clinic.web.presenters.phases import phase_lines
from clinic.web.presenters.programs import standing


def show() -> str:
    """All moves of the programs on one page, each once, and those learned before."""
    held = own.held(current_actor())
    moves, ended = held.moves, own.ended(held)
    return render_template(
        "client/program.html",
        held=held,
        moves=move_rows(moves),
        resting=move_rows(held.resting),
        changes=own.changes_told(held),
        phased=[
            (each.name if len(held.programs) > 1 else "", phase_lines(each, held.phases[each.id], held.today))
            for each in held.programs
            if each.id in held.phases
        ],
        learned=move_rows(own.learned(held, ended)),
        ended=ended[-1] if ended and not held.programs else None,
        standings=[(each.name, standing(each, held.today)) for each in held.programs],
        amount=amount_in_words([each.merged for each in moves]),
        own_limit=own_limit(held.client, held.client.practice),
        rechecks=rechecks_in_short(noticed.of_client(held.client, held.today)) if held.running else (),
        answers=in_plain_words(retests.places_of(held.programs) if held.programs else ()),
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )


def move(position: int) -> str:
    """One move: how it goes, what to watch for, how much."""
    held = own.held(current_actor())
    moves = _all_moves(held, position)
    found = next((each for each in moves if each.number == position), None)
    if found is None:
        raise NotFound
    following = next((each for each in held.moves if each.number > position), None)
    shown = not (held.tier and held.locked)
    return render_template(
        "client/move.html",
        held=held,
        move=move_view(found),
        prescription_id=found.prescription.id,
        is_asked=found in held.moves,
        after=following,
        own_limit=own_limit(held.client, held.client.practice),
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
        answers=finding.under_move(current_actor(), found.prescription.exercise_id) if shown else (),
        helped_words=helped_words,
    )


def _all_moves(held: OwnPrograms, number: int) -> list[OwnMove]:
    """Today's moves and those that rest; of what was learned before only where the number goes beyond."""
    moves = [*held.moves, *held.resting]
    return moves if number <= len(moves) else [*moves, *own.learned(held, own.ended(held))]
