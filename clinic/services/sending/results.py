"""Writing down what became of a batch: one commit, and only for rows that are still ours."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, delete, false, select

from clinic.domain.bounces import AT_THE_DOOR, LASTING, BounceCause
from clinic.domain.notices import NoticeKind
from clinic.domain.sending import CHECKIN_MAILS, retry_at, tomorrow_at
from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import Client, OutboxMessage, SendingBatch
from clinic.services import bulk, notices
from clinic.services.clock import now
from clinic.services.outbox import ledger as sending_ledger
from clinic.services.outbox.steps import MailStep
from clinic.services.sending import bounces as sending_bounces
from clinic.services.sending.lease import LEASE
from clinic.services.transaction import transaction

IN_DOUBT = "sent, but the server's answer never came: it may have arrived"
AT_THE_BACK = timedelta(minutes=1)
_CHANCE = SystemRandom()
EARLY_STAGES = frozenset({SmtpStage.LOCAL, SmtpStage.CONNECT, SmtpStage.HELLO, SmtpStage.TLS, SmtpStage.AUTH})


class ClaimedMail(NamedTuple):
    """The row of a mail that somebody has claimed."""

    id: uuid.UUID
    practice_id: uuid.UUID
    kind: MailKind
    client_id: uuid.UUID | None
    user_id: uuid.UUID | None
    checkin_id: uuid.UUID | None
    to_address: str | None
    attempts: int
    not_after: datetime
    state: OutboxState
    sender: str | None
    lease_until: datetime | None

    @property
    def sending_since(self) -> datetime | None:
        """When it was claimed; None where that has been noted."""
        if self.state is not OutboxState.LEASED or self.lease_until is None:
            return None
        return self.lease_until - LEASE


_mail = bulk.table_of(OutboxMessage)
HELD: Select[Any] = select(*(_mail.c[name] for name in ClaimedMail._fields))
_batch = bulk.table_of(SendingBatch)
_IS_OVER = delete(_batch).where(_batch.c.token == bindparam("mine"))
_OURS = HELD.where(
    _mail.c.lease_token == bindparam("token"),
    _mail.c.state.in_([OutboxState.LEASED, OutboxState.IN_DOUBT]),
).with_for_update()


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one claimed mail; no outcome means that it was never tried."""

    mail_id: uuid.UUID
    outcome: SendOutcome | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a result means: columns of the outbox's row, and where its check-in stands now."""

    columns: dict[str, Any]
    checkin: CheckinState
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the mail is tried no more."""
        return self.columns["state"] is OutboxState.FAILED


def record(token: uuid.UUID, results: Iterable[SendResult]) -> int:
    """Write a batch's results; returns how many rows were still ours.

    A row that was called doubtful meanwhile is put right by what we know better.
    """
    with transaction():
        return note(token, results)


def note(token: uuid.UUID, results: Iterable[SendResult]) -> int:
    """Do what `record` does, within the caller's transaction."""
    # first: whoever takes a batch away holds its row before those of its mails
    db.session.execute(_IS_OVER, {"mine": token})
    outcomes = {result.mail_id: result.outcome for result in results}
    rows = [ClaimedMail(*row) for row in db.session.execute(_OURS, {"token": token})]
    settle([(row, outcomes[row.id]) for row in rows if row.id in outcomes])
    return len(rows)


def settle(known: list[tuple[ClaimedMail, SendOutcome | None]]) -> None:
    """Give each row the state its outcome means, within the caller's transaction."""
    at = now()
    told = [(row, outcome, _meaning(row, outcome, at)) for row, outcome in known]
    bulk.change(OutboxMessage, [{"id": row.id, **meant.columns} for row, _, meant in told])
    sending_ledger.follow([step for row, _, meant in told if (step := _step(row, meant))], at)
    for row, outcome, meant in told:
        if outcome is not None and outcome.verdict is SendVerdict.PERMANENT and meant.is_over:
            _refused_for_good(row, outcome, meant, at)
        elif outcome is not None and outcome.is_kept_here:
            sending_ledger.tell_kept_here(row)


def came_back(row: ClaimedMail, cause: BounceCause, words: str, reply: str, at: datetime) -> None:
    """A mail that was sent, or may have been, did not arrive; within the caller's transaction."""
    if cause is BounceCause.TOMORROW and tomorrow_at(at, 1) < row.not_after:
        _once_more(row, words, reply, at)
        return
    ended = {"state": OutboxState.FAILED, "reason": words[:300], "came_back": cause, "finished_at": at}
    said = {"smtp_reply": reply[:300], "lease_token": None, "lease_until": None}  # no holder knows better
    bulk.change(OutboxMessage, [{"id": row.id, **ended, **said}])
    if step := _step(row, _Told({}, CheckinState.FAILED, words)):
        sending_ledger.follow([step], at)
    sending_ledger.tell_failed(row, words)
    _what_follows(row, cause, reply or words, at)


def whose(row: ClaimedMail) -> ColumnElement[bool]:
    """The condition on Client for whom a mail was to; nobody where it was to no person we know."""
    if row.client_id is None and row.user_id is None:
        return false()
    return Client.id == row.client_id if row.client_id else Client.user_id == row.user_id


