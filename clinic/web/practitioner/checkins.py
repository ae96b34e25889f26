"""Check-ins as the practice sees them: today's plan, what waits, what failed, and answers as they come."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.services.access import message_for, practice_of, program_for
from clinic.services.actors import Actor
from clinic.services.checkins import by_hand as checkin_by_hand
from clinic.services.checkins import doubts as checkin_doubts
from clinic.services.checkins import ledger as checkin_ledger
from clinic.services.checkins.ledger import LedgerEntry
from clinic.services.clock import now, today_in
from clinic.services.outbox import promises as outbox
from clinic.services.upkeep import mail_health
from clinic.web.authz import current_actor
from clinic.web.filters import moment
from clinic.web.forms.doubts import OUT_OF_DATE, DoubtAct, DoubtsForm
from clinic.web.mailing import flash_promised
from clinic.web.presenters import checkins as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.security import mail_headers, policy
from clinic.web.speaking import flash
from clinic.web.whose import only_own


def index() -> str:
    """Today's plan, what waits, what failed, what was not sent and why, and the answers of the last days."""
    actor, mine = current_actor(), only_own()
    zone = practice_of(actor).time_zone
    overview = checkin_ledger.overview(actor, _midnight(zone), mine=mine)
    return render_template(
        "practitioner/checkins/index.html",
        today=today_in(zone),
        mine=mine,
        zone=zone,
        health=mail_health.now_is(),
        planned=[words.planned_line(each, zone) for each in overview.planned],
        waiting=[words.line(each, zone) for each in overview.waiting],
        trouble=[words.line(each, zone) for each in overview.trouble],
        doubts=_doubts(overview.trouble, zone),
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


def settle_doubts() -> ResponseReturnValue:
    """Mails that may have arrived did, or are sent again: many with one press."""
    actor, form = current_actor(), DoubtsForm()
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken(OUT_OF_DATE)
        _settle(actor, *form.chosen())
    return redirect(url_for("practitioner.checkins.index"), 303)


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


def _settle(actor: Actor, act: DoubtAct, mails: Sequence[uuid.UUID]) -> None:
    done = _ACTS[act](actor, mails)
    for problem in dict.fromkeys(done.refused):
        flash(problem, "caution")
    number = len(done.mails)
    if not number and not done.refused:
        raise RuleBroken("These mails were settled before. Nothing was changed.")
    if number and act is DoubtAct.AGAIN:
        flash_promised(words.again(number), words.mails(number))
    elif act is DoubtAct.ARRIVED:
        told = {"text": words.arrived(number), **_undo_doubts(done.mails)}
        flash(told, "undo")
    elif act is DoubtAct.UNDO:
        flash(words.doubted(number), "success")


_ACTS = {
    DoubtAct.ARRIVED: checkin_doubts.arrived,
    DoubtAct.AGAIN: checkin_doubts.send_again,
    DoubtAct.UNDO: checkin_doubts.doubt_again,
}


def _undo_doubts(mails: Sequence[uuid.UUID]) -> dict[str, object]:
    fields = {"act": DoubtAct.UNDO.value, "mails": " ".join(str(mail) for mail in mails)}
    return {"url": url_for("practitioner.checkins.settle_doubts"), "fields": fields}


def _doubts(entries: Sequence[LedgerEntry], zone: str) -> DoubtsForm | None:
    """The form for those of these that are in doubt; none where there is one alone, which has its button."""
    lines = [words.doubt_line(each, zone) for each in entries if words.is_doubt(each)]
    if len(lines) < 2:
        return None
    form = DoubtsForm()
    form.offer(lines)
    return form


def _midnight(zone: str) -> datetime:
    return datetime.combine(today_in(zone) + timedelta(days=1), time(), ZoneInfo(zone))
