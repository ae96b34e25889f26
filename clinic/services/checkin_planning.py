"""Planning: what falls due becomes a row of the ledger and, in the same transaction, a promised mail.

Any number of planners may run. A schedule is taken by one of them (SKIP LOCKED; SQLite has one writer), a
check-in is unique by program, kind and local date, a mail by client and day: what one did the next finds.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from clinic.domain.dates import count
from clinic.domain.errors import ClinicError
from clinic.domain.scheduling import (
    AWAITED,
    DAY,
    Occurrence,
    Schedule,
    SendingFacts,
    load_zone,
    local_date,
    occurrences,
    should_skip,
    skip_in_words,
)
from clinic.domain.types import CheckinKind, CheckinState, ClientStatus, ProgramStatus, SkipReason
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    Client,
    OutboxMessage,
    Practice,
    Program,
    WarningFlag,
)
from clinic.services import audit, outbox, schedules
from clinic.services.transaction import transaction

log = logging.getLogger(__name__)

BATCH = 100  # schedules a transaction: short enough that a page never waits for it
UNIQUE = ("practice_id", "program_id", "kind", "local_date")


@dataclass(slots=True)
class Report:
    """What a pass did: schedules looked at, mails promised, check-ins skipped and why."""

    looked_at: int = 0
    promised: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)

    @property
    def planned(self) -> int:
        """How many rows the ledger has gained."""
        return self.promised + self.skipped.total()

    def add(self, other: Report) -> None:
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


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule whose time has come, with all it is about."""

    row: CheckinSchedule
    program: Program
    client: Client
    practice: Practice


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the clients of a batch."""

    locked: Collection[uuid.UUID]
    unanswered: Mapping[uuid.UUID, int]
    answered_at: Mapping[uuid.UUID, datetime]
    mailed: set[tuple[uuid.UUID, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A check-in to be written: `skip` None if it is mailed, on the client's day `day`."""

    id: uuid.UUID
    due: Due
    occurrence: Occurrence
    skip: SkipReason | None
    day: date

    @property
    def state(self) -> CheckinState:
        """Where it stands once written."""
        return CheckinState.SKIPPED if self.skip else CheckinState.WAITING


def plan_due(now: datetime, limit: int = 1000) -> int:
    """Plan what has fallen due; returns how many rows the ledger has gained."""
    return run(now, limit).planned


def run(now: datetime, limit: int = 1000) -> Report:
    """One pass over at most `limit` schedules, in short transactions."""
    report = Report()
    while report.looked_at < limit:
        size = min(BATCH, limit - report.looked_at)
        batch = _batch(now, size)
        report.add(batch)
        if batch.looked_at < size:
            break
    return report


def _batch(now: datetime, size: int) -> Report:
    try:
        return _one_transaction(now, size)
    except IntegrityError:
        # another planner mailed the same client the same day: one by one, each sees what that one wrote
        report = Report()
        for _ in range(size):
            one = _one_transaction(now, 1)
            report.add(one)
            if not one.looked_at:
                break
        return report


def _one_transaction(now: datetime, size: int) -> Report:
    with transaction():
        dues = _take(now, size)
        plans = list(_decide(dues, _known(dues, now), now)) if dues else []
        written = _write(plans, now) if plans else []
        for plan in written:
            _tell(plan)
    skipped = Counter(plan.skip for plan in written if plan.skip)
    return Report(len(dues), len(written) - skipped.total(), skipped)


def _take(now: datetime, size: int) -> list[Due]:
    query = (
        select(CheckinSchedule, Program, Client, Practice)
        .join(Program, _same(Program, CheckinSchedule.practice_id, CheckinSchedule.program_id))
        .join(Client, _same(Client, Program.practice_id, Program.client_id))
        .join(Practice, Practice.id == CheckinSchedule.practice_id)
        .where(CheckinSchedule.next_due_at <= now)
        .order_by(CheckinSchedule.next_due_at)
        .limit(size)
        .with_for_update(skip_locked=True, of=CheckinSchedule)
        .execution_options(populate_existing=True)
    )
    return [Due(*row) for row in db.session.execute(query)]


def _same(record: Any, practice_id: Any, key: Any) -> ColumnElement[bool]:
    return and_(record.practice_id == practice_id, record.id == key)


def _known(dues: Iterable[Due], now: datetime) -> Known:
    clients = [due.client.id for due in dues]
    practices = {due.practice.id for due in dues}
    keys = [outbox_key(due.client, _sending_day(due, now)) for due in dues]
    return Known(
        locked=set(db.session.scalars(_open_flags(practices, clients))),
        unanswered=_pairs(_unanswered(practices, clients)),
        answered_at=_pairs(_last_answers(practices, clients)),
        mailed=_mailed(practices, keys),
    )


def _pairs(query: Select[uuid.UUID, Any]) -> dict[uuid.UUID, Any]:
    return {row[0]: row[1] for row in db.session.execute(query)}


def _mailed(practices: Collection[uuid.UUID], keys: Collection[str]) -> set[tuple[uuid.UUID, str]]:
    query = select(OutboxMessage.practice_id, OutboxMessage.day_key).where(
        OutboxMessage.practice_id.in_(practices), OutboxMessage.day_key.in_(keys)
    )
    return {(row[0], row[1] or "") for row in db.session.execute(query)}


