"""Reminders to practise: what a client wishes for, and the mails that come of it when their time is there."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.access import is_staff
from clinic.domain.dates import count
from clinic.domain.mail_standing import MailSort, mail_standing_of, why_not_mailed
from clinic.domain.practice_reminders import (
    LATEST,
    ReminderWay,
    coming,
    due_on,
    has_had_one,
    next_due,
    reminds_on,
)
from clinic.domain.progress import Plan, PlansSideBySide
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import LogOutcome, MailKind, OutboxState, ProgramStatus
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, Practice, PracticeReminder, Program, User, has_open_flag
from clinic.models.base import one_of, points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.checkins.passes import in_batches
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.promises import ReminderMail
from clinic.services.programs import weeks
from clinic.services.programs.weeks import KeptPractice
from clinic.services.reach import across_practices
from clinic.services.transaction import one_at_a_time, transaction

IN_CALENDARS = 14  # days
NO_LONGER_WISHED = "the client wished for another time"
_WENT_OR_GOES = tuple(
    each
    for each in OutboxState
    if each not in (OutboxState.CANCELLED, OutboxState.FAILED, OutboxState.EXPIRED)
)
_ORDER = (LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE)  # of two programs the better one counts


@dataclass(slots=True)
class RemindingReport:
    """What a pass did: wishes looked at, and mails promised."""

    looked_at: int = 0
    promised: int = 0

    def add(self, other: RemindingReport) -> None:
        """Count another pass in."""
        self.looked_at += other.looked_at
        self.promised += other.promised

    @property
    def in_words(self) -> str:
        """The report as one line."""
        return f"{count(self.promised, 'reminder')} to practise to be mailed."


@dataclass(frozen=True, slots=True)
class _Wish:
    """A wish whose time has come, with its client."""

    row: PracticeReminder
    client: Client
    practice: Practice
    warning_open: bool
    last_day: date | None  # the day that the last reminder was for
    last_at: datetime | None

    def may_be_mailed(self) -> bool:
        """Whether anything is against such mail."""
        standing = mail_standing_of(
            self.client, numbers_set=self.practice.numbers_set, warning_open=self.warning_open
        )
        has_page = self.client.user_id is not None
        return has_page and why_not_mailed(standing, MailSort.REMINDER) is None


@dataclass(frozen=True, slots=True)
class _Practised:
    """What all running programs of a client ask, and what was logged of them."""

    plan: Plan
    logs: Mapping[date, LogOutcome]


def own(actor: Actor) -> PracticeReminder | None:
    """What the signed-in client wishes for; None if nothing, now."""
    row = _of(access.own_client(actor))
    return row if row is not None and row.stopped_at is None else None


def wish(actor: Actor, at_time: time, way: ReminderWay) -> None:
    """Be reminded at this time of one's day from now on; what waits of an earlier wish is called back."""
    with transaction() as session:
        client = access.own_client(actor)
        one_at_a_time(Client, client.id)
        row, at = _of(client), now()
        if row is None:
            row = PracticeReminder(practice_id=client.practice_id, client_id=client.id)
            session.add(row)
        elif row.stopped_at is None and (row.at_time, row.way) == (at_time, way):
            return
        row.at_time, row.way, row.wished_at, row.stopped_at = at_time, way, at, None
        plan_again(client, row)
        theirs = OutboxMessage.client_id == client.id
        is_reminder = OutboxMessage.kind == MailKind.PRACTICE_REMINDER
        outbox.cancel(client.practice_id, theirs & is_reminder, NO_LONGER_WISHED)
        audit.record(
            actor, "practice_reminder.wished", client_id=client.id, time=f"{at_time:%H:%M}", way=way.value
        )


def plan_again(client: Client, row: PracticeReminder | None = None) -> None:
    """Work out anew when the next is due, within the caller's transaction."""
    row = row or _of(client)
    if row is not None:
        by_mail = row.way is ReminderWay.MAIL
        row.next_due_at = next_due(now(), row.at_time, load_zone(client.time_zone)) if by_mail else None


