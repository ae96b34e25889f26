"""What a client's programs asked on which days, and what was logged of them, without the moves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from clinic.domain.phases import PhaseDays
from clinic.domain.programs import ProgramChange, over_since, pauses
from clinic.domain.progress import Adherence, Plan, PlansSideBySide, PracticePlan, adherence
from clinic.domain.side_by_side import outcome_together
from clinic.domain.types import LogOutcome, MistakeAnswer
from clinic.models import Client, PracticeLog, Prescription, Program, ProgramEvent
from clinic.models.base import given, points_at
from clinic.services import phases, rows
from clinic.services.phases import HAS_PHASES, KeptPhases

# Made once, so that a client's page costs the queries alone.
_OF_PROGRAM = and_(Prescription.practice_id == Program.practice_id, Prescription.program_id == Program.id)
# Every program the client ever had, with what happened to it: what a day asked, whatever became of it since.
_PLANS = (
    select(
        Program.id,
        Program.name,
        Program.starts_on,
        Program.ends_on,
        select(func.count()).where(_OF_PROGRAM).correlate(Program).scalar_subquery(),
        select(func.max(Prescription.days_per_week)).where(_OF_PROGRAM).correlate(Program).scalar_subquery(),
        select(HAS_PHASES).where(_OF_PROGRAM).correlate(Program).scalar_subquery(),
        ProgramEvent.action,
        ProgramEvent.effective_on,
        ProgramEvent.until,
    )
    .outerjoin(
        ProgramEvent,
        and_(
            ProgramEvent.practice_id == Program.practice_id,
            ProgramEvent.program_id == Program.id,
            ProgramEvent.action.is_not(None),
        ),
    )
    .where(given(Program.practice_id), given(Program.client_id))
    .order_by(Program.assigned_at, Program.id, ProgramEvent.happened_at)
)
OUTCOMES = (LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE)
MISTAKES = (MistakeAnswer.YES, MistakeAnswer.NO, MistakeAnswer.NOT_SURE)


def how_many(column: Any, values: Iterable[Any]) -> Iterator[ColumnElement[int]]:
    """Of the rows of a group, how many say each of some values."""
    return (func.sum(case((column == value, 1), else_=0)) for value in values)


# A line a day: months of rows of their own would be most of what a look back reads.
_DAYS = rows.settled(
    select(
        PracticeLog.local_date,
        Prescription.program_id,
        *how_many(PracticeLog.outcome, OUTCOMES),
        *how_many(PracticeLog.mistake, MISTAKES),
    )
    .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.local_date >= bindparam("first"),
    )
    .group_by(PracticeLog.local_date, Prescription.program_id)
    .order_by(PracticeLog.local_date)
)


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A program as the days ask for it: its name, its plan, how many moves it has, and its phases."""

    name: str
    plan: PracticePlan
    moves: int
    phases: Sequence[PhaseDays] = ()


LoggedOutcomes = tuple[date, uuid.UUID, Sequence[LogOutcome]]


class KeptDays:
    """What the days came to, of whoever knows the plans and what was logged."""

    today: date
    plans: Mapping[uuid.UUID, KeptPlan]

    @property
    def logged(self) -> Iterable[LoggedOutcomes]:
        """By day and program what was said of moves; a day may come more than once."""
        raise NotImplementedError

    @cached_property
    def plan(self) -> Plan | None:
        """What all programs together ask; None for a client who never had one."""
        plans = tuple(each.plan for each in self.plans.values())
        return plans[0] if len(plans) == 1 else PlansSideBySide(plans) if plans else None

    @property
    def has_ended(self) -> bool:
        """Whether all programs that the client had have ended."""
        return bool(self.plans) and not goes_on(self.plans, self.today)

    def practised(self, days: int) -> Adherence | None:
        """What the log says of the last so many days; None for a client who never had a program."""
        if self.plan and days not in self._practised:
            self._practised[days] = adherence(self.outcomes, self.plan, self.today, days)
        return self._practised.get(days)

    @cached_property
    def _practised(self) -> dict[int, Adherence]:
        return {}

    @property
    def practised_throughout(self) -> Adherence | None:
        """The same from the first day of the programs on, as far as their logs were read."""
        return self.practised((self.today - self.plan.starts_on).days + 1) if self.plan else None

    @cached_property
    def outcomes(self) -> Mapping[date, LogOutcome]:
        """What each logged day came to."""
        days: dict[date, dict[uuid.UUID, Sequence[LogOutcome]]] = {}
        for day, program_id, outcomes in self.logged:
            of_day = days.get(day)
            if of_day is None:
                days[day] = {program_id: outcomes}
            else:
                of_day[program_id] = (*of_day.get(program_id, ()), *outcomes)
        in_phases = any(each.plan.paces for each in self.plans.values())
        always = {program_id: each.moves for program_id, each in self.plans.items()}
        found = (
            (day, outcome_together(logged, self._moves_on(day) if in_phases else always))
            for day, logged in days.items()
        )
        return {day: outcome for day, outcome in found if outcome is not None}

    def _moves_on(self, day: date) -> Mapping[uuid.UUID, int]:
        """How many moves each program asked on a day."""
        return {program_id: each.plan.moves_on(day, each.moves) for program_id, each in self.plans.items()}


