"""The ledger of check-ins follows what becomes of their mail."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from clinic.domain.attention import AttentionKind
from clinic.domain.reminding import LOOK_AFTER
from clinic.domain.sending import CHECKIN_MAILS
from clinic.domain.skipping import AWAITED, UNANSWERED_LIMIT
from clinic.domain.types import CheckinState, MailKind, SkipReason
from clinic.extensions import db
from clinic.models import Checkin
from clinic.models.base import one_of
from clinic.models.checkin import is_unanswered
from clinic.services import audit, bulk
from clinic.services.outbox import histories
from clinic.services.outbox import reminders as sending_reminders
from clinic.services.outbox.histories import HistoryLine
from clinic.services.outbox.steps import MailStep
from clinic.services.reasons.marks import touch

# An answered check-in stays answered, whatever its mail does afterwards.
FOLLOWS_ITS_MAIL = (
    CheckinState.PLANNED,
    CheckinState.DUE,
    CheckinState.WAITING,
    CheckinState.SENDING,
    CheckinState.SENT,
    CheckinState.KEPT,
    CheckinState.IN_DOUBT,
    CheckinState.FAILED,
)
TOLD = {  # what stands on the client's timeline
    CheckinState.SENT: "checkin.sent",
    CheckinState.KEPT: "checkin.kept",
    CheckinState.SKIPPED: "checkin.skipped",
    CheckinState.FAILED: "checkin.failed",
    CheckinState.IN_DOUBT: "checkin.in_doubt",
}
_checkin = bulk.table_of(Checkin)


class LedgerMail(Protocol):
    """A row of the outbox, as far as the trail is concerned."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def practice_id(self) -> uuid.UUID: ...
    @property
    def kind(self) -> MailKind: ...
    @property
    def client_id(self) -> uuid.UUID | None: ...


def follow(steps: Iterable[MailStep], at: datetime) -> None:
    """Put check-ins into the state their mail is in, within the caller's transaction."""
    alike: dict[tuple[CheckinState, SkipReason | None], list[MailStep]] = defaultdict(list)
    reminders: list[MailStep] = []
    for step in steps:
        (reminders if step.reminder else alike[step.state, step.skip]).append(step)
    sending_reminders.follow(reminders, at)
    for (state, skip), group in alike.items():
        moved = _move([step.checkin_id for step in group], state, skip, at)
        _note([step for step in group if step.checkin_id in moved], at)


def tell_failed(mail: LedgerMail, reason: str) -> None:
    """Note that a mail failed for good, within the caller's transaction; of check-ins the ledger tells."""
    _tell(mail, "mail.failed", reason)


def tell_kept_here(mail: LedgerMail) -> None:
    """Note that a mail to a client is kept here, within the caller's transaction; the same of check-ins."""
    if mail.client_id is not None:
        _tell(mail, "mail.kept", "no mail server is set")


def tell_kept_back(mail: LedgerMail, reason: str) -> None:
    """Note that a mail to a client was not sent, within the caller's transaction; the same of check-ins."""
    if mail.client_id is not None:
        _tell(mail, "mail.kept_back", reason)


def _tell(mail: LedgerMail, action: str, reason: str) -> None:
    if mail.kind in CHECKIN_MAILS:
        return
    audit.record_for(
        mail.practice_id,
        audit.SYSTEM,
        action,
        client_id=mail.client_id,
        subject_id=mail.id,
        kind=mail.kind,
        reason=reason,
    )


def _move(
    checkins: Collection[uuid.UUID],
    state: CheckinState,
    skip: SkipReason | None,
    at: datetime,
) -> frozenset[uuid.UUID]:
    db.session.flush()  # a check-in made in this very transaction is there to be moved
    values: dict[str, object] = {"to": state, "why": skip, "ids": bulk.keys(checkins)}
    is_out = state in AWAITED
    if is_out:
        values |= {"at": at, "look_at": at + LOOK_AFTER}
    moved = db.session.execute(_movement(is_out=is_out, lists=bulk.takes_lists()), values).all()
    _touch_runs(moved, is_out=is_out)
    return frozenset(row.id for row in moved)


def _touch_runs(moved: Sequence[Row[*tuple[Any, ...]]], *, is_out: bool) -> None:
    """A check-in that went out makes a run only beside another one; one that never was out ends none."""
    if is_out:
        runs = _with_runs(moved) if moved else frozenset()
        touched = [row for row in moved if row.client_id in runs]
    else:
        touched = [row for row in moved if row.sent_at is not None]
    for row in touched:
        touch(row.practice_id, [row.client_id], AttentionKind.NOT_ANSWERED)


def _with_runs(moved: Sequence[Row[*tuple[Any, ...]]]) -> frozenset[uuid.UUID]:
    of_these = {
        "practices": bulk.keys({row.practice_id for row in moved}),
        "clients": bulk.keys({row.client_id for row in moved}),
    }
    return frozenset(db.session.scalars(_runs(lists=bulk.takes_lists()), of_these))


@cache
def _runs(*, lists: bool) -> Select[tuple[uuid.UUID]]:
    return (
        select(_checkin.c.client_id)
        .where(
            is_unanswered(),
            bulk.among_named(_checkin.c.practice_id, "practices", lists=lists),
            bulk.among_named(_checkin.c.client_id, "clients", lists=lists),
        )
        .group_by(_checkin.c.client_id)
        .having(func.count() >= UNANSWERED_LIMIT)
    )


@cache
def _movement(*, is_out: bool, lists: bool) -> ReturningUpdate[Any]:
    new: dict[str, BindParameter[Any]] = {"state": bindparam("to"), "skip_reason": bindparam("why")}
    if is_out:
        new |= {"sent_at": bindparam("at"), "remind_at": bindparam("look_at")}
    mine = bulk.among_named(_checkin.c.id, "ids", lists=lists)
    follows = one_of(_checkin.c.state, FOLLOWS_ITS_MAIL)
    told = (_checkin.c.id, _checkin.c.practice_id, _checkin.c.client_id, _checkin.c.sent_at)
    return update(_checkin).where(mine, follows).values(new).returning(*told)


def _note(steps: list[MailStep], at: datetime) -> None:
    if not steps:
        return
    begun = [
        HistoryLine(step.practice_id, step.checkin_id, CheckinState.SENDING, step.sending_since)
        for step in steps
        if step.sending_since
    ]
    histories.add(begun + [step.line(at) for step in steps])
    audit.record_many((step.act(TOLD[step.state]) for step in steps if step.state in TOLD), at)
