"""Check-ins as the practice sees them: today's plan, what waits, what failed, and answers as they come."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.services import checkins, outbox
from clinic.services.access import message_for, practice_of
from clinic.services.clock import today_in
from clinic.web.authz import current_actor
from clinic.web.filters import moment
from clinic.web.presenters import checkins as words
from clinic.web.security import mail_headers, policy


def index() -> str:
    """Today's plan, what waits, what failed, and the answers of the last days."""
    actor = current_actor()
    zone = practice_of(actor).time_zone
    overview = checkins.overview(actor, _midnight(zone))
    return render_template(
        "practitioner/checkins/index.html",
        today=today_in(zone),
        zone=zone,
        planned=[words.planned_line(each, zone) for each in overview.planned],
        waiting=[words.line(each, zone) for each in overview.waiting],
        trouble=[words.line(each, zone) for each in overview.trouble],
        answers=[_answer(each, zone) for each in overview.answers],
    )


def resend(message_id: uuid.UUID) -> ResponseReturnValue:
    """Try a mail again that failed or may not have arrived."""
    actor = current_actor()
    message = message_for(actor, message_id)
    try:
        outbox.resend(actor, message)
    except RuleBroken as problem:
        flash(problem.message, "caution")
    else:
        flash("It is on its way again.", "success")
    if message.client_id is None:
        return redirect(url_for("practitioner.checkins.index"), 303)
    return redirect(url_for("practitioner.clients.checkins", client_id=message.client_id), 303)


def preview() -> ResponseReturnValue:
    """The check-in mail as a client gets it, in a frame of its own."""
    page = render_template("practitioner/checkins/preview.html", mail=checkins.preview(current_actor()))
    return page, {"Content-Security-Policy": policy(frames=True)}


def preview_html() -> ResponseReturnValue:
    """The mail itself: its inline styles are its own, so it may run and load nothing."""
    return checkins.preview(current_actor()).html, mail_headers()


def preview_send() -> ResponseReturnValue:
    """Mail it to oneself."""
    checkins.preview_to_self(current_actor())
    flash("The preview is on its way to your own address.", "success")
    return redirect(url_for("practitioner.checkins.preview"), 303)


def _answer(entry: checkins.Entry, zone: str) -> words.AnswerLine | None:
    answer = entry.answer
    return (
        words.answer_line(entry.checkin.client.name, answer, moment(answer.answered_at, zone))
        if answer
        else None
    )


def _midnight(zone: str) -> datetime:
    return datetime.combine(today_in(zone) + timedelta(days=1), time(), ZoneInfo(zone))
