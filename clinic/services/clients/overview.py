"""What matters about one client now, in few queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from clinic.domain.appointments import AppointmentState
from clinic.domain.errors import NotFound
from clinic.domain.programs import status_on
from clinic.domain.progress import Adherence, PainChange, PlansSideBySide, Span, adherence, day_outcome
from clinic.domain.types import AssessmentStatus, LogOutcome, ProgramStatus
from clinic.models import (
    Appointment,
    Assessment,
    CheckinAnswer,
    CheckinSchedule,
    Client,
    Finding,
    PracticeLog,
    Program,
    ProgramFinding,
    has_open_flag,
)
from clinic.models.base import UtcDateTime, given, points_at
from clinic.services import rows
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.programs import weeks as program_weeks

WINDOW = 14  # days
OF_A_PROGRAM = 11  # columns


def _newest(what: Any, *which: ColumnElement[bool], first: Any = ()) -> ScalarSelect[Any]:
    """What the newest row of the given client's says, among those that `which` keeps."""
    kind: Any = what.parent.entity
    newest = select(what).where(given(kind.practice_id), given(kind.client_id), *which)
    return newest.order_by(*(first or (what.desc(),))).limit(1).correlate(None).scalar_subquery()


_CITED, _AGAIN = aliased(Assessment), aliased(Assessment)
_TAKEN_AGAIN = (
    select(Finding.id)
    .join(_AGAIN, points_at(Finding.assessment_id, _AGAIN))
    .where(
        _AGAIN.practice_id == Program.practice_id,
        _AGAIN.client_id == Program.client_id,
        _AGAIN.status == AssessmentStatus.SIGNED,
        _AGAIN.taken_on > _CITED.taken_on,
        Finding.test_key == ProgramFinding.test_key,
    )
    .correlate(Program, ProgramFinding, _CITED)
)
# It answers a finding that no assessment since has taken again.
_IS_TO_BE_RETESTED = (
    select(ProgramFinding.id)
    .join(_CITED, points_at(ProgramFinding.assessment_id, _CITED))
    .where(points_at(ProgramFinding.program_id, Program), ~_TAKEN_AGAIN.exists())
    .correlate(Program)
    .exists()
)
_LAST_PROGRAM = (Program.assigned_at.desc(),)
_PRACTISED = PracticeLog.outcome != LogOutcome.NOT_DONE
_SAID = CheckinAnswer.pain.is_not(None)
_EARLIEST, _LATEST = (CheckinAnswer.answered_at.asc(),), (CheckinAnswer.answered_at.desc(),)
_NEXT_APPOINTMENT = (
    select(func.min(Appointment.starts_at))
    .where(
        given(Appointment.practice_id),
        given(Appointment.client_id),
        Appointment.starts_at > bindparam("at", type_=UtcDateTime()),
        Appointment.state == AppointmentState.PLANNED,
    )
    .scalar_subquery()
)
_FACTS = rows.settled(
    select(
        Program.id,
        Program.practice_id,
        Program.client_id,
        Program.name,
        Program.status,
        Program.starts_on,
        Program.ends_on,
        Program.paused_from,
        Program.paused_until,
        CheckinSchedule.next_on,
        _IS_TO_BE_RETESTED,
        _newest(PracticeLog.local_date, _PRACTISED),
        _newest(CheckinAnswer.answered_at),
        _newest(Assessment.taken_on, Assessment.status == AssessmentStatus.SIGNED),
        has_open_flag(bindparam("practice_id"), bindparam("client_id")),
        _newest(CheckinAnswer.answered_at, _SAID, first=_EARLIEST),
        _newest(CheckinAnswer.pain, _SAID, first=_EARLIEST),
        _newest(CheckinAnswer.pain, _SAID, first=_LATEST),
        _NEXT_APPOINTMENT,
    )
    .select_from(Client)
    .outerjoin(
        Program,
        and_(
            points_at(Program.client_id, Client),
            or_(
                Program.status != ProgramStatus.ENDED,
                Program.id == _newest(Program.id, first=_LAST_PROGRAM),
            ),
        ),
    )
    .outerjoin(CheckinSchedule, points_at(CheckinSchedule.program_id, Program))
    .where(given(Client.practice_id), given(Client.id, "client_id"))
    .order_by(Program.assigned_at, Program.id)
)


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program that a client's first page names."""

    id: uuid.UUID
    practice_id: uuid.UUID
    client_id: uuid.UUID
    name: str
    status: ProgramStatus
    starts_on: date
    ends_on: date | None
    paused_from: date | None
    paused_until: date | None
    next_checkin_on: date | None
    is_to_be_retested: bool

    def on(self, day: date) -> ProgramStatus:
        """What it is on a day."""
        pause = Span(self.paused_from, self.paused_until) if self.paused_from else None
        return status_on(day, self.status, starts_on=self.starts_on, ends_on=self.ends_on, pause=pause)


@dataclass(frozen=True, slots=True)
class ClientOverview:
    """The newest of each, None where there is none yet; and whether a warning sign is open.

    `programs` are those that have not ended, the earliest first; `last` is the newest, where all have ended.
    `pain` is the first pain given against the latest, the same where there is one only.
    """

    programs: Sequence[ListedProgram]
    last: ListedProgram | None
    last_practice: date | None
    last_answer: datetime | None
    last_assessment: date | None
    warning: bool
    pain: PainChange | None
    next_appointment: datetime | None

    def next_checkin(self, today: date) -> date | None:
        """The day of the next check-in; None where none goes out, as behind a warning sign or on a pause."""
        asking = [each for each in self.programs if each.on(today) is not ProgramStatus.PAUSED]
        planned = [each.next_checkin_on for each in asking if each.next_checkin_on]
        return min(planned, default=None) if not self.warning else None

    @property
    def has_running_program(self) -> bool:
        """Whether there is a program that has not ended."""
        return bool(self.programs)


def facts(actor: Actor, client: Client) -> ClientOverview:
    """The facts of a client that was loaded through a door; staff only. One query."""
    if not actor.is_staff or client.practice_id != actor.practice_id:
        raise NotFound
    whose = {"practice_id": client.practice_id, "client_id": client.id, "at": now()}
    found: Sequence[Any] = rows.read(_FACTS, whose)
    practised, answered, assessed, warning, since, before, latest_pain, meets = found[0][OF_A_PROGRAM:]
    pain = PainChange(since.date(), before, latest_pain) if since else None
    every = [ListedProgram(*row[:OF_A_PROGRAM]) for row in found if row.id]
    today = today_in(client.time_zone)
    going = [program for program in every if program.on(today) is not ProgramStatus.ENDED]
    last = every[-1] if every and not going else None
    return ClientOverview(going, last, practised, answered, assessed, warning, pain, meets)


def practice(client: Client, programs: Sequence[ListedProgram]) -> Adherence | None:
    """The log of two weeks of the programs that go on, together; None without one. At most two queries."""
    if not programs:
        return None
    kept = program_weeks.kept(programs, now(), WINDOW)
    days: dict[date, list[LogOutcome]] = defaultdict(list)
    for each in kept:
        for day, outcome in each.logs.items():
            days[day].append(outcome)
    together = ((day, day_outcome(all_of, len(all_of))) for day, all_of in days.items())
    logs = {day: outcome for day, outcome in together if outcome is not None}
    plan = PlansSideBySide(tuple(each.plan for each in kept))
    return adherence(logs, plan, today_in(client.time_zone), WINDOW)
