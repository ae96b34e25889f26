"""Assigning a program on one screen: a routine or single moves, doses, days, check-ins, and its load."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose
from clinic.domain.errors import NotFound
from clinic.domain.search import searched
from clinic.domain.types import RoutineStatus
from clinic.models import Client, Program, RoutineVersion
from clinic.services import access, warnings
from clinic.services.actors import Actor
from clinic.services.assessments import retests
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs import offering
from clinic.services.programs.offering import Offer, OfferedMove
from clinic.services.routines import choosing
from clinic.services.routines.choosing import PickableMove, RoutineChoice
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.assigning import AssignForm, carried_over, named_in, uuid_of
from clinic.web.forms.base import Form
from clinic.web.forms.programs import Running
from clinic.web.practitioner.routine_choice import chosen_version
from clinic.web.presenters import answers
from clinic.web.presenters import assigning as words
from clinic.web.presenters import programs as program_words
from clinic.web.presenters.load import LoadLines, load_lines
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
LOOK = "look"  # the button that looks for moves and adds those that are ticked, and saves nothing


@dataclass(frozen=True, slots=True)
class SentOffer:
    """What a form was about, as things stand now; `told` says what has changed since its page was opened."""

    offer: Offer
    fields: MultiDict[str, str]
    told: str = ""


def assign(client_id: uuid.UUID) -> Answer:
    """Give a client a program: one screen."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    choices = choosing.choices(actor)
    fields = request.form or given_back.fields_here()
    if not choices and not fields and "move" not in request.args:
        return render_template("practitioner/programs/nothing_published.html", client=client)
    if not fields:
        form = AssignForm.of(actor, client, _opened(actor, choices))
        return _page(client, choices, form), 422 if form.is_submitted() else 200
    sent = _sent(actor, choices, fields)
    form = AssignForm.of(actor, client, sent.offer, sent.fields)
    if sent.told:
        return _page(client, choices, form, told=sent.told), 409
    if fields.get("act") == LOOK:
        found = choosing.found_moves(actor, fields.get("q", ""))
        return _page(client, choices, form, found=found)
    if form.validate_on_submit():
        with form.attempt():
            program = programs.assign(actor, client_id, form.assignment())
            _say_done(client, program.name, form)
            return redirect(url_for("practitioner.programs.show", program_id=program.id), 303)
    return _page(client, choices, form), 422 if form.errors else 200


def load(client_id: uuid.UUID) -> str:
    """The load meter and the doses in words, while doses are being typed."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    sent = _sent(actor, choosing.choices(actor), request.args)
    form = AssignForm.of(actor, client, sent.offer, sent.fields)
    return render_template("practitioner/programs/load.html", client=client, **_doses(client, form))


def moves(client_id: uuid.UUID) -> str:
    """Single moves of the library, found as one types; ticked ones are taken along."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    ticked = [uuid_of(each) for each in request.args.getlist("move")]
    wanted = searched(request.args.get("q", ""))
    found = choosing.found_moves(actor, wanted, ticked)
    return render_template(
        "practitioner/programs/moves.html", client=client, found=found, ticked=ticked, wanted=wanted
    )


def favour(routine_id: uuid.UUID) -> Response:
    """Put a routine among one's own favourites, or take it out."""
    actor, form = current_actor(), Form()
    client_id = request.form.get("client")
    client = access.client_for(actor, uuid_of(client_id)) if client_id else None
    if form.validate_on_submit():
        choosing.mark(actor, routine_id, is_favourite=request.form.get("on") == "1")
    if client is None:
        return redirect(url_for("practitioner.routines.index"), 303)
    return redirect(url_for("practitioner.assigning.assign", client_id=client.id), 303)


def _opened(actor: Actor, choices: Sequence[RoutineChoice]) -> Offer:
    """What the page's address asks for: single moves, a routine, or the first of one's favourites."""
    if single := [uuid_of(each) for each in request.args.getlist("move")]:
        return Offer(None, offering.single(actor, list(dict.fromkeys(single))))
    version = chosen_version(choices)
    return Offer(version, offering.of_routine(actor, version))


