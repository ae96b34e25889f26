"""Groups: the list, one with its clients, making and changing one, putting clients in and taking them out."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict, NotFound
from clinic.models import ClientGroup
from clinic.services import access
from clinic.services.attention import cases
from clinic.services.clients import listing
from clinic.services.clients.listing import ClientFilter
from clinic.services.clock import now, today_in
from clinic.services.groups import making, pages
from clinic.web.authz import current_actor
from clinic.web.forms.client_filter import address_parts, filter_fields, wanted_from
from clinic.web.forms.groups import EditGroupForm, GroupForm, MemberForm, NewGroupForm
from clinic.web.presenters import attention as reason_words
from clinic.web.presenters import clients as client_words
from clinic.web.presenters import groups as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash
from clinic.web.whose import only_own

Page = str | Response | tuple[str, int]
MOST_FOUND = 10  # clients that a search to put somebody in shows


def index() -> str:
    """The practice's groups."""
    mine = only_own()
    found = pages.listed(current_actor(), mine=mine)
    return render_template("practitioner/groups/index.html", groups=found, mine=mine, words=words)


def add() -> Page:
    """Make a group."""
    actor, form = current_actor(), NewGroupForm(leader=str(current_actor().user_id))
    form.offer(cases.colleagues(actor))
    if form.validate_on_submit():
        with form.attempt():
            group = making.make(actor, form.name.data or "", form.leader_id(), form.key.data or "")
            return _to(group.id)
    return render_template("practitioner/groups/new.html", form=form), 422 if form.errors else 200


def edit(group_id: uuid.UUID) -> Page:
    """Change a group's name or leader."""
    actor, form = current_actor(), EditGroupForm()
    group = access.group_for(actor, group_id)
    form.offer(cases.colleagues(actor))
    if not form.is_filled_in:
        form.show(group)
    if form.validate_on_submit():
        try:
            with form.attempt():
                making.correct(
                    actor, group_id, form.name.data or "", form.leader_id(), form.version.data or 0
                )
                flash("Saved.", "success")
                return _to(group_id)
        except Conflict:
            group = access.group_for(actor, group_id)
            form.version.data = group.version
            return _edit_page(form, group, changed=True), 409
    return _edit_page(form, group), 422 if form.errors else 200


def show(group_id: uuid.UUID) -> str:
    """Who stands in a group, who of them practises, who is silent, who answered what."""
    actor = current_actor()
    group = access.group_for(actor, group_id, pages.WITH_LEADER)
    wanted = replace(wanted_from(request.args), group=group.id)
    head = pages.head(actor, group)
    found = listing.page(actor, wanted, None if address_parts(wanted) else head.figures.listed)
    at, today, staff = now(), today_in(access.practice_of(actor).time_zone), cases.colleagues(actor)
    answers = pages.last_answers(actor, [each.id for each in found.rows])
    return render_template(
        "practitioner/groups/show.html",
        group=group,
        is_course=head.is_course,
        found=found,
        wanted=wanted,
        fields=filter_fields(wanted),
        figures=words.figures(head.figures),
        counted_at=head.counted_at,
        entries={
            each.id: reason_words.entry(each.asks, at, today, staff) for each in found.rows if each.asks
        },
        answers={client_id: words.answer(each) for client_id, each in answers.items()},
        words=client_words,
        pages=_pages(group, wanted, found),
        **_findable(group),
    )


def put_in(group_id: uuid.UUID) -> Response:
    """Put one client in."""
    with told_on_the_next_page():
        making.put_in(current_actor(), group_id, _client_id())
        flash("They are in the group now.", "success")
    return _to(group_id)


def take_out(group_id: uuid.UUID) -> Response:
    """Take one client out."""
    with told_on_the_next_page():
        making.take_out(current_actor(), group_id, _client_id())
        flash("They are out of the group. Their record and their program stay as they are.", "success")
    return _to(group_id)


def _client_id() -> uuid.UUID:
    form = MemberForm()
    form.validate()
    client_id = form.client_id()
    if client_id is None:
        raise NotFound
    return client_id


def _findable(group: ClientGroup) -> dict[str, Any]:
    """Whom a search to put somebody in finds."""
    text = request.args.get("find", "").strip()[:100]
    actor = current_actor()
    found = listing.page(actor, ClientFilter(text=text)).rows[:MOST_FOUND] if text else []
    return {"find": text, "findable": found}


def _pages(group: ClientGroup, wanted: ClientFilter, found: listing.ClientPage) -> dict[str, str | None]:
    def to(side: str, edge: uuid.UUID | None) -> str | None:
        if edge is None:
            return None
        parts = {**address_parts(wanted), side: str(edge)}
        return url_for("practitioner.groups.show", group_id=group.id, **parts)

    return {"before": to("before", found.before), "after": to("after", found.after)}


def _edit_page(form: GroupForm, group: ClientGroup, *, changed: bool = False) -> str:
    return render_template("practitioner/groups/edit.html", form=form, group=group, changed=changed)


def _to(group_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.groups.show", group_id=group_id), 303)
