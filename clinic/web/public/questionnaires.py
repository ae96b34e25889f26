"""Questions behind a mailed link, or on a tablet in the practice: a page each, stored as it is sent.

Looking stores nothing. What was answered is never shown here: a link in a mail can be opened by others.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.asking import AnswerSource
from clinic.services.questionnaires import pain
from clinic.services.questionnaires.answering import answer_link
from clinic.services.questionnaires.pages import OpenedQuestions, open_link
from clinic.web.forms.questionnaire_answers import answers_form
from clinic.web.presenters.chrome import chrome
from clinic.web.presenters.pain_answers import week_view

GONE = 410


def show(secret: str) -> ResponseReturnValue:
    """How many pages there are and where they begin; or, once all are answered, what comes now."""
    opened = open_link(secret)
    if opened.is_closed:
        return _render("public/questionnaire_closed.html", opened), GONE
    name = "done" if opened.is_done else "start"
    links = [
        (page, url_for("public.questionnaires.ask", secret=secret, number=page.number))
        for page in opened.pages
    ]
    told = None if opened.source is AnswerSource.TABLET else week_view(pain.ruling(opened))
    return _render(f"public/questionnaire_{name}.html", opened, links=links, told=told)


def ask(secret: str, number: int) -> ResponseReturnValue:
    """One questionnaire: show it, or store what was answered and go on."""
    opened = open_link(secret)
    page = opened.page(number)
    if not page.may_change:
        return redirect(url_for("public.questionnaires.show", secret=secret), 303)
    form = answers_form(page)
    if form.is_answered:
        with form.attempt():
            answer_link(secret, number, form.given())
            return redirect(_next(secret, number), 303)
    shown = _render(
        "public/questionnaire_page.html",
        opened,
        form=form,
        page=page,
        again=page.response is not None,
        is_last=opened.is_last(number),
        back_url=url_for("public.questionnaires.show", secret=secret),
    )
    return shown, 422 if form.errors else 200


def _next(secret: str, number: int) -> str:
    following = open_link(secret).next_number
    if following is None:
        return url_for("public.questionnaires.show", secret=secret)
    return url_for("public.questionnaires.ask", secret=secret, number=following)


def _render(template: str, opened: OpenedQuestions, **context: Any) -> str:
    around = chrome(opened.practice, None) or {}
    on_tablet = opened.source is AnswerSource.TABLET
    if opened.client.user_id is not None and not on_tablet:  # the page behind it wants the client signed in
        around["warning_signs_url"] = url_for("client.warnings.show")
    return render_template(
        template,
        chrome=around,
        opened=opened,
        on_tablet=on_tablet,
        **context,
    )
