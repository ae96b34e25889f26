"""Reports of progress: read, signed, given to the client, withdrawn; what was signed stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.progress_reports import ReportReader, digest
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import ProgressReport
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.transaction import one_at_a_time, transaction

WHOLE = joinedload(ProgressReport.client), joinedload(ProgressReport.signer)
WITHDRAWN = say("This report was withdrawn. Sign a new one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """A report as it is to be signed: what it says now, and by its digest what its signer has read."""

    reader: ReportReader
    since: date
    until: date
    content: Mapping[str, Any]
    seen: str
    words: str


def whole(actor: Actor, progress_report_id: uuid.UUID) -> ProgressReport:
    """A report with its client and its signer; a client reads those that were given to them. One query."""
    return access.progress_report_for(actor, progress_report_id, *WHOLE)


def sign(actor: Actor, client_id: uuid.UUID, key: str, wish: ReportWish) -> ProgressReport:
    """Put the actor's name under a report; Conflict where it says something else than was read.

    A form pressed twice signs once.
    """
    with transaction():
        client = access.client_for(actor, client_id)
        _must_sign(actor)
        report_id = once.id_of(ProgressReport, actor.practice_id, key, client.id, wish.reader)
        if made := once.made_before(ProgressReport, actor.practice_id, report_id):
            return made
        if digest(wish.content) != wish.seen:
            raise Conflict
        row = ProgressReport(
            id=report_id,
            practice_id=client.practice_id,
            client_id=client.id,
            reader=wish.reader,
            since=wish.since,
            until=wish.until,
            content=dict(wish.content),
            words=wish.words.strip(),
            signed_by=actor.user_id,
            signed_at=now(),
        )
        row, is_new = once.add(row)
        if is_new:
            _note(actor, row, "signed", reader=wish.reader.value)
    return row


def give(actor: Actor, progress_report_id: uuid.UUID, words: str) -> ProgressReport:
    """Let the client find a report on their pages, and tell them so by a message; a second press is none."""
    with transaction():
        row = _taken(actor, progress_report_id)
        if row.withdrawn_at is not None:
            raise RuleBroken(WITHDRAWN)
        if row.given_at is None:
            row.given_at = now()
            writing.tell(actor, row.client_id, row.id.hex, words)
            _note(actor, row, "given")
    return row


def withdraw(actor: Actor, progress_report_id: uuid.UUID) -> ProgressReport:
    """Take a report back: the client finds it no more, and its page says so; what it said stays."""
    with transaction():
        row = _taken(actor, progress_report_id)
        if row.withdrawn_at is None:
            row.withdrawn_at = now()
            _note(actor, row, "withdrawn")
    return row


def _taken(actor: Actor, progress_report_id: uuid.UUID) -> ProgressReport:
    row = access.progress_report_for(actor, progress_report_id)
    if not actor.is_staff:
        raise NotFound
    _must_sign(actor)
    one_at_a_time(ProgressReport, row.id)
    db.session.refresh(row)
    return row


def _must_sign(actor: Actor) -> None:
    if not actor.may(Permission.SIGN_REPORTS):
        raise Forbidden("A practitioner or the owner signs reports of progress, and gives them to clients.")


def _note(actor: Actor, row: ProgressReport, verb: str, **details: str) -> None:
    audit.record(actor, f"progress_report.{verb}", client_id=row.client_id, subject_id=row.id, **details)
