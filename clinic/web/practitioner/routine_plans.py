"""The editor of a draft: moves, doses and phases, arranged with every press and kept by one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.domain.search import searched
from clinic.models import Exercise, RoutineVersion
from clinic.services import access
from clinic.services.routines import choosing, drafting, library
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.routine_plans import ADD, PlanForm
from clinic.web.practitioner.own_routines import may_change, refused
from clinic.web.presenters import routine_plans as presenter
from clinic.web.presenters.load import load_of_version
from clinic.web.presenters.routine_plans import TheirPlan
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
SAVE, READ = "save", "read"


def edit(routine_id: uuid.UUID) -> Answer:
    """Put the draft together; saving a routine that has none begins its next version."""
    actor = current_actor()
    version = drafting.newest_version(actor, routine_id)
    if not may_change():
        return refused(routine_id)
    if version.routine.retired_at is not None:
        return redirect(url_for("practitioner.routines.show", routine_id=routine_id), 303)
    typed = given_back.typed()
    if not typed:
        plan = drafting.plan_of(version)
        return _page(PlanForm.of(plan, plan), version)
    form, act = PlanForm.sent(), typed.get("act", "")
    form.be_asked_by(actor)
    if request.form and act in (SAVE, READ):
        return _saved(form, version, act)
    _arrange(form, act)
    return _page(form, version)


def _arrange(form: PlanForm, act: str) -> None:
    kind, _, exercise_id = act.partition(":")
    if kind != ADD:
        form.arrange(act)
        return
    actor = current_actor()
    moves = list(drafting.moves_named(actor, [_id(exercise_id)]).values())
    for move_id, dose in choosing.usual_doses(actor, moves).items():
        form.add(move_id, dose)


def _saved(form: PlanForm, version: RoutineVersion, act: str) -> Answer:
    actor, routine_id = current_actor(), version.routine_id
    drafting.moves_named(actor, form.order())
    if form.validate():
        try:
            with form.attempt():
                drafting.save_plan(actor, routine_id, form.plan(), form.seen())
                flash("Draft saved.", "success")
                there = "practitioner.routines.publish" if act == READ else "practitioner.routine_plans.edit"
                return redirect(url_for(there, routine_id=routine_id), 303)
        except Conflict:
            return _changed(form, routine_id)
    return _page(form, version), 422


def _changed(form: PlanForm, routine_id: uuid.UUID) -> Answer:
    """Somebody saved first: what stands now beside a form that holds both, and saves over theirs."""
    actor = current_actor()
    version = drafting.newest_version(actor, routine_id)
    theirs = drafting.plan_of(version)
    form, merge = form.meet(theirs)
    moves = drafting.moves_named(actor, {*merge.plan.order, *theirs.order})
    told = presenter.their_plan(theirs, moves, merge.collided)
    return _page(form, version, theirs=told), 409


def _page(form: PlanForm, version: RoutineVersion, *, theirs: TheirPlan | None = None) -> str:
    actor = current_actor()
    form.dress()
    wanted = searched(request.args.get("q", form.q.data or ""))
    return render_template(
        "practitioner/routines/edit.html",
        form=form,
        routine=version.routine,
        version=version,
        moves=_moves_of(form, version),
        sentence=presenter.dose_sentence,
        offers=library.found(actor, wanted),
        most=library.PAGE,
        theirs=theirs,
        load=load_of_version(version, access.practice_of(actor)),
    )


def _moves_of(form: PlanForm, version: RoutineVersion) -> Mapping[uuid.UUID, Exercise]:
    """The moves that stand in the form; those that the version has are read already."""
    known = {item.exercise_id: item.exercise for item in version.items}
    missing = [each for each in form.order() if each not in known]
    return known | (drafting.moves_named(current_actor(), missing) if missing else {})


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
