"""Mails whose sender died or froze: what its journal and its marks prove is believed, the rest is in doubt.

A dead process of this machine is known by its journal at once; one of another machine is lost when its lease
has run out, and then its marks are all there is (ADR 5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, delete, exists, select

from clinic.domain.dates import day_in_words, time_in_words
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.mail.journal import SUFFIX, AttemptFate, Replay, boot_id, dead_journals, replay
from clinic.mail.marks import Mark, Marks, marked_fate
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import OutboxMessage, Practice, SendingBatch
from clinic.services import bulk
from clinic.services.clock import now
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import limits as sending_limits
from clinic.services.sending.results import HELD, ClaimedMail, settle
from clinic.services.transaction import glance, transaction

FROZEN_AFTER = timedelta(hours=2)  # past the lease; more than a wall clock is ever moved by an hour
UNMARKED_AFTER = timedelta(minutes=27)  # past the lease, of a batch whose row the database has lost

TAKEN = "sent; read from the journal of a sender that died"
NOTED = "sent; noted by a machine that was lost since"
DIED = "the program that was sending it ended before the server answered: it may have arrived"
LOST = "the machine that was sending it was lost {when}: it may have arrived"
NOTHING_LEFT = "what its sender noted is lost with its machine: it may have arrived"


class _Batch(NamedTuple):
    """A batch's row."""

    token: UUID
    sender: str
    held_until: datetime
    mails: str
    marks: str

    @property
    def of_mails(self) -> dict[UUID, Mark]:
        """Its marks by mail; none where they need not be the last that were made."""
        if not bulk.on_postgres() and boot_id()[:8] not in self.sender.split("."):
            return {}  # the machine went down since, and marks do not wait for the disk
        mails = [UUID(hex=mail) for mail in self.mails.split(",")]
        marks = Marks(mails, self.marks)
        return {mail: marks[mail] for mail in mails}


_mail, _batch = bulk.table_of(OutboxMessage), bulk.table_of(SendingBatch)
_BATCHES = select(*(_batch.c[name] for name in _Batch._fields))
_SILENT = _BATCHES.where(_batch.c.held_until < bindparam("at"))
_LEASED = HELD.where(_mail.c.state == OutboxState.LEASED)
# left by a database that crashed, and the marks with it
_UNMARKED = _LEASED.where(
    _mail.c.lease_until < bindparam("at"), ~exists().where(_batch.c.token == _mail.c.lease_token)
)
_practice = bulk.table_of(Practice)
_PRACTICE_ZONES = select(_practice.c.id, _practice.c.time_zone)


def recover(folder: Path) -> int:
    """Settle what dead senders left behind; returns how many mails that were."""
    settled = 0
    with dead_journals(folder) as dead:
        if dead:
            settled = _settle_dead(dead)
    return settled + _settle_silent(folder) + _settle_unmarked(folder)


def outcome(journal: Replay, mail_id: UUID, attempt: int) -> SendOutcome | None:
    """What a journal proves of an attempt; None where no dot went out."""
    return _known(journal, {}, mail_id, attempt, DIED)


def _settle_dead(dead: list[Replay]) -> int:
    journals = {journal.name: journal for journal in dead}
    with transaction():
        batches = _held(_BATCHES.where(_batch.c.sender.in_(list(journals))))
        rows = _claimed(_LEASED.where(_mail.c.sender.in_(list(journals))))
        marks = _marks(batches)
        settle(
            [(row, _known(journals[row.sender or ""], marks, row.id, row.attempts + 1, DIED)) for row in rows]
        )
        _forget(batches)
        sending_limits.free_slots_of(list(journals))
    return len(rows)


def _settle_silent(folder: Path) -> int:
    """Batches whose sender says nothing: another machine's that is lost, or a frozen process's."""
    at = now()
    if not _any(_SILENT, at):
        return 0
    settled = 0
    with transaction():
        for batch in _held(_SILENT, at=at):
            journal = _journal(folder, batch.sender)
            if journal.exists() and at - batch.held_until < FROZEN_AFTER:
                continue  # alive on this machine, which knows best when it is dead
            rows = _claimed(_LEASED.where(_mail.c.lease_token == batch.token))
            told = replay(journal.name, journal.read_bytes()) if journal.exists() else None
            lost_at = batch.held_until - sending_lease.LEASE
            why, marks = _zone_words(rows, lost_at), _marks([batch])
            settle(
                [(row, _known(told, marks, row.id, row.attempts + 1, why[row.practice_id])) for row in rows]
            )
            _forget([batch])
            if told is None:
                sending_limits.free_slots_of([batch.sender])
            settled += len(rows)
    return settled


