"""Writing planned check-ins down: the row of the ledger, its history, and the promise of its mail."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from clinic.domain.notices import NoticeKind
from clinic.domain.scheduling import Occurrence
from clinic.domain.sending import day_key, last_try
from clinic.domain.skipping import LATEST, skip_in_words
from clinic.domain.types import CheckinKind, CheckinState, MailKind, SkipReason
from clinic.extensions import db
from clinic.models import Checkin
from clinic.services import audit, notices
from clinic.services.checkins.dues import DueCheckin
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine

UNIQUE = ("practice_id", "program_id", "kind", "local_date")


@dataclass(frozen=True, slots=True)
class PlannedCheckin:
    """A check-in to be written: `skip` None if it is mailed, on the client's day `day`.

    Its mail is tried until `next_due_at` at most, when the next one is due.
    """

    id: uuid.UUID
    due: DueCheckin
    kind: CheckinKind
    occurrence: Occurrence
    skip: SkipReason | None
    day: date
    next_due_at: datetime | None = None
    silent_since: date | None = None  # the last of a run of unanswered check-ins

    @property
    def state(self) -> CheckinState:
        """Where it stands once written."""
        return CheckinState.SKIPPED if self.skip else CheckinState.WAITING


def write(plans: Sequence[PlannedCheckin], at: datetime) -> list[PlannedCheckin]:
    """Write the check-ins nobody has written yet, within the caller's transaction; returns those."""
    if not plans:
        return []
    insert_into: Callable[[type[Checkin]], Any]
    insert_into = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = set(
        db.session.scalars(
            insert_into(Checkin)
            .values([_row(plan) for plan in plans])
            .on_conflict_do_nothing(index_elements=UNIQUE)
            .returning(Checkin.id)
        )
    )
    written = [plan for plan in plans if plan.id in fresh]
    if written:
        histories.add(line for plan in written for line in _lines(plan, at))
    for plan in written:
        _tell(plan)
    return written


def _row(plan: PlannedCheckin) -> dict[str, Any]:
    return {
        "id": plan.id,
        "practice_id": plan.due.practice.id,
        "client_id": plan.due.client.id,
        "program_id": plan.due.program.id,
        "kind": plan.kind,
        "local_date": plan.occurrence.local_date,
        "due_at": plan.occurrence.due_at,
        "state": plan.state,
        "skip_reason": plan.skip,
    }


def _lines(plan: PlannedCheckin, at: datetime) -> tuple[HistoryLine, HistoryLine]:
    why = skip_in_words(plan.skip) if plan.skip else ""
    about = plan.due.practice.id, plan.id
    fell_due = min(plan.occurrence.due_at, at)
    return HistoryLine(*about, CheckinState.DUE, fell_due), HistoryLine(*about, plan.state, at, why)


def _tell(plan: PlannedCheckin) -> None:
    if plan.skip:
        _note_skipped(plan, plan.skip)
        return
    promise_mail(Checkin(**_row(plan)), plan.day, plan.next_due_at)


def promise_mail(checkin: Checkin, day: date, next_due_at: datetime | None = None) -> None:
    """Promise a check-in's mail on a day of its client's, within the caller's transaction."""
    outbox.promise(
        checkin.practice_id,
        MailKind.CHECKIN,
        f"checkin:{checkin.id.hex}",
        client_id=checkin.client_id,
        checkin_id=checkin.id,
        local_date=checkin.local_date,
        day_key=day_key(checkin.client_id, day),
        due_at=checkin.due_at,
        start_by=checkin.due_at + LATEST,
        not_after=last_try(checkin.due_at, next_due_at),
    )


def _note_skipped(plan: PlannedCheckin, reason: SkipReason) -> None:
    if reason is SkipReason.UNANSWERED_TWICE:
        client = plan.due.client  # of one run the practice is told once, however many are left out
        key = f"{client.id.hex}:{plan.silent_since}"
        notices.tell(client.practice_id, NoticeKind.UNANSWERED, client_id=client.id, key=key)
    audit.record_for(
        plan.due.practice.id,
        audit.SYSTEM,
        "checkin.skipped",
        client_id=plan.due.client.id,
        subject_id=plan.id,
        reason=skip_in_words(reason),
        skip=reason.value,
        day=plan.occurrence.local_date.isoformat(),
    )
