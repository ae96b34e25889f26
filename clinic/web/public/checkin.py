"""A check-in, opened from its mail: the warning signs first, then the questions, then closing words.

Looking stores nothing, however often and by whom. What was answered is never shown here: a link in a mail
can be opened by others.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from clinic.domain.answers import AnswerStage
from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.types import Tier
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import opening as checkin_opening
from clinic.services.checkins import pain as checkin_pain
from clinic.services.checkins.opening import OpenedCheckin
from clinic.services.clock import now
from clinic.services.programs import quiet, stopping
from clinic.web.forms.checkins import QuestionsForm
from clinic.web.forms.noticing import StoppingForm
from clinic.web.forms.warnings import CheckinSignsForm, SignsForm, TakenBackForm
from clinic.web.presenters import pain_answers as pain_words
from clinic.web.presenters import warnings as words
from clinic.web.presenters.chrome import chrome

GONE = 410


def show(secret: str) -> ResponseReturnValue:
    """The warning signs, and after them where the check-in stands."""
    opened = checkin_opening.open_link(secret)
    if opened.visit.is_archived:
        return _archived(opened)
    form = CheckinSignsForm()
    form.offer(words.all_signs())
    if request.method == "POST":
        return _signs_sent(opened, secret, form)
    if opened.stage is AnswerStage.QUESTIONS:
        return _to_questions(secret)
    if opened.stage is AnswerStage.CLOSED:
        return _page("public/checkin_closed.html", opened), GONE
    if opened.stage is AnswerStage.SIGNS:
        return _signs(opened, secret, form)
    return _closing(opened, secret)


def questions(secret: str) -> ResponseReturnValue:
    """The questions, once the warning signs have been asked."""
    opened = checkin_opening.open_link(secret)
    if opened.visit.is_archived:
        return _archived(opened)
    if opened.visit.is_closed:
        return _page("public/checkin_closed.html", opened), GONE
    if not opened.visit.may_answer:
        return _to_start(secret)
    form = QuestionsForm()
    form.ask(checkin_opening.named_mistake(opened.checkin))
    if form.validate_on_submit():
        with form.attempt():
            checkin_answers.answer(secret, form.given())
            return _to_start(secret)
    again = opened.answer is not None
    page = _page("public/checkin_questions.html", opened, form=form, again=again)
    return page, 422 if form.errors else 200


def why(secret: str) -> ResponseReturnValue:
    """Why somebody has stopped, in one press; what was said is not shown, since others may hold this link."""
    opened = checkin_opening.open_link(secret)
    if opened.visit.is_archived:
        return _archived(opened)
    if opened.flag is not None:
        return _to_start(secret)  # what to do about a warning sign comes first
    form = StoppingForm()
    if form.validate_on_submit():
        with form.attempt():
            stopping.say_by_link(secret, form.because.data)
            return redirect(url_for("public.checkin.why", secret=secret), 303)
    found = stopping.standing(opened.client)
    again = bool(form.errors) or request.args.get("change") == "1"
    page = _page(
        "public/checkin_why.html",
        opened,
        form=form,
        reasons=[*CLIENTS_WORDS.items()],
        asks=again or not found.has_said,
        runs=found.runs,
        has_page=opened.client.user_id is not None,
        practice=opened.practice,
        why_url=url_for("public.checkin.why", secret=secret),
        change_url=url_for("public.checkin.why", secret=secret, change=1),
        start_url=url_for("public.checkin.show", secret=secret),
    )
    return page, 422 if form.errors else 200


def taken_back(secret: str) -> ResponseReturnValue:
    """A sign was ticked by mistake: the practice reads why."""
    opened = checkin_opening.open_link(secret)
    if opened.visit.is_archived:
        return _archived(opened)
    form = TakenBackForm()
    if form.validate_on_submit():
        with form.attempt():
            checkin_answers.take_signs_back(secret, form.reason.data or "")
            return _to_start(secret)
    start = url_for("public.checkin.show", secret=secret)
    page = _page("public/checkin_taken_back.html", opened, form=form, start_url=start)
    return page, 422 if form.errors else 200


def _signs_sent(opened: OpenedCheckin, secret: str, form: CheckinSignsForm) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _signs(opened, secret, form), 422
    if form.signs.data:
        flag = checkin_answers.name_signs(secret, form.signs.data)
        return {"tier": flag.tier.value} if _is_tick() else _to_start(secret)
    checkin_answers.deny_signs(secret)
    return _to_start(secret) if opened.answer else _to_questions(secret)


def _is_tick() -> bool:
    """Whether a script sent one tick as it was made, and stays on its page."""
    return "X-Tick" in request.headers


def _signs(opened: OpenedCheckin, secret: str, form: CheckinSignsForm) -> str:
    return _page(
        "public/checkin_signs.html",
        opened,
        form=form,
        signs=words.emergency_signs(),
        advices=[words.advice(Tier.E, opened.practice)],
        taken_back_url=url_for("public.checkin.taken_back", secret=secret),
    )


def _archived(opened: OpenedCheckin) -> ResponseReturnValue:
    """The record was put away, and nobody would read an answer: the signs and the numbers, to be called."""
    around = {"practice": opened.practice, "groups": words.groups(opened.practice)}
    return _page("public/checkin_archived.html", opened, **around), GONE


def _closing(opened: OpenedCheckin, secret: str) -> str:
    tier = opened.flag.tier if opened.flag else Tier.N
    form = SignsForm(formdata=None)
    form.offer(words.all_signs())
    return _page(
        "public/checkin_closing.html",
        opened,
        advice=words.advice(tier, opened.practice),
        answered=opened.answer is not None,
        may_take_back=opened.flag is not None and opened.flag.taken_back_at is None,
        taken_back_url=url_for("public.checkin.taken_back", secret=secret),
        told=pain_words.week_view(checkin_pain.ruling(opened)),
        practice=opened.practice,
        signs=form,
        signs_title=pain_words.signs_title(),
        groups=words.groups(opened.practice),
        signs_url=url_for("public.checkin.show", secret=secret),
        reasons=[*CLIENTS_WORDS.items()] if _asks_why(opened) else [],
        why_url=url_for("public.checkin.why", secret=secret),
        questions_url=None if opened.visit.is_closed else url_for("public.checkin.questions", secret=secret),
    )


def _asks_why(opened: OpenedCheckin) -> bool:
    return opened.flag is None and quiet.is_asked(opened.client, now())


def _page(template: str, opened: OpenedCheckin, **context: Any) -> str:
    return render_template(template, chrome=chrome(opened.practice, None), **context)


def _to_start(secret: str) -> Response:
    return redirect(url_for("public.checkin.show", secret=secret), 303)


def _to_questions(secret: str) -> Response:
    return redirect(url_for("public.checkin.questions", secret=secret), 303)
