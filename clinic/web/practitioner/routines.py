"""Routines: the list, one routine with its versions, and the page that publishes a draft."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.dates import count
from clinic.domain.errors import Conflict, NotFound
from clinic.models import Routine, RoutineVersion
from clinic.services import access
from clinic.services.programs import stops, version_offers
from clinic.services.routines import lives, signoffs
from clinic.services.routines import publishing as routines
from clinic.services.routines.publishing import RoutineEdit
from clinic.services.routines.wording import wordings_of
from clinic.web.authz import current_actor
from clinic.web.forms.routines import PublishForm
from clinic.web.presenters import routines as presenter
from clinic.web.presenters.load import load_of_version
from clinic.web.presenters.programs import STOPS
from clinic.web.presenters.version_offers import counts_in_words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

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
    routine = access.routine_for(actor, routine_id, routines.WITH_PUBLISHERS)
    version = routines.draft_of(actor, routine)
    if version is None:
        return _to(routine)
    if not actor.may(Permission.PUBLISH_ROUTINES):
        flash("A practitioner or the owner publishes routines.", "caution")
        return _to(routine)
    practice = access.practice_of(actor)
    wordings, seen = wordings_of(version, practice), routines.digest_of(version, practice)
    form = PublishForm.of(version, wordings, seen)
    if not form.is_submitted():
        return _page(form, routine, version)
    if not form.fits(version):
        if form.seen.data == seen:
            abort(400)
        return _changed(form, routine)
    return _sent(form, routine, version)


def _sent(form: PublishForm, routine: Routine, version: RoutineVersion) -> Answer:
    publishing = request.form.get("act") != "draft"
    form.be_asked_by(access.practice_of(current_actor()), version, publishing=publishing)
    number, act = version.number, _publish if publishing else _keep
    if form.validate():
        try:
            with form.attempt():
                act(form, routine, number, form.edit(version))
                return _to(routine) if publishing else redirect(request.path, 303)
        except Conflict:
            return _changed(form, routine)
    return _page(form, routine, version), 422


def _publish(form: PublishForm, routine: Routine, number: int, edit: RoutineEdit) -> None:
    actor = current_actor()
    routines.publish(actor, routine.id, edit, form.seen.data or "")
    others = [each.id for each in routine.versions if each.number < number]
    running = lives.clients_by_version(actor)
    stay = presenter.who_stays(sum(running.get(each, 0) for each in others))
    flash(f"{routine.name}, version {number}, is published. It can be assigned now.{stay}", "success")


def _keep(form: PublishForm, routine: Routine, number: int, edit: RoutineEdit) -> None:
    signed = routines.save_draft(current_actor(), routine.id, edit, form.seen.data or "")
    told = f" {count(len(signed), 'text')} signed by you." if signed else ""
    flash(f"Draft saved.{told}", "success")


def _changed(form: PublishForm, routine: Routine) -> Answer:
    actor = current_actor()
    version = routines.draft_of(actor, routine)
    if version is None:
        flash(f"{routine.name} was published meanwhile: this is how.", "caution")
        return _to(routine)
    practice = access.practice_of(actor)
    left_over = form.left_over(version)
    form = form.meet(version, wordings_of(version, practice), routines.digest_of(version, practice))
    return _page(form, routine, version, changed=True, left_over=left_over), 409


def _page(
    form: PublishForm,
    routine: Routine,
    version: RoutineVersion,
    *,
    changed: bool = False,
    left_over: Sequence[str] = (),
) -> str:
    actor = current_actor()
    practice = access.practice_of(actor)
    wordings = wordings_of(version, practice)
    standings = signoffs.standings(version.practice_id, wordings)
    running = lives.clients_by_version(actor)
    return render_template(
        "practitioner/routines/publish.html",
        form=form,
        routine=routine,
        version=version,
        page=presenter.draft_page(version, wordings, standings, practice.time_zone),
        load=load_of_version(version, practice),
        mistake=presenter.mistake_question(),
        changed=changed,
        left_over=left_over,
        stay=presenter.who_stays(sum(running.get(each.id, 0) for each in routine.versions)),
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