def _settle_unmarked(folder: Path) -> int:
    at = now()
    long_over = at - UNMARKED_AFTER
    if not _any(_UNMARKED, long_over):
        return 0
    with transaction():
        rows = _claimed(_UNMARKED, at=long_over)
        known = [(row, _unmarked(row, folder, at)) for row in rows]
        settle([(row, outcome) for row, (ours, outcome) in known if ours])
    return sum(ours for _, (ours, _) in known)


def _unmarked(row: ClaimedMail, folder: Path, at: datetime) -> tuple[bool, SendOutcome | None]:
    """Whether a mail may be taken from its holder, and what became of it."""
    journal = _journal(folder, row.sender or "")
    if not row.sender or not journal.exists():
        return True, _doubt(NOTHING_LEFT)
    assert row.lease_until is not None
    if at - row.lease_until < FROZEN_AFTER:
        return False, None  # alive on this machine: its own clock keeps it from sending late
    return True, outcome(replay(journal.name, journal.read_bytes()), row.id, row.attempts + 1)


def _known(
    journal: Replay | None, marks: Mapping[UUID, Mark], mail: UUID, attempt: int, why: str
) -> SendOutcome | None:
    """What became of an attempt by what is left of its sender; None where no dot went out."""
    fate, is_marked = marked_fate(marks, journal, mail, attempt)
    match fate:
        case AttemptFate.SENT if is_marked:
            stage = SmtpStage.LOCAL if marks[mail] is Mark.KEPT else SmtpStage.DOT
            return SendOutcome(SendVerdict.SENT, stage, reply=NOTED)
        case AttemptFate.SENT:
            code = journal.code(mail, attempt) if journal else None
            # a server's yes has a number; a folder's has none
            stage = SmtpStage.DOT if code else SmtpStage.LOCAL
            return SendOutcome(SendVerdict.SENT, stage, code, TAKEN)
        case AttemptFate.IN_DOUBT:
            return _doubt(why)
        case _:
            return None


def _doubt(why: str) -> SendOutcome:
    return SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT, because=why)


def _journal(folder: Path, sender: str) -> Path:
    return folder / f"{sender}{SUFFIX}"


def _any(query: Select[Any], at: datetime) -> bool:
    with glance():
        return db.session.execute(query.limit(1), {"at": at}).first() is not None


def _held(query: Select[Any], **values: object) -> list[_Batch]:
    """Batches, locked: their senders can mark nothing until this transaction has ended."""
    locked = query.with_for_update(skip_locked=True)
    return [_Batch(*row) for row in db.session.execute(locked, values)]


def _claimed(query: Select[Any], **values: object) -> list[ClaimedMail]:
    locked = query.with_for_update(skip_locked=True, of=_mail)
    return [ClaimedMail(*row) for row in db.session.execute(locked, values)]


def _marks(batches: Collection[_Batch]) -> dict[UUID, Mark]:
    return {mail: mark for batch in batches for mail, mark in batch.of_mails.items()}


def _forget(batches: Collection[_Batch]) -> None:
    if batches:
        db.session.execute(delete(_batch).where(_batch.c.token.in_([batch.token for batch in batches])))


def _zone_words(rows: Collection[ClaimedMail], lost_at: datetime) -> dict[UUID, str]:
    """Why mails are in doubt, in each practice's time."""
    query = _PRACTICE_ZONES.where(bulk.among(_practice.c.id, {row.practice_id for row in rows}))
    return {
        practice: _lost(lost_at.astimezone(ZoneInfo(zone))) for practice, zone in db.session.execute(query)
    }


def _lost(at: datetime) -> str:
    return LOST.format(when=f"at {time_in_words(at.time())} on {day_in_words(at.date())}")
