"""Check-ins as the practice sees them: today's plan, what waits, what failed, and answers as they come."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.services.access import message_for, practice_of, program_for
from clinic.services.checkins import by_hand as checkin_by_hand
from clinic.services.checkins import ledger as checkin_ledger
from clinic.services.clock import now, today_in
from clinic.services.outbox import promises as outbox
from clinic.services.upkeep import mail_health
from clinic.web.authz import current_actor
from clinic.web.filters import moment
from clinic.web.mailing import flash_promised
from clinic.web.presenters import checkins as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.security import mail_headers, policy


def index() -> str:
    """Today's plan, what waits, what failed, what was not sent and why, and the answers of the last days."""
    actor = current_actor()
    zone = practice_of(actor).time_zone
    overview = checkin_ledger.overview(actor, _midnight(zone))
    return render_template(
        "practitioner/checkins/index.html",
        today=today_in(zone),
        zone=zone,
        health=mail_health.now_is(),
        planned=[words.planned_line(each, zone) for each in overview.planned],
        waiting=[words.line(each, zone) for each in overview.waiting],
        trouble=[words.line(each, zone) for each in overview.trouble],
        skipped=[words.line(each, zone) for each in overview.skipped],
        answers=[_answer(each, zone) for each in overview.answers],
    )


def send_now(program_id: uuid.UUID) -> ResponseReturnValue:
    """Send a check-in of a program without waiting for its day."""
    actor = current_actor()
    program = program_for(actor, program_id)
    with told_on_the_next_page():
        checkin = checkin_by_hand.send_now(actor, program_id)
        later = checkin.due_at > now()
        when = moment(checkin.due_at, practice_of(actor).time_zone) if later else ""
        leaves = f"It goes out on {when}, when mail may arrive." if later else "It is on its way."
        flash_promised(leaves, "The check-in")
    return redirect(url_for("practitioner.clients.checkins", client_id=program.client_id), 303)


def resend(message_id: uuid.UUID) -> ResponseReturnValue:
    """Try a mail again that failed or may not have arrived."""
    actor = current_actor()
    message = message_for(actor, message_id)
    with told_on_the_next_page():
        outbox.resend(actor, message)
        flash_promised("It is on its way again.", "The mail")
    if message.client_id is None:
        return redirect(url_for("practitioner.checkins.index"), 303)
    return redirect(url_for("practitioner.clients.checkins", client_id=message.client_id), 303)


def preview() -> ResponseReturnValue:
    """The check-in mail as a client gets it, in a frame of its own."""
    mail = checkin_ledger.preview(current_actor())
    page = render_template("practitioner/checkins/preview.html", mail=mail)
    return page, {"Content-Security-Policy": policy(frames=True)}


def preview_html() -> ResponseReturnValue:
    """The mail itself: its inline styles are its own, so it may run and load nothing."""
    return checkin_ledger.preview(current_actor()).html, mail_headers()


def preview_send() -> ResponseReturnValue:
    """Mail it to oneself."""
    checkin_ledger.preview_to_self(current_actor())
    flash_promised("The preview is on its way to your own address.", "The preview")
    return redirect(url_for("practitioner.checkins.preview"), 303)


def _answer(entry: checkin_ledger.LedgerEntry, zone: str) -> words.CheckinAnswerLine | None:
    answer = entry.answer
    return (
        words.answer_line(entry.checkin.client, answer, moment(answer.answered_at, zone)) if answer else None
    )


def _midnight(zone: str) -> datetime:
    return datetime.combine(today_in(zone) + timedelta(days=1), time(), ZoneInfo(zone))