def for_calendar(user: User) -> list[datetime]:
    """When a client's own calendar reminds in the next days; empty where they do not wish it, and for staff.

    One query, and three where they do.
    """
    query = (
        select(PracticeReminder, Client)
        .join(Client, points_at(PracticeReminder.client_id, Client))
        .where(
            Client.practice_id == user.practice_id,
            Client.user_id == user.id,
            PracticeReminder.way == ReminderWay.CALENDAR,
            PracticeReminder.stopped_at.is_(None),
        )
    )
    wished = None if is_staff(user.role) else db.session.execute(query).one_or_none()
    if wished is None:
        return []
    row, client = wished
    at, zone = now(), load_zone(client.time_zone)
    found = _practised([client.id], at).get(client.id)
    if found is None:
        return []
    days = coming(found.logs, found.plan, local_date(at, zone), IN_CALENDARS)
    return [due_on(day, row.at_time, zone) for day in days]


@across_practices("what falls due")
def run(at: datetime, stopping: Callable[[], bool] = lambda: False) -> RemindingReport:
    """One pass over all wishes whose time has come, in short transactions."""
    return in_batches(_one_transaction, RemindingReport(), at, stopping=stopping)


def _one_transaction(at: datetime, size: int) -> RemindingReport:
    with transaction():
        wishes = _take(at, size)
        found = _practised({each.client.id for each in wishes}, at)
        mails = [_settle(each, found.get(each.client.id), at) for each in wishes]
        promised = outbox.promise_reminders([mail for mail in mails if mail is not None])
    return RemindingReport(len(wishes), promised)


def _take(at: datetime, size: int) -> list[_Wish]:
    query = (
        select(
            PracticeReminder,
            Client,
            Practice,
            has_open_flag(Client.practice_id, Client.id),
            _last(OutboxMessage.local_date),
            _last(OutboxMessage.due_at),
        )
        .join(Client, points_at(PracticeReminder.client_id, Client))
        .join(Practice, Practice.id == PracticeReminder.practice_id)
        .where(PracticeReminder.next_due_at <= at, PracticeReminder.stopped_at.is_(None))
        .order_by(PracticeReminder.next_due_at)
        .limit(size)
        .with_for_update(skip_locked=True, of=PracticeReminder)
        .execution_options(populate_existing=True)
    )
    return [_Wish(*row) for row in db.session.execute(query)]


def _last(what: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """The greatest of a client's reminders that went out, or will."""
    query = select(func.max(what)).where(
        OutboxMessage.practice_id == PracticeReminder.practice_id,
        OutboxMessage.client_id == PracticeReminder.client_id,
        OutboxMessage.kind == MailKind.PRACTICE_REMINDER,
        one_of(OutboxMessage.state, _WENT_OR_GOES),
    )
    return query.correlate(PracticeReminder).scalar_subquery()


def _settle(each: _Wish, found: _Practised | None, at: datetime) -> ReminderMail | None:
    """Today's mail, or none; notes when to look again."""
    row, zone = each.row, load_zone(each.client.time_zone)
    today = local_date(at, zone)
    due = due_on(today, row.at_time, zone)
    row.next_due_at = next_due(at, row.at_time, zone)
    if not due <= at <= due + LATEST or found is None:
        return None
    if has_had_one(today, zone, each.last_day, each.last_at):
        return None
    if not each.may_be_mailed() or not reminds_on(found.logs, found.plan, today):
        return None
    return ReminderMail(row.practice_id, row.client_id, today, due, due + LATEST)


def _practised(clients: Collection[uuid.UUID], at: datetime) -> Mapping[uuid.UUID, _Practised]:
    """Plans and logs of the running programs of clients, by client. Three queries at most."""
    programs = _running(clients) if clients else []
    kept: dict[uuid.UUID, list[KeptPractice]] = defaultdict(list)
    found = weeks.kept_of(programs, at) if programs else {}
    for program in programs:
        kept[program.client_id].append(found[program.id])
    return {client_id: _together(each) for client_id, each in kept.items()}


def _running(clients: Collection[uuid.UUID]) -> Sequence[Any]:
    query = select(Program).where(Program.client_id.in_(clients), Program.status != ProgramStatus.ENDED)
    return db.session.scalars(query.order_by(Program.assigned_at, Program.id)).all()


def _together(kept: Sequence[KeptPractice]) -> _Practised:
    logs: dict[date, LogOutcome] = {}
    for each in kept:
        for day, outcome in each.logs.items():
            logs[day] = min(logs.get(day, outcome), outcome, key=_ORDER.index)
    return _Practised(PlansSideBySide(tuple(each.plan for each in kept)), logs)


def _of(client: Client) -> PracticeReminder | None:
    query = select(PracticeReminder).where(
        PracticeReminder.practice_id == client.practice_id, PracticeReminder.client_id == client.id
    )
    return db.session.scalars(query).one_or_none()
