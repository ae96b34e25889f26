"""Reminders: one a check-in, two days after it went out, if it was not answered and nothing is against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from clinic.domain.dates import count
from clinic.domain.reminding import LATEST, ReminderFacts, reminder_due, why_not_reminded
from clinic.domain.sending import day_key
from clinic.domain.skipping import AWAITED, OUT
from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.models import Checkin, CheckinSchedule, Client, Practice, Program
from clinic.models.base import points_at
from clinic.services.checkins import dues as checkin_dues
from clinic.services.checkins.dues import DueCheckin
from clinic.services.checkins.passes import in_batches
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction


@dataclass(slots=True)
class ReminderReport:
    """What a pass did: check-ins looked at, reminders promised, and why the others are not reminded of."""

    looked_at: int = 0
    promised: int = 0
    not_reminded: Counter[str] = field(default_factory=Counter)

    def add(self, other: ReminderReport) -> None:
        """Count another pass in."""
        self.looked_at += other.looked_at
        self.promised += other.promised
        self.not_reminded.update(other.not_reminded)

    @property
    def in_words(self) -> str:
        """The report as one line."""
        reasons = self.not_reminded.most_common()
        why = "".join(f"; {times} not, because {reason}" for reason, times in reasons)
        return f"{count(self.promised, 'reminder')} to be mailed{why}."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A check-in that may want a reminder, and whether a newer one has taken its place."""

    checkin: Checkin
    due: DueCheckin
    has_newer: bool


@across_practices("what falls due")
def run(now: datetime, stopping: Callable[[], bool] = lambda: False) -> ReminderReport:
    """One pass over all check-ins whose time to look at has come, in short transactions."""
    return in_batches(_one_transaction, ReminderReport(), now, stopping=stopping)


def _one_transaction(now: datetime, size: int) -> ReminderReport:
    with transaction():
        asked = _take(now, size)
        report, told = ReminderReport(looked_at=len(asked)), list[HistoryLine]()
        for each, remind_at, reason in _ruled(asked, now):
            each.checkin.remind_at = remind_at
            if remind_at is not None:
                continue  # two local days are not over yet
            if reason is None:
                report.promised += _promise(each, now)
            elif each.checkin.state in AWAITED:
                report.not_reminded[reason] += 1
                told.append(_not_reminded(each.checkin, reason, now))
        histories.add(told)
    return report


def _take(now: datetime, size: int) -> list[_Asked]:
    newer = aliased(Checkin)
    has_newer = exists().where(
        newer.practice_id == Checkin.practice_id,
        newer.client_id == Checkin.client_id,
        newer.program_id == Checkin.program_id,
        newer.local_date > Checkin.local_date,
        newer.state.in_(OUT),
    )
    of_program = and_(
        CheckinSchedule.practice_id == Checkin.practice_id, CheckinSchedule.program_id == Checkin.program_id
    )
    query = (
        select(Checkin, CheckinSchedule, Program, Client, Practice, has_newer)
        .join(Program, points_at(Checkin.program_id, Program))
        .join(Client, points_at(Checkin.client_id, Client))
        .join(Practice, Practice.id == Checkin.practice_id)
        .outerjoin(CheckinSchedule, of_program)
        .where(Checkin.remind_at <= now)
        .order_by(Checkin.remind_at)
        .limit(size)
        .with_for_update(skip_locked=True, of=Checkin)
        .execution_options(populate_existing=True)
    )
    return [_Asked(row[0], DueCheckin(*row[1:5]), row[5]) for row in db.session.execute(query)]


def _ruled(asked: Collection[_Asked], now: datetime) -> Iterator[tuple[_Asked, datetime | None, str | None]]:
    """When to look again, or else why there is no reminder; neither: there is one now."""
    known = checkin_dues.known([each.due for each in asked], now) if asked else None
    for each in asked:
        assert known is not None
        due_at = _due_at(each)
        if due_at > now:
            yield each, due_at, None
            continue
        facts = checkin_dues.facts(each.due, due_at, known, now)
        ruled = ReminderFacts(
            state=each.checkin.state,
            standing=checkin_dues.standing(each.due, known),
            facts=facts,
            has_newer=each.has_newer,
        )
        reason = why_not_reminded(ruled, now)
        if reason is None:
            day = day_key(each.due.client.id, each.due.day(now))
            known.mailed[each.due.practice.id, day] = None
        yield each, None, reason


def _due_at(each: _Asked) -> datetime:
    return reminder_due(each.checkin.sent_at or each.checkin.due_at, each.due.zone, each.due.hours)


def _promise(each: _Asked, now: datetime) -> bool:
    """False where it was promised before: the check-in itself was sent again since."""
    checkin, due_at = each.checkin, _due_at(each)
    made = outbox.promise(
        checkin.practice_id,
        MailKind.REMINDER,
        f"reminder:{checkin.id.hex}",
        client_id=checkin.client_id,
        checkin_id=checkin.id,
        local_date=checkin.local_date,
        day_key=day_key(checkin.client_id, each.due.day(now)),
        due_at=due_at,
        start_by=due_at + LATEST,
        not_after=due_at + LATEST,
    )
    return made is not None


def _not_reminded(checkin: Checkin, reason: str, now: datetime) -> HistoryLine:
    return HistoryLine(checkin.practice_id, checkin.id, checkin.state, now, f"not reminded: {reason}")
