"""The last weeks of running programs, read for many at once: practice, check-ins, pain, warning signs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from clinic.domain.programs import Change, pauses, running_since
from clinic.domain.progress import Adherence, PainPoint, Plan, adherence, day_outcome
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.skipping import UNANSWERED_AFTER
from clinic.domain.types import CheckinState, LogOutcome
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinSchedule,
    Client,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    WarningFlag,
)
from clinic.models.base import points_at

READ_BACK = timedelta(days=30)  # four weeks, and two days for clocks that are ahead
WENT_OUT = (CheckinState.SENT, CheckinState.IN_DOUBT, CheckinState.ANSWERED, CheckinState.EXPIRED)
OUTCOMES = (LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in that went out: its day, whether it was answered, and the days of practice it named."""

    day: date
    answered: bool
    days_practised: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """A program, its client, and what is known of their last four weeks. `today` is the client's own date."""

    program: Program
    client: Client
    schedule: CheckinSchedule | None
    today: date
    plan: Plan
    logs: Mapping[date, LogOutcome]
    asked: Sequence[Asked]
    pain: Sequence[PainPoint]
    warning_open: bool
    running_since: date  # the first day, or the last resumption or restart

    @property
    def steady_since(self) -> date:
        """Since when it runs at the pace of now."""
        changed = self.schedule.rhythm_since if self.schedule else None
        return max(self.running_since, changed or self.running_since)

    def adherence(self, days: int) -> Adherence:
        """What the log says of the last so many days."""
        return adherence(self.logs, self.plan, self.today, days)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the log and the plan of one program come to."""

    logs: Mapping[date, LogOutcome]
    plan: Plan
    changes: Sequence[Change]


@dataclass(slots=True)
class _Practice:
    moves: int = 0
    days_per_week: int = 7
    days: dict[date, list[LogOutcome]] = field(default_factory=dict)


Row = tuple[Program, Client, CheckinSchedule | None]


def read(found: Sequence[Row], at: datetime) -> list[Weeks]:
    """The weeks of several programs. Five queries, however many there are."""
    if not found:
        return []
    programs, clients = [row[0] for row in found], [row[1] for row in found]
    kept, asked = kept_of(programs, at), _asked(programs, at)
    pain, flagged = _pain(clients), _flagged(clients)
    told = []
    for program, client, schedule in found:
        practice = kept[program.id]
        zone = load_zone(client.time_zone)
        told.append(
            Weeks(
                program=program,
                client=client,
                schedule=schedule,
                today=local_date(at, zone),
                plan=practice.plan,
                logs=practice.logs,
                asked=asked[program.id],
                pain=[PainPoint(local_date(moment, zone), value) for moment, value in pain[client.id]],
                warning_open=client.id in flagged,
                running_since=running_since(program.starts_on, practice.changes),
            )
        )
    return told


def kept_of(programs: Sequence[Program], at: datetime) -> dict[uuid.UUID, Kept]:
    """Log and plan of the last four weeks of several programs. Two queries."""
    practice, changes = _practice(programs, at), _changes(programs)
    return {program.id: _kept(program, practice[program.id], changes[program.id]) for program in programs}


def _kept(program: Program, practice: _Practice, changes: Sequence[Change]) -> Kept:
    outcomes = {day: day_outcome(kinds, practice.moves) for day, kinds in practice.days.items()}
    plan = Plan(
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        pauses=tuple(pauses(changes)),
        days_per_week=practice.days_per_week,
    )
    return Kept({day: outcome for day, outcome in outcomes.items() if outcome is not None}, plan, changes)


def _of(kind: Any, programs: Collection[Program]) -> ColumnElement[bool]:
    return and_(
        kind.practice_id.in_({program.practice_id for program in programs}),
        kind.program_id.in_({program.id for program in programs}),
    )


def _of_clients(kind: Any, clients: Collection[Client]) -> ColumnElement[bool]:
    return and_(
        kind.practice_id.in_({client.practice_id for client in clients}),
        kind.client_id.in_({client.id for client in clients}),
    )


def _practice(programs: Collection[Program], at: datetime) -> dict[uuid.UUID, _Practice]:
    found = {program.id: _Practice() for program in programs}
    for program_id, day, *numbers in db.session.execute(union_all(_moves(programs), _log(programs, at))):
        practice = found[program_id]
        if day is None:
            practice.moves, practice.days_per_week, _ = numbers
        else:
            kinds = zip(OUTCOMES, numbers, strict=True)
            practice.days[day] = [kind for kind, number in kinds for _ in range(number)]
    return found


def _moves(programs: Collection[Program]) -> Any:
    """How many moves a program has, and on how many days a week it asks for them."""
    return (
        select(
            Prescription.program_id,
            cast(null(), Date()).label("day"),
            func.count().label("first"),
            func.max(Prescription.days_per_week).label("second"),
            literal(0).label("third"),
        )
        .where(_of(Prescription, programs))
        .group_by(Prescription.program_id)
    )


def _log(programs: Collection[Program], at: datetime) -> Any:
    """A line a day: a month of rows of their own would be most of what a look at everybody reads."""
    counts = [func.sum(case((PracticeLog.outcome == kind, 1), else_=0)) for kind in OUTCOMES]
    move = points_at(PracticeLog.prescription_id, Prescription)
    return (
        select(Prescription.program_id, PracticeLog.local_date, *counts)
        .join(Prescription, move)
        .where(
            PracticeLog.practice_id.in_({program.practice_id for program in programs}),
            PracticeLog.client_id.in_({program.client_id for program in programs}),
            PracticeLog.local_date >= at.date() - READ_BACK,
            Prescription.program_id.in_({program.id for program in programs}),
        )
        .group_by(Prescription.program_id, PracticeLog.local_date)
    )


def _changes(programs: Collection[Program]) -> dict[uuid.UUID, list[Change]]:
    query = (
        select(ProgramEvent.program_id, ProgramEvent.action, ProgramEvent.effective_on)
        .where(_of(ProgramEvent, programs), ProgramEvent.action.is_not(None))
        .order_by(ProgramEvent.happened_at)
    )
    found: dict[uuid.UUID, list[Change]] = defaultdict(list)
    for program_id, action, day in db.session.execute(query):
        assert action is not None
        found[program_id].append(Change(action, day))
    return found


def _asked(programs: Collection[Program], at: datetime) -> dict[uuid.UUID, list[Asked]]:
    query = (
        select(Checkin.program_id, Checkin.local_date, Checkin.state, Checkin.due_at)
        .add_columns(CheckinAnswer.days_practised)
        .outerjoin(
            CheckinAnswer,
            points_at(CheckinAnswer.checkin_id, Checkin),
        )
        .where(
            Checkin.practice_id.in_({program.practice_id for program in programs}),
            Checkin.client_id.in_({program.client_id for program in programs}),
            Checkin.program_id.in_({program.id for program in programs}),
            Checkin.local_date >= at.date() - READ_BACK,
            Checkin.state.in_(WENT_OUT),
        )
        .order_by(Checkin.local_date)
    )
    found: dict[uuid.UUID, list[Asked]] = defaultdict(list)
    for program_id, day, state, due_at, days in db.session.execute(query):
        answered = state is CheckinState.ANSWERED
        if answered or due_at <= at - UNANSWERED_AFTER:
            found[program_id].append(Asked(day, answered, days))
    return found


def _pain(clients: Collection[Client]) -> dict[uuid.UUID, list[tuple[datetime, int | None]]]:
    query = (
        select(CheckinAnswer.client_id, CheckinAnswer.answered_at, CheckinAnswer.pain)
        .where(_of_clients(CheckinAnswer, clients))
        .order_by(CheckinAnswer.answered_at)
    )
    found: dict[uuid.UUID, list[tuple[datetime, int | None]]] = defaultdict(list)
    for client_id, moment, value in db.session.execute(query):
        found[client_id].append((moment, value))
    return found


def _flagged(clients: Collection[Client]) -> set[uuid.UUID]:
    query = select(WarningFlag.client_id).where(_of_clients(WarningFlag, clients), WarningFlag.is_open)
    return set(db.session.scalars(query))
