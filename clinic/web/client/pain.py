"""What a logged pain is answered with, and how it is the morning after."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.words import say
from clinic.services.programs import diary as practice_logs
from clinic.services.programs import pain
from clinic.services.programs.diary import Diary
from clinic.web.authz import current_actor
from clinic.web.forms.practice_logs import EasierForm, MorningForm
from clinic.web.forms.warnings import SignsForm
from clinic.web.presenters import pain_answers as words
from clinic.web.presenters import warnings as sign_words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash


def answer() -> ResponseReturnValue:
    """What to do after a day's log; with a high pain, or one that rose, the warning signs right there."""
    held = practice_logs.diary(current_actor())
    if held.locked:
        return redirect(url_for("client.warnings.show"), 303)
    told = pain.of_day(held, _day(held))
    if told is None:
        raise NotFound
    return render_template("client/pain_answer.html", day=told.day, told=words.day_view(told), **signs(held))


def morning() -> ResponseReturnValue:
    """How it is this morning: asked once, put right as often as somebody likes."""
    actor = current_actor()
    form = MorningForm()
    held = practice_logs.diary(actor)
    if form.validate_on_submit():
        with form.attempt():
            said = pain.say_morning(actor, bool(form.settled.told))
            asks = words.morning_view(said).asks_signs
            return redirect(url_for("client.pain.morning" if asks else "client.today.index"), 303)
    asked = pain.this_morning(held)
    if asked is None:
        for problem in form.form_errors:
            flash(problem, "caution")
        return redirect(url_for("client.today.index"), 303)
    page = render_template(
        "client/pain_morning.html",
        form=form,
        asks=asked.answer is None or bool(form.errors) or request.args.get("change") == "1",
        morning=words.morning_view(asked),
        **signs(held),
    )
    return page, 422 if form.errors else 200


def easier() -> ResponseReturnValue:
    """Take an easier way of a move for today."""
    form = EasierForm()
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken(pain.NOTHING_TO_EASE)
        way = pain.take_easier(current_actor(), form.move_id, form.way.data or 0)
        flash(say("Today in this way: %(way)s. Your log says so.", way=way.rstrip(".")), "success")
    return redirect(url_for("client.today.index"), 303)


def signs(held: Diary) -> dict[str, Any]:
    """The form of the warning signs, as it stands below an answer."""
    form = SignsForm(formdata=None)
    form.offer(sign_words.all_signs())
    groups = sign_words.groups(held.client.practice)
    return {"signs": form, "groups": groups, "signs_title": words.signs_title()}


def _day(held: Diary) -> date:
    try:
        return date.fromisoformat(request.args.get("day", held.today.isoformat()))
    except ValueError:
        raise NotFound from None
