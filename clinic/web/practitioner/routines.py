"""Routines: the list, one routine with its versions, and the page that publishes a draft."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.models import Routine, RoutineVersion
from clinic.services import access
from clinic.services.programs import stops, version_offers
from clinic.services.routines import lives, signoffs
from clinic.services.routines import publishing as routines
from clinic.services.routines.wording import wordings_of
from clinic.web.authz import current_actor
from clinic.web.forms.routines import PublishForm
from clinic.web.presenters import routines as presenter
from clinic.web.presenters.load import load_of_version
from clinic.web.presenters.programs import STOPS
from clinic.web.presenters.version_offers import counts_in_words
from clinic.web.refusals import told_on_the_next_page

Answer = Response | str | tuple[str, int]


def index() -> str:
    """The practice's routines, and who runs which version of them."""
    actor = current_actor()
    listed = routines.listed(actor)
    rows = presenter.routine_rows(listed, lives.of_routines(actor, listed))
    return render_template(
        "practitioner/routines/index.html",
        offered=[row for row in rows if row.routine.retired_at is None],
        retired=[row for row in rows if row.routine.retired_at is not None],
        may_change=actor.may(Permission.PUBLISH_ROUTINES),
        stops=[(STOPS[kind], number) for kind, number in stops.counted(actor).items()],
    )


def show(routine_id: uuid.UUID) -> str:
    """One routine: what clients get now, or one of its versions, and the lives of all of them."""
    actor = current_actor()
    practice = access.practice_of(actor)
    routine = access.routine_for(actor, routine_id, routines.WITH_PUBLISHERS)
    shown = routines.whole_version(actor, _wanted_version(routine).id)
    of_versions = lives.of_routines(actor, [routine])[routine.id]
    return render_template(
        "practitioner/routines/show.html",
        routine=routine,
        draft=presenter.draft(routine),
        newest=presenter.newest_published(routine),
        shown=shown,
        page=presenter.version_page(shown, practice.time_zone),
        load=load_of_version(shown, practice),
        may_publish=actor.may(Permission.PUBLISH_ROUTINES),
        older=counts_in_words(version_offers.counted(actor, routine)),
        versions=presenter.version_rows(of_versions, practice.time_zone),
    )


def begin_draft(routine_id: uuid.UUID) -> Response:
    """Begin a new version from the last one, and go to its page."""
    with told_on_the_next_page():
        routines.begin_draft(current_actor(), routine_id)
    return redirect(url_for("practitioner.routines.publish", routine_id=routine_id), 303)


def publish(routine_id: uuid.UUID) -> Answer:
    """Read a draft, change it, keep it or publish it."""
    actor = current_actor()
    routine = access.routine_for(actor, routine_id)
    version = routines.draft_of(actor, routine)
    if version is None:
        return _to(routine)
    if not actor.may(Permission.PUBLISH_ROUTINES):
        flash("A practitioner or the owner publishes routines.", "caution")
        return _to(routine)
    practice = access.practice_of(actor)
    form = PublishForm.of(version, routines.digest_of(version, practice))
    if not form.is_submitted():
        return _page(form, routine, version)
    if not form.fits(version):
        abort(400)
    return _sent(form, routine, version)


def _sent(form: PublishForm, routine: Routine, version: RoutineVersion) -> Answer:
    publishing = request.form.get("act") != "draft"
    form.be_asked_by(access.practice_of(current_actor()), version, publishing=publishing)
    if not form.validate():
        return _page(form, routine, version), 422
    use_case = routines.publish if publishing else routines.save_draft
    try:
        use_case(current_actor(), routine.id, form.edit(version), form.seen.data or "")
    except RuleBroken as problem:
        form.refuse(problem)
        return _page(form, routine, version), 422
    except Conflict:
        return _changed(form, routine)
    flash(
        f"{routine.name} is published. It can be assigned now." if publishing else "Draft saved.", "success"
    )
    return _to(routine) if publishing else redirect(request.path, 303)


def _changed(form: PublishForm, routine: Routine) -> Answer:
    actor = current_actor()
    version = routines.draft_of(actor, routine)
    if version is None or not form.fits(version):
        return _to(routine)
    form.seen.data = routines.digest_of(version, access.practice_of(actor))
    form.accept.data = False
    return _page(form, routine, version, changed=True), 409


def _page(form: PublishForm, routine: Routine, version: RoutineVersion, *, changed: bool = False) -> str:
    wordings = wordings_of(version, access.practice_of(current_actor()))
    signed = signoffs.signatures(version.practice_id, wordings)
    return render_template(
        "practitioner/routines/publish.html",
        form=form,
        routine=routine,
        version=version,
        page=presenter.draft_page(version, wordings, signed),
        load=load_of_version(version, access.practice_of(current_actor())),
        mistake=presenter.mistake_question(),
        changed=changed,
    )


def _wanted_version(routine: Routine) -> RoutineVersion:
    """The version that the address names; without one, what clients get now, or else the newest."""
    wanted = request.args.get("version")
    if wanted is None:
        return presenter.newest_published(routine) or routine.versions[-1]
    for version in routine.versions:
        if str(version.number) == wanted:
            return version
    raise NotFound


def _to(routine: Routine) -> Response:
    return redirect(url_for("practitioner.routines.show", routine_id=routine.id), 303)
