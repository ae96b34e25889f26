"""Planning: what falls due becomes a row of the ledger and, in the same transaction, a promised mail.

Any number of planners may run. A schedule is taken by one of them (SKIP LOCKED; SQLite has one writer), a
check-in is unique by program, kind and local date, a mail by client and day: what one did the next finds.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from clinic.domain.dates import count
from clinic.domain.errors import ClinicError
from clinic.domain.scheduling import DAY, Occurrence, fallen_due
from clinic.domain.sending import day_key
from clinic.domain.skipping import should_skip, skip_in_words
from clinic.domain.types import CheckinKind, SkipReason
from clinic.models import CheckinSchedule, Program
from clinic.services import bulk
from clinic.services.checkins import dues as checkin_dues
from clinic.services.checkins import rules as checkin_rules
from clinic.services.checkins import writing as checkin_writing
from clinic.services.checkins.dues import DueCheckin, KnownClients
from clinic.services.checkins.passes import in_batches
from clinic.services.checkins.writing import PlannedCheckin
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

log = logging.getLogger(__name__)


@dataclass(slots=True)
class PlanningReport:
    """What a pass did: schedules looked at, mails promised, check-ins skipped and why."""

    looked_at: int = 0
    promised: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)

    @property
    def planned(self) -> int:
        """How many rows the ledger has gained."""
        return self.promised + self.skipped.total()

    def add(self, other: PlanningReport) -> None:
        """Count another pass in."""
        self.looked_at += other.looked_at
        self.promised += other.promised
        self.skipped.update(other.skipped)

    @property
    def in_words(self) -> str:
        """The report as one line."""
        reasons = self.skipped.most_common()
        why = ", ".join(f"{times} because {skip_in_words(reason)}" for reason, times in reasons)
        skipped = f"{self.skipped.total()} skipped" + (f" ({why})" if why else "")
        return f"{count(self.planned, 'check-in')} planned: {self.promised} to be mailed, {skipped}."


def plan_due(now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Plan what has fallen due; returns how many rows the ledger has gained."""
    return run(now, stopping=stopping).planned


@across_practices("what falls due")
def run(
    now: datetime, limit: int | None = None, stopping: Callable[[], bool] = lambda: False
) -> PlanningReport:
    """One pass over all schedules whose time has come, or `limit` of them, in short transactions."""
    return in_batches(_one_transaction, PlanningReport(), now, limit, stopping)


def catch_up(program: Program, now: datetime) -> None:
    """Plan what of one program has fallen due but was not planned yet, within the caller's transaction.

    Done before its schedule changes: what was due under the old rule is then in the ledger, and not lost.
    """
    dues = [due for due in checkin_dues.of_program(program) if _is_behind(due, now)]
    if dues:
        checkin_writing.write(list(_decide(dues, checkin_dues.known(dues, now), now)), now)


def _is_behind(due: DueCheckin, now: datetime) -> bool:
    return due.row is not None and due.row.next_due_at is not None and due.row.next_due_at <= now


def _one_transaction(now: datetime, size: int) -> PlanningReport:
    with transaction() as session:
        bulk.plan_anew()
        dues = checkin_dues.take(now, size)
        plans = list(_decide(dues, checkin_dues.known(dues, now), now)) if dues else []
        with session.no_autoflush:
            checkin_dues.put_off(dues)
        written = checkin_writing.write(plans, now)
    skipped = Counter(plan.skip for plan in written if plan.skip)
    return PlanningReport(len(dues), len(written) - skipped.total(), skipped)


def _decide(dues: Iterable[DueCheckin], known: KnownClients, now: datetime) -> Iterator[PlannedCheckin]:
    for due in dues:
        row = due.row
        assert row is not None
        assert row.next_on is not None
        try:
            rule = checkin_rules.rule_of(row, due.program, due.client, due.practice)
            missed = fallen_due(rule, row.next_on, now)
            checkin_rules.plan(row, due.program, due.client, due.practice, now)
        except ClinicError as problem:
            # a rule that cannot be read holds up nobody else's; it is looked at again tomorrow
            log.error("check-ins of program %s cannot be planned: %s", due.program.id, type(problem).__name__)
            row.next_due_at = now + DAY
            continue
        for occurrence in missed:
            yield _plan(due, row, occurrence, known, now)


def _plan(
    due: DueCheckin, row: CheckinSchedule, occurrence: Occurrence, known: KnownClients, now: datetime
) -> PlannedCheckin:
    skip = should_skip(
        checkin_dues.standing(due, known), checkin_dues.facts(due, occurrence.due_at, known, now), now
    )
    day = due.day(now)
    if skip is None:
        known.mailed[due.practice.id, day_key(due.client.id, day)] = due.program.id
    kind = CheckinKind(row.kind.value)
    run = known.unanswered.get(due.client.id)
    return PlannedCheckin(
        uuid.uuid4(), due, kind, occurrence, skip, day, row.next_due_at, run.last if run else None
    )
