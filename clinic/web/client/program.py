"""A client's program: its moves, one page each."""

from __future__ import annotations

from flask import render_template

from clinic.domain.doses import minutes_per_day
from clinic.domain.errors import NotFound
from clinic.services.assessments import retests
from clinic.services.programs import diary as practice_logs
from clinic.services.routines.wording import dose_of
from clinic.web.authz import current_actor
from clinic.web.presenters.answers import in_plain_words
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.moves import move_rows, move_view
from clinic.web.presenters.pain_answers import own_limit


def show() -> str:
    """All moves of the program on one page."""
    held = practice_logs.held(current_actor())
    prescriptions = held.program.prescriptions if held.program else []
    return render_template(
        "client/program.html",
        held=held,
        moves=move_rows(prescriptions),
        ended=None if held.program else practice_logs.last_ended(current_actor()),
        minutes=minutes_per_day(dose_of(each) for each in prescriptions),
        own_limit=own_limit(held.client, held.client.practice),
        answers=in_plain_words(retests.places_of(held.program) if held.program else ()),
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )


def move(position: int) -> str:
    """One move: how it goes, what to watch for, how much."""
    held = practice_logs.held(current_actor())
    prescriptions = held.program.prescriptions if held.program else []
    found = next((each for each in prescriptions if each.position == position), None)
    if found is None:
        raise NotFound
    following = next((each for each in prescriptions if each.position > position), None)
    return render_template(
        "client/move.html",
        held=held,
        move=move_view(found),
        after=following,
        own_limit=own_limit(held.client, held.client.practice),
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )
