"""Writing down what became of a batch: one commit, and only for rows that are still ours."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import select

from clinic.domain.sending import CHECKIN_MAILS, retry_at
from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.mail.transport import Outcome, Stage, Verdict
from clinic.models import OutboxMessage
from clinic.services import sending_ledger
from clinic.services.clock import now
from clinic.services.sending_claims import tell_failed
from clinic.services.sending_ledger import Step
from clinic.services.transaction import transaction

IN_DOUBT = "sent, but the server's answer never came: it may have arrived"
AT_THE_BACK = timedelta(minutes=1)
_CHANCE = SystemRandom()
EARLY_STAGES = frozenset({Stage.LOCAL, Stage.CONNECT, Stage.HELLO, Stage.TLS, Stage.AUTH})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one claimed mail; no outcome means that it was never tried."""

    mail_id: uuid.UUID
    outcome: Outcome | None


def record(token: uuid.UUID, results: Iterable[Result]) -> int:
    """Write a batch's results; returns how many rows were still ours.

    A row that was called doubtful meanwhile is put right by what we know better.
    """
    outcomes = {result.mail_id: result.outcome for result in results}
    with transaction() as session:
        rows = session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.lease_token == token,
                OutboxMessage.state.in_([OutboxState.LEASED, OutboxState.IN_DOUBT]),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        settle([(row, outcomes[row.id]) for row in rows if row.id in outcomes])
    return len(rows)


def settle(known: list[tuple[OutboxMessage, Outcome | None]]) -> None:
    """Give each row the state its outcome means, within the caller's transaction."""
    at = now()
    steps = [step for row, outcome in known if (step := _settle(row, outcome, at))]
    db.session.flush()
    sending_ledger.follow(steps, at)


def _settle(row: OutboxMessage, outcome: Outcome | None, at: datetime) -> Step | None:
    if outcome is None:
        return _back(row, at)
    if outcome.reply or outcome.code:
        row.smtp_code, row.smtp_reply = outcome.code, outcome.reply[:300]
    match outcome.verdict:
        case Verdict.SENT:
            return _end(row, OutboxState.SENT, CheckinState.SENT, at)
        case Verdict.IN_DOUBT:
            return _end(row, OutboxState.IN_DOUBT, CheckinState.IN_DOUBT, at, IN_DOUBT)
        case Verdict.PERMANENT:
            words = f"refused by the mail server: {outcome.code or ''} {outcome.reply}".strip()
            tell_failed(row, words)
            return _end(row, OutboxState.FAILED, CheckinState.FAILED, at, words)
        case Verdict.TEMPORARY:
            return _try_again(row, outcome, at)
        case _:
            return _uncharged(row, outcome, at)


def _end(
    row: OutboxMessage, state: OutboxState, checkin: CheckinState, at: datetime, reason: str | None = None
) -> Step | None:
    row.state = state
    row.reason = reason[:300] if reason else None
    row.attempts += 1
    row.finished_at = at
    if state is not OutboxState.IN_DOUBT:
        row.lease_token = row.lease_until = None  # in doubt, whoever held it may still put it right
    return _step(row, checkin, reason or "")


def _try_again(row: OutboxMessage, outcome: Outcome, at: datetime) -> Step | None:
    row.attempts += 1
    # never past the end: there the claim closes it, with its number of tries
    again = retry_at(row.attempts, at, _CHANCE.random())
    row.due_at = min(again, row.not_after)
    row.reason = f"refused for now: {outcome.code or ''} {outcome.reply}"[:300]
    return _back(row, at, row.reason)


def _uncharged(row: OutboxMessage, outcome: Outcome, at: datetime) -> Step | None:
    if outcome.verdict is Verdict.ACCOUNT_PROBLEM and outcome.stage not in EARLY_STAGES:
        # should it be this mail after all that the server cannot bear, the others come before it
        row.due_at = at + AT_THE_BACK
    return _back(row, at)


def _back(row: OutboxMessage, at: datetime, reason: str = "") -> Step | None:
    row.state = OutboxState.READY
    row.lease_token = row.lease_until = row.sender = None
    return _step(row, CheckinState.WAITING, reason)


def _step(row: OutboxMessage, state: CheckinState, reason: str) -> Step | None:
    if row.kind not in CHECKIN_MAILS or row.checkin_id is None:
        return None
    return Step(row.practice_id, row.client_id, row.checkin_id, state, reason)
