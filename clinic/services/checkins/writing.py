"""Writing planned check-ins down: the row of the ledger, its history, and the promise of its mail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic.domain.notices import NoticeKind
from clinic.domain.scheduling import Occurrence
from clinic.domain.sending import day_key, last_try
from clinic.domain.skipping import LATEST, skip_in_words
from clinic.domain.types import CheckinKind, CheckinState, SkipReason
from clinic.models import Checkin
from clinic.services import audit, bulk, notices
from clinic.services.audit import SystemAct
from clinic.services.bulk import Row
from clinic.services.checkins.dues import DueCheckin
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine
from clinic.services.outbox.promises import CheckinMail

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
    """Write the check-ins nobody has written yet, within the caller's transaction; returns those.

    A few statements, however many they are.
    """
    fresh = bulk.add_new(Checkin, [_row(plan) for plan in plans], UNIQUE)
    written = [plan for plan in plans if plan.id in fresh]
    histories.add(line for plan in written for line in _lines(plan, at))
    outbox.promise_checkins([_mail(plan) for plan in written if not plan.skip])
    _note_skipped([(plan, plan.skip) for plan in written if plan.skip], at)
    return written


def mail_of(checkin: Checkin, day: date, next_due_at: datetime | None = None) -> CheckinMail:
    """A check-in's mail on a day of its client's, to be promised."""
    return CheckinMail(
        checkin,
        day_key=day_key(checkin.client_id, day),
        start_by=checkin.due_at + LATEST,
        not_after=last_try(checkin.due_at, next_due_at),
    )


def _mail(plan: PlannedCheckin) -> CheckinMail:
    return mail_of(Checkin(**_row(plan)), plan.day, plan.next_due_at)


def _row(plan: PlannedCheckin) -> Row:
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


def _note_skipped(skipped: Sequence[tuple[PlannedCheckin, SkipReason]], at: datetime) -> None:
    for plan, reason in skipped:
        if reason is SkipReason.UNANSWERED_TWICE:
            client = plan.due.client  # of one run the practice is told once, however many are left out
            key = f"{client.id.hex}:{plan.silent_since}"
            notices.tell(client.practice_id, NoticeKind.UNANSWERED, client_id=client.id, key=key)
    audit.record_many((_act(plan, reason) for plan, reason in skipped), at)


def _act(plan: PlannedCheckin, reason: SkipReason) -> SystemAct:
    day = plan.occurrence.local_date.isoformat()
    details = {"reason": skip_in_words(reason), "skip": reason.value, "day": day}
    return SystemAct(plan.due.practice.id, "checkin.skipped", plan.due.client.id, plan.id, details)
