"""What comes to the bounce address: reports about mails of ours, complaints, wishes to be taken off, replies.

Only a mark of our own making ties a report to a mail; without it nothing changes, whatever the report says.
What a person wrote is kept for the practice to read.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from clinic.domain.bounces import IN_WORDS, BounceCause
from clinic.domain.errors import ClinicError, LinkProblem
from clinic.domain.mail_replies import ReplyRuling
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.mail.reports import BounceReport, ReportKind, read_report
from clinic.models import Client, OutboxMessage
from clinic.services import links
from clinic.services.clients import subscriptions
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.sending import arrivals
from clinic.services.sending import bounces as sending_bounces
from clinic.services.sending import results as sending_results
from clinic.services.sending.results import HELD, ClaimedMail
from clinic.services.transaction import transaction

OVER = (OutboxState.SENT, OutboxState.IN_DOUBT)  # what a report can put right
_MAIL_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_UNSUBSCRIBE = re.compile(r"(?i)\bunsubscribe\s+([A-Za-z0-9_.-]{20,200})")


_TAKEN = {
    ReplyRuling.THREAD: "written by a client: it stands in their messages",
    ReplyRuling.HELD: "written by somebody: kept for the practice",
    ReplyRuling.REFUSED: "Too many mails came from your address within an hour. Please phone your practice.",
    ReplyRuling.OURS: "a mail of our own: nothing to do",
}


class NotYet(ClinicError):
    """The mail is being sent at this moment: the same report can be taken a little later."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What a mail was and what came of it, for whoever handed it in; it names no person."""

    words: str
    mail_id: uuid.UUID | None = None
    is_nobodys: bool = False  # somebody wrote it, and nobody would read it: its sender must hear that


@across_practices("mail comes back to one address")
def take_in(raw: bytes) -> IntakeResult:
    """Take one mail from the bounce address; raises NotYet for a report that comes too soon."""
    report = read_report(raw)
    if report.kind in (ReportKind.FAILED, ReportKind.COMPLAINT):
        return _about_a_mail(report)
    if report.kind is ReportKind.DELAYED:
        return IntakeResult("no failure: nothing to do")
    if found := _UNSUBSCRIBE.search(report.subject):
        return _taken_off(found.group(1))
    if report.kind is ReportKind.AUTOMATIC:
        return IntakeResult("an automatic answer: nothing to do")
    if report.kind is ReportKind.PERSON:
        return _from_somebody(report, raw)
    return IntakeResult("not a report: nothing to do")


def _from_somebody(report: BounceReport, raw: bytes) -> IntakeResult:
    ruling = arrivals.take(report, raw, lambda: _marked(report) or _answered(report))
    if ruling is not None:
        return IntakeResult(_TAKEN[ruling], is_nobodys=ruling is ReplyRuling.REFUSED)
    if report.is_answer:
        return IntakeResult("Nobody reads this address. Please write to your practice.", is_nobodys=True)
    return IntakeResult("not a report: nothing to do")


def _taken_off(secret: str) -> IntakeResult:
    try:
        subscriptions.stop_by_link(secret)
    except LinkProblem:
        return IntakeResult("a wish to be taken off that is not of our making: nothing changed")
    return IntakeResult("taken off")


def _about_a_mail(report: BounceReport) -> IntakeResult:
    with transaction():
        row = _marked(report)
        if row is None:
            return IntakeResult("about no mail of ours: nothing changed")
        if row.state is OutboxState.LEASED:
            raise NotYet("This mail is being sent at this moment.")
        if report.kind is ReportKind.COMPLAINT:
            return _complaint(row)
        if report.is_from_somebody:
            return IntakeResult("a report that no mail server sent: nothing changed", row.id)
        return _came_back(row, report, now())


def _marked(report: BounceReport) -> ClaimedMail | None:
    """The row of the first mail of ours that a report names, locked."""
    for text in report.texts:
        for mail_id in links.marked_mails(text):
            row = db.session.execute(HELD.where(OutboxMessage.id == mail_id).with_for_update()).first()
            if row is not None:
                return ClaimedMail(*row)
    return None


def _answered(report: BounceReport) -> ClaimedMail | None:
    """The mail that a reply says it answers: no proof, but who does not have the mail cannot know its id."""
    for found in _MAIL_ID.findall(report.answers.lower()):
        row = db.session.execute(HELD.where(OutboxMessage.id == uuid.UUID(found))).first()
        if row is not None:
            return ClaimedMail(*row)
    return None


def _complaint(row: ClaimedMail) -> IntakeResult:
    theirs = select(Client).where(Client.practice_id == row.practice_id, sending_results.whose(row))
    client = db.session.scalar(theirs)
    if client is None:
        return IntakeResult("a complaint about mail that cannot be stopped: nothing changed", row.id)
    subscriptions.stop_after_complaint(client)
    return IntakeResult("a complaint: all mail that can be stopped is stopped", row.id)


def _came_back(row: ClaimedMail, report: BounceReport, at: datetime) -> IntakeResult:
    failure = report.failure_of(row.to_address or "")
    if failure.cause is BounceCause.ADDRESS and not report.names(row.to_address or ""):
        # whoever holds one of our mails can make up a report about it; a server says whom it did not find
        failure = replace(failure, cause=BounceCause.UNKNOWN)
    words = ": ".join(part for part in (IN_WORDS[failure.cause], failure.words) if part)
    if row.state in OVER:
        sending_results.came_back(row, failure.cause, words, failure.words, at)
    elif failure.cause is BounceCause.ADDRESS and row.to_address:
        # of a mail that is over already, or waits to go out again
        whose = sending_results.whose(row)
        sending_bounces.note(row.practice_id, whose, row.to_address, failure.words or words, at)
    return IntakeResult(IN_WORDS[failure.cause], row.id)
