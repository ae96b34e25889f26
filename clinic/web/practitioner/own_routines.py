"""Making a routine, calling it something else, retiring it and bringing it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, NotFound
from clinic.models import Routine
from clinic.services import access
from clinic.services.routines import lives, own_routines
from clinic.services.routines import publishing as routines
from clinic.web.authz import current_actor
from clinic.web.forms.own_routines import NewRoutineForm, RenameForm
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def add() -> Answer:
    """Make a routine, with nothing in it or as a copy of another one."""
    actor = current_actor()
    if not may_change():
        return refused()
    listed = routines.listed(actor)
    form = NewRoutineForm.among(listed, _named(listed, request.args.get("from", "")))
    if not form.is_submitted():
        return render_template("practitioner/routines/new.html", form=form)
    form.be_asked_by(actor)
    if form.copy_of.data and _named(listed, form.copy_of.data) is None:
        raise NotFound
    if form.validate():
        with form.attempt():
            made = own_routines.create(actor, form.key.data or "", form.said(), form.pattern())
            flash("The routine is made. Nobody is offered it until you publish it.", "success")
            return _to(made.id)
    return render_template("practitioner/routines/new.html", form=form), 422


def rename(routine_id: uuid.UUID) -> Answer:
    """Change a routine's name and what it is for."""
    actor = current_actor()
    routine = access.routine_for(actor, routine_id)
    if not may_change():
        return refused(routine_id)
    form = RenameForm.of(routine)
    if not form.is_submitted():
        return _rename_page(form, routine)
    form.be_asked_by(actor, routine_id)
    if form.validate():
        try:
            with form.attempt():
                own_routines.rename(actor, routine_id, form.said(), form.seen())
                flash("Saved. Clients who have the routine keep the old name.", "success")
                return _to(routine_id)
        except Conflict:
            form.meet(access.routine_for(actor, routine_id))
            return _rename_page(form, routine, changed=True), 409
    return _rename_page(form, routine), 422


def retire(routine_id: uuid.UUID) -> Answer:
    """Offer a routine no more, asked in words."""
    actor = current_actor()
    routine = access.routine_for(actor, routine_id, routines.WITH_VERSIONS)
    if not may_change():
        return refused(routine_id)
    if request.method == "POST":
        own_routines.retire(actor, routine_id)
        flash(f"{routine.name} is not offered any more.", "success")
        return redirect(url_for("practitioner.routines.index"), 303)
    running = lives.clients_by_version(actor)
    return render_template(
        "practitioner/routines/retire.html",
        routine=routine,
        clients=sum(running.get(version.id, 0) for version in routine.versions),
    )


def bring_back(routine_id: uuid.UUID) -> Response:
    """Offer a retired routine again."""
    routine = access.routine_for(current_actor(), routine_id)
    with told_on_the_next_page():
        own_routines.bring_back(current_actor(), routine_id)
        flash(f"{routine.name} is back.", "success")
    return _to(routine_id)


def may_change() -> bool:
    """Whether the signed-in person makes and changes routines."""
    return current_actor().may(Permission.PUBLISH_ROUTINES)


def refused(routine_id: uuid.UUID | None = None) -> Response:
    """Back to the routine or the list, with the reason."""
    flash("A practitioner or the owner publishes and changes routines.", "caution")
    return _to(routine_id) if routine_id else redirect(url_for("practitioner.routines.index"), 303)


def _rename_page(form: RenameForm, routine: Routine, *, changed: bool = False) -> str:
    return render_template("practitioner/routines/rename.html", form=form, routine=routine, changed=changed)


def _named(listed: Iterable[Routine], routine_id: str) -> Routine | None:
    return next((routine for routine in listed if str(routine.id) == routine_id), None)


def _to(routine_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.routines.show", routine_id=routine_id), 303)
