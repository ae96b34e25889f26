"""What comes to the bounce address: reports about mails of ours, complaints, and wishes to be taken off.

Only a mark of our own making ties a report to a mail; without it nothing changes, whatever the report says.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, select

from clinic.domain.bounces import IN_WORDS, BounceCause, fault_of
from clinic.domain.errors import ClinicError, LinkProblem
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.mail.reports import BounceReport, ReportKind, read_report
from clinic.models import Client, OutboxMessage
from clinic.services import links
from clinic.services.clients import subscriptions
from clinic.services.clock import now
from clinic.services.sending import bounces as sending_bounces
from clinic.services.sending import results as sending_results
from clinic.services.sending.results import HELD, ClaimedMail
from clinic.services.transaction import transaction

OVER = (OutboxState.SENT, OutboxState.IN_DOUBT)  # what a report can put right
_UNSUBSCRIBE = re.compile(r"(?i)\bunsubscribe\s+([A-Za-z0-9_.-]{20,200})")


class NotYet(ClinicError):
    """The mail is being sent at this moment: the same report can be taken a little later."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What a mail was and what came of it, for whoever handed it in; it names no person."""

    words: str
    mail_id: uuid.UUID | None = None


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
        return _came_back(row, report, now())


def _marked(report: BounceReport) -> ClaimedMail | None:
    """The row of the first mail of ours that a report names, locked."""
    for text in report.texts:
        for mail_id in links.marked_mails(text):
            row = db.session.execute(HELD.where(OutboxMessage.id == mail_id).with_for_update()).first()
            if row is not None:
                return ClaimedMail(*row)
    return None


def _complaint(row: ClaimedMail) -> IntakeResult:
    whose = _whose(row)
    client = db.session.scalar(select(Client).where(Client.practice_id == row.practice_id, whose))
    if client is None:
        return IntakeResult("a complaint about mail that cannot be stopped: nothing changed", row.id)
    subscriptions.stop_after_complaint(client)
    return IntakeResult("a complaint: all mail that can be stopped is stopped", row.id)


def _came_back(row: ClaimedMail, report: BounceReport, at: datetime) -> IntakeResult:
    fault = fault_of(report.status)
    words = ": ".join(part for part in (IN_WORDS[fault], report.words) if part)
    if row.state in OVER:
        sending_results.came_back(row, words, report.words, at)
    if fault is BounceCause.ADDRESS and row.to_address:
        sending_bounces.note(row.practice_id, _whose(row), row.to_address, report.words or words, at)
    return IntakeResult(IN_WORDS[fault], row.id)


def _whose(row: ClaimedMail) -> ColumnElement[bool]:
    if row.client_id is None and row.user_id is None:
        return false()
    return Client.id == row.client_id if row.client_id else Client.user_id == row.user_id