def _open_flags(practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    return select(WarningFlag.client_id).where(
        WarningFlag.practice_id.in_(practices),
        WarningFlag.client_id.in_(clients),
        WarningFlag.cleared_at.is_(None),
    )


def _unanswered(practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]) -> Select[uuid.UUID, int]:
    answered = aliased(Checkin)
    last = (
        select(func.max(answered.local_date))
        .where(
            answered.practice_id == Checkin.practice_id,
            answered.client_id == Checkin.client_id,
            answered.state == CheckinState.ANSWERED,
        )
        .scalar_subquery()
    )
    return (
        select(Checkin.client_id, func.count())
        .where(
            Checkin.practice_id.in_(practices),
            Checkin.client_id.in_(clients),
            Checkin.state.in_(AWAITED),
            Checkin.local_date > func.coalesce(last, date.min),
        )
        .group_by(Checkin.client_id)
    )


def _last_answers(
    practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]
) -> Select[uuid.UUID, datetime]:
    return (
        select(CheckinAnswer.client_id, func.max(CheckinAnswer.answered_at))
        .where(CheckinAnswer.practice_id.in_(practices), CheckinAnswer.client_id.in_(clients))
        .group_by(CheckinAnswer.client_id)
    )


def _decide(dues: Iterable[Due], known: Known, now: datetime) -> Iterator[Plan]:
    for due in dues:
        try:
            rule = schedules.rule_of(due.row, due.program, due.client, due.practice)
            missed = _fallen_due(rule, due.row, now)
            schedules.plan(due.row, due.program, due.client, due.practice, now)
        except ClinicError as problem:
            # a rule that cannot be read holds up nobody else's; it is looked at again tomorrow
            log.error("check-ins of program %s cannot be planned: %s", due.program.id, problem)
            due.row.next_due_at = now + DAY
            continue
        for occurrence in missed:
            yield _plan(due, occurrence, known, now)


def _fallen_due(rule: Schedule, row: CheckinSchedule, now: datetime) -> list[Occurrence]:
    found: list[Occurrence] = []
    assert row.next_on is not None
    for occurrence in occurrences(rule, row.next_on):
        if occurrence.due_at > now:
            break
        found.append(occurrence)
    return found


def _plan(due: Due, occurrence: Occurrence, known: Known, now: datetime) -> Plan:
    day = _sending_day(due, now)
    skip = should_skip(_facts(due, occurrence, known, now), now)
    if skip is None:
        known.mailed.add((due.practice.id, outbox_key(due.client, day)))
    return Plan(uuid.uuid4(), due, occurrence, skip, day)


def _facts(due: Due, occurrence: Occurrence, known: Known, now: datetime) -> SendingFacts:
    client, day = due.client, _sending_day(due, now)
    answered_at = known.answered_at.get(client.id)
    answered_on = local_date(answered_at, load_zone(client.time_zone)) if answered_at else None
    return SendingFacts(
        due_at=occurrence.due_at,
        program=_status(due.program, day),
        locked=client.id in known.locked,
        archived=client.status is ClientStatus.ARCHIVED,
        consented=client.consented_at is not None,
        unsubscribed=client.unsubscribed_at is not None,
        has_address=client.email is not None,
        bounced=client.bounced_at is not None,
        numbers_set=due.practice.numbers_set,
        answered_today=answered_on == day,
        mailed_today=(due.practice.id, outbox_key(client, day)) in known.mailed,
        unanswered_in_a_row=known.unanswered.get(client.id, 0),
    )


def _status(program: Program, day: date) -> ProgramStatus:
    """As it is on that day: the beat that starts programs may not have run yet."""
    if program.status is ProgramStatus.ASSIGNED and program.starts_on <= day:
        return ProgramStatus.ACTIVE
    return program.status


def outbox_key(client: Client, day: date) -> str:
    """The key under which a client has one mail a day, whatever its source."""
    return f"{client.id.hex}:{day.isoformat()}"


def _sending_day(due: Due, now: datetime) -> date:
    try:
        zone = load_zone(due.client.time_zone)
    except ClinicError:  # told of when its rule is read
        zone = load_zone(due.practice.time_zone)
    return local_date(now, zone)


def _write(plans: list[Plan], now: datetime) -> list[Plan]:
    """Write the check-ins nobody has written yet; returns those."""
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
        db.session.execute(insert(CheckinEvent), [_event(plan, now) for plan in written])
    return written


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "practice_id": plan.due.practice.id,
        "client_id": plan.due.client.id,
        "program_id": plan.due.program.id,
        "kind": CheckinKind(plan.due.row.kind.value),
        "local_date": plan.occurrence.local_date,
        "due_at": plan.occurrence.due_at,
        "state": plan.state,
        "skip_reason": plan.skip,
    }


def _event(plan: Plan, now: datetime) -> dict[str, Any]:
    return {
        "practice_id": plan.due.practice.id,
        "checkin_id": plan.id,
        "state": plan.state,
        "reason": skip_in_words(plan.skip) if plan.skip else "",
        "happened_at": now,
    }


def _tell(plan: Plan) -> None:
    if plan.skip:
        _note_skipped(plan, plan.skip)
        return
    outbox.promise(
        plan.due.practice.id,
        "checkin",
        f"checkin:{plan.id.hex}",
        client_id=plan.due.client.id,
        checkin_id=plan.id,
        local_date=plan.occurrence.local_date,
        day_key=outbox_key(plan.due.client, plan.day),
        due_at=plan.occurrence.due_at,
        not_after=plan.occurrence.due_at + DAY,
    )


def _note_skipped(plan: Plan, reason: SkipReason) -> None:
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