def _sent(actor: Actor, choices: Sequence[RoutineChoice], fields: MultiDict[str, str]) -> SentOffer:
    """What was sent, laid over the routine as it stands now: nothing that was typed is lost on the way."""
    named = named_in(fields)
    version, told = _version(actor, choices, fields.get("routine", ""))
    items = offering.of_routine(actor, version) if version else []
    of_routine = {move.of: move.exercise_id for move in items}
    others = [each for each in named if each not in of_routine]
    elsewhere = offering.moves_behind(actor, others) if others else {}
    if version is not None and not told and (elsewhere or not set(of_routine) <= set(named)):
        told = f"These are the moves of {version.routine.name} now. Read their doses and press again."
    ticked = [uuid_of(each) for each in fields.getlist("move")] if fields.get("act") == LOOK else []
    have = {move.exercise_id for move in items}
    single = dict.fromkeys(each for each in [*others, *ticked] if each not in elsewhere and each not in have)
    moves = [*items, *offering.single(actor, list(single))]
    before = [of_routine.get(each) or elsewhere.get(each) or each for each in named]
    return SentOffer(Offer(version, moves), carried_over(fields, named, before, moves), told)


def _version(
    actor: Actor, choices: Sequence[RoutineChoice], wanted: str
) -> tuple[RoutineVersion | None, str]:
    """The routine that a form was about, and what has become of it; None where it was single moves."""
    if not wanted:
        return None, ""
    by_id = {each.version.id: each.version for each in choices}
    if (version_id := uuid_of(wanted)) in by_id:
        return by_id[version_id], ""
    gone = access.routine_version_for(actor, version_id)
    if gone.status is not RoutineStatus.PUBLISHED:
        raise NotFound
    name = gone.routine.name
    for version in by_id.values():
        if version.routine_id == gone.routine_id:
            return version, f"Version {version.number} of {name} is published by now: these are its moves."
    if not choices:
        return None, f"{name} is retired by now, and no other routine is published. Add single moves instead."
    return choices[0].version, f"{name} is retired by now. Choose another routine."


def _page(
    client: Client,
    choices: Sequence[RoutineChoice],
    form: AssignForm,
    *,
    told: str = "",
    found: Sequence[PickableMove] | None = None,
) -> str:
    actor, version = current_actor(), form.offer.version
    going_on = programs.going_on(actor, client)
    today = today_in(client.time_zone)
    return render_template(
        "practitioner/programs/assign.html",
        client=client,
        choices=choices,
        version=version,
        form=form,
        told=told,
        found=found,
        wanted=request.form.get("q", ""),
        running=[(program, program_words.standing(program, today)) for program, _ in going_on],
        runs_already=version is not None and version.routine_id in [routine for _, routine in going_on],
        citing=answers.citing(*retests.citable(actor, client), form.cites.data or ()),
        bounds=load_catalogue().dosing.bounds,
        **_doses(client, form, [program for program, _ in going_on]),
    )


def _doses(client: Client, form: AssignForm, running: Sequence[Program] | None = None) -> dict[str, Any]:
    """The moves with their doses in words, and the load meter; it waits while a dose is not right."""
    actor = current_actor()
    if running is None:
        running = [program for program, _ in programs.going_on(actor, client)]
    if form.running.data is Running.END:
        running = []
    kept = [(move, line) for move, line in form.lines() if not line.out.data]
    doses = {move.of: line.dose() for move, line in kept if line.validate()}
    whole = [(move, doses[move.of]) for move, _ in kept if move.of in doses]
    return {
        "lines": [
            words.offered_line(move, doses.get(move.of), is_out=bool(line.out.data))
            for move, line in form.lines()
        ],
        "load": (_meter(actor, whole, running) if whole and len(whole) == len(kept) else None),
    }


def _meter(actor: Actor, moves: Sequence[tuple[OfferedMove, Dose]], running: Sequence[Program]) -> LoadLines:
    together = offering.load(running, moves) if running else None
    return load_lines(offering.load((), moves), access.practice_of(actor).load_limit, together)


def _say_done(client: Client, name: str, form: AssignForm) -> None:
    seen = program_words.seen_from(client, locked=warnings.open_flag(client) is not None)
    flash(f"{name} is assigned. {seen}", "success")
    if form.save_as.data:
        flash(f"{form.save_as.data} is kept as a draft. Read and publish it before it is assigned.", "info")
