"""A signed-in client's own open questions."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.words import say
from clinic.services.questionnaires import pain
from clinic.services.questionnaires.answering import answer_own
from clinic.services.questionnaires.pages import open_of_own, open_own
from clinic.web.authz import current_actor
from clinic.web.forms.questionnaire_answers import answers_form
from clinic.web.presenters.pain_answers import week_view
from clinic.web.speaking import flash


def index() -> str:
    """What is to be answered, and what was answered today and may still be changed."""
    asked = open_of_own(current_actor())
    told = {each.request.id: week_view(pain.ruling(each)) for each in asked}
    return render_template("client/questionnaires.html", asked=asked, told=told)


def ask(request_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """One questionnaire: show it, or store what was answered and go on."""
    actor = current_actor()
    opened = open_own(actor, request_id)
    page = opened.page(number)
    if not page.may_change:
        return redirect(url_for("client.questionnaires.index"), 303)
    form = answers_form(page, filled=page.response)
    if form.is_answered:
        with form.attempt():
            answer_own(actor, request_id, number, form.given())
            return redirect(_next(request_id), 303)
    shown = render_template(
        "client/questionnaire.html",
        form=form,
        page=page,
        opened=opened,
        again=page.response is not None,
        is_last=opened.is_last(number),
    )
    return shown, 422 if form.errors else 200


def _next(request_id: uuid.UUID) -> str:
    following = open_own(current_actor(), request_id).next_number
    if following is not None:
        return url_for("client.questionnaires.ask", request_id=request_id, number=following)
    flash(say("Thank you. Your answers are with us."), "success")
    return url_for("client.questionnaires.index")
