"""Acts for many clients: chosen in the list, looked at, begun, read afterwards and undone."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.bulk_acts import BulkActKind, BulkActState, LineState, may_be_undone, undone_until
from clinic.domain.errors import RuleBroken
from clinic.models import BulkAct, RoutineVersion
from clinic.services import access
from clinic.services.bulk_acts import choosing, going_on, pages
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.clients import listing, responsible
from clinic.services.clock import now
from clinic.services.routines.choosing import RoutineChoice
from clinic.services.routines.choosing import choices as routine_choices
from clinic.web.authz import current_actor
from clinic.web.filters import moment
from clinic.web.forms.bulk_acts import (
    FORMS,
    BeginActForm,
    BeginAssignActForm,
    BeginHandOverActForm,
    ChooseForm,
)
from clinic.web.forms.client_filter import kept_list, wanted_from
from clinic.web.practitioner.routine_choice import chosen_version
from clinic.web.presenters import bulk_acts as words
from clinic.web.presenters import programs as program_words
from clinic.web.presenters.load import load_of_version
from clinic.web.refusals import told_on_the_next_page

OUT_OF_DATE = "This page is out of date. Please open it again."
Page = str | Response | tuple[str, int]


def index() -> str:
    """What was done for many, the newest first."""
    actor = current_actor()
    acts = pages.listed(actor)
    zone = access.practice_of(actor).time_zone
    return render_template("practitioner/bulk_acts/index.html", entries=words.entries(acts, zone))


def choose() -> Response:
    """Keep who is meant, and go to the page that says what will become of each."""
    actor, form, wanted = current_actor(), ChooseForm(), wanted_from(request.form)
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken(OUT_OF_DATE)
        kind, key = form.kind.data, form.key.data or ""
        if form.everybody.data:
            act = choosing.choose_found(actor, kind, key, wanted)
        else:
            act = choosing.choose(actor, kind, key, form.clients())
        return _to(act)
    kept = kept_list(wanted)
    return redirect(url_for("practitioner.clients.index") + (f"?{kept}" if kept else ""), 303)


def show(act_id: uuid.UUID) -> Page:
    """Before it is begun what will become of each client, afterwards what has."""
    actor = current_actor()
    act = access.bulk_act_for(actor, act_id)
    if act.state is not BulkActState.CHOSEN:
        return _to(act) if request.method == "POST" else _result(act)  # pressed twice
    choices = routine_choices(actor) if act.kind is BulkActKind.ASSIGN else []
    if act.kind is BulkActKind.ASSIGN and not choices:
        return render_template("practitioner/programs/nothing_published.html", client=None)
    version = chosen_version(choices) if choices else None
    form = _form(act, version)
    if form.validate_on_submit():
        with form.attempt():
            return _to(going_on.begin(actor, act_id, form.wish()))
    return _preview(act, form, choices, version), 422 if form.errors else 200


def undo(act_id: uuid.UUID) -> Response:
    """Undo all of it, as far as it can be."""
    actor = current_actor()
    act = access.bulk_act_for(actor, act_id)
    with told_on_the_next_page():
        act = going_on.undo(actor, act_id)
    return _to(act)


def _form(act: BulkAct, version: RoutineVersion | None) -> BeginActForm:
    if version is not None:
        return BeginAssignActForm.of(access.practice_of(current_actor()), version)
    form = FORMS[act.kind]()
    if isinstance(form, BeginHandOverActForm):
        form.offer(responsible.takers(current_actor()))
    return form


def _preview(
    act: BulkAct, form: BeginActForm, choices: Sequence[RoutineChoice], version: RoutineVersion | None
) -> str:
    actor = current_actor()
    wish = BulkWish(version_id=version.id if version else None)
    practice = access.practice_of(actor)
    lines = words.foreseen(act, pages.foreseen(actor, act, wish), practice.load_limit)
    return render_template(
        "practitioner/bulk_acts/preview.html",
        act=act,
        words=words.WORDS[act.kind],
        consequences=words.consequences(act.kind),
        form=form,
        choices=choices,
        version=version,
        moves=program_words.offered(version) if version else [],
        load=load_of_version(version, practice) if version else None,
        groups=listing.groups(actor) if act.kind is BulkActKind.GROUP else [],
        lines=lines,
        counts=words.counts_foreseen(lines),
        submit=words.submit(act, lines),
    )


def _result(act: BulkAct) -> str:
    actor = current_actor()
    zone = access.practice_of(actor).time_zone
    is_running = act.state in going_on.DEALS_WITH
    lines = [] if is_running else words.settled(act, pages.settled(actor, act))
    counts = pages.counts(actor, act) if is_running else Counter(line.state for line in lines)
    left = counts.get(going_on.DEALS_WITH[act.state], 0) if is_running else 0
    until = undone_until(act.state, act.ended_at)
    return render_template(
        "practitioner/bulk_acts/show.html",
        act=act,
        title=words.title(act),
        by=pages.name_of(actor, act.chosen_by),
        begun=moment(act.begun_at, zone) if act.begun_at else "",
        state=words.STATES[act.state],
        counts=words.counts_in_words(counts),
        number=sum(counts.values()),
        settled=sum(counts.values()) - left,
        is_running=is_running,
        lines=lines,
        undo_until=moment(until, zone) if until and may_be_undone(act.state, act.ended_at, now()) else None,
        has_done=counts.get(LineState.DONE, 0) > 0,
    )


def _to(act: BulkAct) -> Response:
    return redirect(url_for("practitioner.bulk_acts.show", act_id=act.id), 303)
