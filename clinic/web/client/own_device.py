"""A client's own device: it keeps their moves, and sends what was logged without a network."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.types import LogOutcome, ProgramStatus
from clinic.domain.words import one_after_another, say
from clinic.services.accounts import sessions
from clinic.services.programs import diary, late_logs, practising
from clinic.web.authz import FORGET, current_actor
from clinic.web.forms.practice_logs import LateLogForm, LogForm, LogQuestions
from clinic.web.marks_on_devices import mark_of
from clinic.web.presenters.practising import kept_view, moves_key
from clinic.web.presenters.warnings import groups
from clinic.web.speaking import flash, here

MOST_WAITING = 999  # more is no number of logs
KEEPS_NOW = say("This device keeps your moves now.")
KEEPS_NOTHING = say("This device keeps nothing of yours.")
OTHER_CLOCK = say("Your phone’s clock showed another day. We went by ours.")
OF_ANOTHER = say("This log is another person’s. It is not saved here.")
IT_HURT = say("That it hurt is saved, too.")
CHANGED_SINCE = say("Your program has changed since your phone kept it.")


def show() -> str:
    """Say what a device would keep, or keeps."""
    return render_template("client/own_device.html", is_own=current_user.own_device)


def change(choice: str) -> ResponseReturnValue:
    """Have this browser keep the moves, or forget them."""
    is_own = choice == "on"
    sessions.call_own(current_actor(), current_user.session_id, is_own=is_own)
    flash(KEEPS_NOW if is_own else KEEPS_NOTHING, "success")
    answer = redirect(url_for("client.own_device.show"), 303)
    if not is_own:
        answer.headers["Clear-Site-Data"] = FORGET
    return answer


def waiting() -> ResponseReturnValue:
    """Say that logs wait before a press makes this device forget them, and offer to send them first."""
    number = request.args.get("logs", 0, type=int)
    if not 0 < number <= MOST_WAITING:
        return redirect(url_for("client.own_device.show"), 303)
    signs_out = request.args.get("way") != "off"
    return render_template("client/waiting_logs.html", number=number, signs_out=signs_out)


def kept() -> str:
    """The page that such a device keeps: the moves, guided practice and a log, and nobody's name."""
    found = practising.of_today(current_actor())
    held = found.diary
    has_moves = not held.locked and held.status is not ProgramStatus.PAUSED and found.whole
    return render_template(
        "client/kept.html",
        today=held.today,
        practice_view=kept_view(found) if has_moves else None,
        form=LogForm.for_day(held.today, None, LogQuestions()),
        groups=groups(held.client.practice),
    )


def log() -> ResponseReturnValue:
    """Take a log that waited on the device; what became of it is said in words."""
    said, status = _taken(LateLogForm())
    if "X-Tick" in request.headers:  # a script sends it, and says on its own page what came of it
        return {"said": here().spoken(said)}, status
    flash(said, "success" if status == 200 else "caution")
    return redirect(url_for("client.today.index"), 303)


def _taken(form: LateLogForm) -> tuple[str, int]:
    if not form.validate_on_submit():
        return say("One of your logs could not be read. Please log that day by hand."), 422
    actor, late = current_actor(), form.late_log()
    if form.mark.data != mark_of(actor.user_id):
        return OF_ANOTHER, 409  # a tab of whoever was signed in here before
    try:
        found = late_logs.log_late(actor, late)
    except RuleBroken as problem:
        day = day_in_words(late.said_for)
        return say("%(day)s is not saved. %(problem)s", day=day, problem=problem.message), 422
    said = [_saved(day_in_words(found.day), late.outcome)]
    if late.sore:
        said.append(IT_HURT)
    if found.is_corrected:
        said.append(OTHER_CLOCK)
    if kept := diary.kept_in_words(diary.diary(actor), found.day):
        said.append(kept)
    if form.moves.data != moves_key(practising.of_today(actor)):
        said.append(CHANGED_SINCE)
    return one_after_another(said), 200


def _saved(day: str, outcome: LogOutcome) -> str:
    match outcome:
        case LogOutcome.DONE:
            return say("Saved for %(day)s: done.", day=day)
        case LogOutcome.PARTLY:
            return say("Saved for %(day)s: partly.", day=day)
        case LogOutcome.NOT_DONE:
            return say("Saved for %(day)s: not today.", day=day)