def _once_more(row: ClaimedMail, words: str, reply: str, at: datetime) -> None:
    again = _back({"due_at": tomorrow_at(at, _CHANCE.random()), "reason": words[:300]}, words)
    bulk.change(
        OutboxMessage, [{"id": row.id, **again.columns, "smtp_reply": reply[:300], "finished_at": None}]
    )
    if step := _step(row, again):
        sending_ledger.follow([step], at)


def _refused_for_good(row: ClaimedMail, outcome: SendOutcome, meant: _Told, at: datetime) -> None:
    sending_ledger.tell_failed(row, meant.reason)
    _what_follows(row, outcome.cause, outcome.words, at)


def _what_follows(row: ClaimedMail, cause: BounceCause, words: str, at: datetime) -> None:
    """What a mail that did not arrive means for its address, or for the practice."""
    if cause is BounceCause.REFUSED:
        notices.tell(row.practice_id, NoticeKind.REFUSED, key=row.id.hex)
    elif row.to_address and cause is BounceCause.ADDRESS:
        sending_bounces.note(row.practice_id, whose(row), row.to_address, words, at)
    elif row.to_address and cause in LASTING:
        sending_bounces.note_returning(row.practice_id, whose(row), row.to_address, words)


def _meaning(row: ClaimedMail, outcome: SendOutcome | None, at: datetime) -> _Told:
    if outcome is None:
        return _back()
    said = {"smtp_code": outcome.code, "smtp_reply": outcome.reply[:300]}
    meant = _judged(row, outcome, at)
    return _Told(meant.columns | said, meant.checkin, meant.reason) if any(said.values()) else meant


def _judged(row: ClaimedMail, outcome: SendOutcome, at: datetime) -> _Told:
    match outcome.verdict:
        case SendVerdict.SENT if outcome.is_kept_here:
            return _end(row, OutboxState.KEPT, CheckinState.KEPT, at)
        case SendVerdict.SENT:
            return _end(row, OutboxState.SENT, CheckinState.SENT, at)
        case SendVerdict.IN_DOUBT:
            return _end(row, OutboxState.IN_DOUBT, CheckinState.IN_DOUBT, at, outcome.because or IN_DOUBT)
        case SendVerdict.PERMANENT if outcome.because:
            return _end(row, OutboxState.FAILED, CheckinState.FAILED, at, outcome.because)
        case SendVerdict.PERMANENT if outcome.cause is not BounceCause.TOMORROW:
            words = f"{AT_THE_DOOR[outcome.cause]}: {outcome.words}"
            ended = _end(row, OutboxState.FAILED, CheckinState.FAILED, at, words)
            return replace(ended, columns=ended.columns | {"came_back": outcome.cause})
        case SendVerdict.PERMANENT | SendVerdict.TEMPORARY:
            return _try_again(row, outcome, at)
        case _:
            return _uncharged(outcome, at)


def _end(
    row: ClaimedMail, state: OutboxState, checkin: CheckinState, at: datetime, reason: str = ""
) -> _Told:
    columns: dict[str, Any] = {
        "state": state,
        "reason": reason[:300] or None,
        "attempts": row.attempts + 1,
        "finished_at": at,
    }
    if state is OutboxState.FAILED:  # nothing arrived: the client's day is free for another mail
        columns["day_key"] = None
    if state is not OutboxState.IN_DOUBT:  # in doubt, whoever held it may still put it right
        columns |= {"lease_token": None, "lease_until": None}
    return _Told(columns, checkin, reason)


def _try_again(row: ClaimedMail, outcome: SendOutcome, at: datetime) -> _Told:
    # never past the end: there the claim closes it, with its number of tries
    if outcome.verdict is SendVerdict.PERMANENT or outcome.lasts_a_day:
        again, because = tomorrow_at(at, _CHANCE.random()), AT_THE_DOOR[BounceCause.TOMORROW]
    else:
        again, because = retry_at(row.attempts + 1, at, _CHANCE.random()), "refused for now"
    reason = f"{because}: {outcome.words}"[:300]
    due = min(again, row.not_after)
    return _back({"attempts": row.attempts + 1, "due_at": due, "reason": reason}, reason)


def _uncharged(outcome: SendOutcome, at: datetime) -> _Told:
    if outcome.verdict is SendVerdict.ACCOUNT_PROBLEM and outcome.stage not in EARLY_STAGES:
        # should it be this mail after all that the server cannot bear, the others come before it
        return _back({"due_at": at + AT_THE_BACK})
    return _back()


def _back(columns: dict[str, Any] | None = None, reason: str = "") -> _Told:
    ready = {"state": OutboxState.READY, "lease_token": None, "lease_until": None, "sender": None}
    return _Told({**ready, **(columns or {})}, CheckinState.WAITING, reason)


def _step(row: ClaimedMail, meant: _Told) -> MailStep | None:
    if row.kind not in CHECKIN_MAILS or row.checkin_id is None:
        return None
    about = (row.practice_id, row.client_id, row.checkin_id)
    reminder = row.kind == MailKind.REMINDER
    return MailStep(*about, meant.checkin, meant.reason, sending_since=row.sending_since, reminder=reminder)
