"""The inbox: who waits for an answer, and that somebody was called or needs none."""

from __future__ import annotations

import uuid

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.errors import RuleBroken
from clinic.services import access, waits
from clinic.services import inbox as service
from clinic.services.attention.cases import colleagues
from clinic.web.authz import current_actor
from clinic.web.forms.inbox import OUT_OF_DATE, AssignThreadForm, PhoneForm, SeenWaitForm
from clinic.web.presenters import inbox as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash
from clinic.web.whose import only_own

CHANGED = "inbox-changed"  # said to an open inbox, which then shows who waits now
Answer = Response | str | tuple[str, int]


def index() -> str:
    """Unanswered first, the longest waiting on top; then whose waiting ended lately."""
    actor, mine = current_actor(), only_own()
    zone = access.practice_of(actor).time_zone
    page = service.inbox(actor, everybody=request.args.get("show") == "all", mine=mine)
    return render_template(
        "practitioner/inbox/index.html",
        waiting=[words.waiting(each, page.at, zone) for each in page.waiting],
        answered=[words.answered(each, page.at, zone) for each in page.answered],
        headline=words.headline(page),
        has_more=len(page.waiting) < min(page.count, service.MOST),
        promise=waits.promise_of(actor.practice_id).in_words(),
        mine=mine,
    )


def unread() -> Response:
    """How many wait whose words the reader has not seen; an open page that shows as many is told nothing."""
    number = current_user.unread
    if request.args.get("shown") == str(number):
        return Response(status=204)
    answer = make_response(render_template("practitioner/inbox/unread.html", unread=number))
    answer.headers["HX-Trigger"] = CHANGED
    return answer


def phone(wait_id: uuid.UUID) -> Answer:
    """Somebody was called: what was said, for the practice alone."""
    wait = access.wait_for(current_actor(), wait_id)
    form = PhoneForm(data={"seen": wait.last_at.isoformat()})
    if form.validate_on_submit():
        with form.attempt():
            said = form.text.data or ""
            service.answered_by_phone(current_actor(), wait_id, form.seen_at, form.key.data or "", said)
            return _ended(AnsweredHow.PHONE)
    client = access.client_for(current_actor(), wait.client_id)
    page = render_template("practitioner/inbox/phone.html", form=form, client=client, wait=wait)
    return page, 422 if form.errors else 200


def assign(wait_id: uuid.UUID) -> Answer:
    """Who of the practice answers."""
    actor = current_actor()
    wait = access.wait_for(actor, wait_id)
    form = AssignThreadForm()
    form.offer(colleagues(actor))
    if form.validate_on_submit():
        with form.attempt():
            name = service.assign(actor, wait_id, form.user_id)
            flash(f"{name} answers." if name else "Whoever comes first answers.", "success")
            return _back()
    client = access.client_for(actor, wait.client_id)
    page = render_template("practitioner/inbox/assign.html", form=form, client=client)
    return page, 422 if form.errors else 200


def needless(wait_id: uuid.UUID) -> Response:
    """What was written needs no answer."""
    with told_on_the_next_page():
        form = SeenWaitForm()
        if not form.validate_on_submit():
            raise RuleBroken(OUT_OF_DATE)
        service.needs_no_answer(current_actor(), wait_id, form.seen_at)
        return _ended(AnsweredHow.NEEDLESS)
    return _back()


def back(wait_id: uuid.UUID) -> Response:
    """They wait after all."""
    with told_on_the_next_page():
        service.go_on_waiting(current_actor(), wait_id)
        flash("They are back among those who wait.", "success")
    return _back()


def _ended(how: AnsweredHow) -> Response:
    flash(f"{words.HOW_WORDS[how]}. “Bring back” stands below for half an hour.", "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("practitioner.inbox.index"), 303)