class DayOfLogs(NamedTuple):
    """Of how many moves of a program a day was said what, and what of the named mistake."""

    local_date: date
    program_id: uuid.UUID
    done: int
    partly: int
    not_done: int
    noticed: int
    not_noticed: int
    not_sure: int


@lru_cache(maxsize=1024)  # months of days are told in few ways
def _each_once(kinds: tuple[Any, ...], many: tuple[int, ...]) -> tuple[Any, ...]:
    """Each kind as often as it was said."""
    return tuple(kind for kind, times in zip(kinds, many, strict=True) for _ in range(times))


@dataclass(frozen=True)
class DaysSoFar(KeptDays):
    """The days of programs, as far as their logs were read. `today` is the client's local date."""

    today: date
    plans: Mapping[uuid.UUID, KeptPlan]
    days: Sequence[DayOfLogs] = ()

    @property
    def logged(self) -> Iterable[LoggedOutcomes]:
        """By day and program what was said of each of its moves."""
        for each in self.days:
            yield each[0], each[1], _each_once(OUTCOMES, each[2:5])

    @property
    def mistakes(self) -> list[tuple[date, MistakeAnswer]]:
        """What was said of the named mistake, once for each move it was said of."""
        return [(each[0], answer) for each in self.days for answer in _each_once(MISTAKES, each[5:])]


def of_client(client: Client, today: date, *, days: int) -> DaysSoFar:
    """Plans and logs of the last days of a client somebody was let through to.

    Where no program goes on, of the last that ran, from their first day on. Two queries; three with phases.
    """
    plans, first = shown(plans_of(client), today, days)
    if not plans:
        return DaysSoFar(today, plans)
    known = {"practice_id": client.practice_id, "client_id": client.id, "first": first}
    found = map(DayOfLogs._make, rows.read(_DAYS, known))
    return DaysSoFar(today, plans, [each for each in found if each.program_id in plans])


def shown(
    plans: Mapping[uuid.UUID, KeptPlan], today: date, days: int
) -> tuple[Mapping[uuid.UUID, KeptPlan], date]:
    """The programs that a look back tells of, and since when: the last days, or all of what has ended."""
    if not plans or goes_on(plans, today):
        return plans, today - timedelta(days=days)
    plans = _last_run(plans, today)
    return plans, min(each.plan.starts_on for each in plans.values())


def goes_on(plans: Mapping[uuid.UUID, KeptPlan], day: date) -> bool:
    """Whether one of the programs has not ended on a day."""
    return any(each.plan.goes_on(day) for each in plans.values())


def plans_of(client: Client) -> Mapping[uuid.UUID, KeptPlan]:
    """What each program of the client's asked and asks, the earliest first. One query; two with phases."""
    changes: dict[uuid.UUID, list[ProgramChange]] = defaultdict(list)
    heads = {}
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    for program_id, *head, action, day, until in rows.read(_PLANS, whose):
        heads[program_id] = head
        if action is not None:
            changes[program_id].append(ProgramChange(action, day, until=until))
    phased = phases.kept([client.practice_id], [each for each, head in heads.items() if head[-1]])
    return {
        program_id: _kept(head, changes[program_id], phased.get(program_id))
        for program_id, head in heads.items()
    }


def _kept(head: Sequence[Any], changes: Sequence[ProgramChange], in_phases: KeptPhases | None) -> KeptPlan:
    name, starts_on, ends_on, moves, pace, _ = head
    rests = pauses(changes)
    plan = PracticePlan(
        starts_on=starts_on,
        ends_on=ends_on,
        pauses=rests,
        over_since=over_since(changes),
        days_per_week=pace or 7,
        paces=in_phases.paces(starts_on, rests) if in_phases else (),
    )
    return KeptPlan(name, plan, moves, in_phases.days(starts_on, rests) if in_phases else ())


def _last_run(plans: Mapping[uuid.UUID, KeptPlan], today: date) -> Mapping[uuid.UUID, KeptPlan]:
    """Of programs that have all ended the newest, with those that ran beside it."""
    newest = list(plans.values())[-1].plan
    first, last = newest.starts_on, newest.last_day(today)
    return {
        program_id: each
        for program_id, each in plans.items()
        if each.plan.starts_on <= last and each.plan.last_day(today) >= first
    }
