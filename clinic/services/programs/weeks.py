"""The last weeks of running programs, read for many at once: practice, check-ins, pain, warning signs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    bindparam,
    cast,
    false,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from clinic.domain.attention import NOT_WELL
from clinic.domain.programs import ProgramChange, over_since, pauses, running_since
from clinic.domain.progress import Adherence, PainPoint, PracticePlan, adherence, day_outcome
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.skipping import UNANSWERED_AFTER
from clinic.domain.types import CheckinState, LogOutcome
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinSchedule,
    Client,
    OpenReason,
    PracticeLog,
    Prescription,
    Program,
    WarningFlag,
)
from clinic.models.base import among, given, one_of, points_at
from clinic.services import phases, rows
from clinic.services.phases import HAS_PHASES, KeptPhases, Which, changes, changes_of, has_changes
from clinic.services.programs import noticed
from clinic.services.programs.kept_days import OUTCOMES, how_many

SPARE = timedelta(days=2)  # for clocks that are ahead
READ_BACK = timedelta(days=28) + SPARE
WENT_OUT = (CheckinState.SENT, CheckinState.IN_DOUBT, CheckinState.ANSWERED, CheckinState.EXPIRED)


def _moves(which: Which) -> Select[*tuple[Any, ...]]:
    """A program's moves, on how many days a week it asks for them, whether it has phases, and steps."""
    return (
        select(
            Prescription.program_id,
            cast(null(), Date()).label("day"),
            func.count().label("first"),
            func.max(Prescription.days_per_week).label("second"),
            HAS_PHASES.label("third"),
            has_changes(which).label("fourth"),
        )
        .where(which(Prescription.practice_id, "practices"), which(Prescription.program_id, "programs"))
        .group_by(Prescription.program_id)
    )


def _log(which: Which) -> Select[*tuple[Any, ...]]:
    """A line a day: a month of rows of their own would be most of what a look at everybody reads."""
    return (
        select(
            Prescription.program_id,
            PracticeLog.local_date,
            *how_many(PracticeLog.outcome, OUTCOMES),
            literal(0),
        )
        .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
        .where(
            which(PracticeLog.practice_id, "practices"),
            which(PracticeLog.client_id, "clients"),
            PracticeLog.local_date >= bindparam("first"),
            which(Prescription.program_id, "programs"),
        )
        .group_by(Prescription.program_id, PracticeLog.local_date)
    )


@dataclass(frozen=True, slots=True)
class _Queries:
    """What is asked of programs: of many at once, or in half the time of a single one."""

    practice: CompoundSelect[*tuple[Any, ...]]
    changes: Select[*tuple[Any, ...]]


_OF_MANY, _OF_ONE = (
    _Queries(rows.settled(union_all(_moves(which), _log(which))), changes(which)) for which in (among, given)
)
_ASKED = (
    select(Checkin.client_id, Checkin.local_date, Checkin.state, Checkin.due_at)
    .add_columns(CheckinAnswer.days_practised)
    .outerjoin(CheckinAnswer, points_at(CheckinAnswer.checkin_id, Checkin))
    .where(
        among(Checkin.practice_id, "practices"),
        among(Checkin.client_id, "clients"),
        Checkin.local_date >= bindparam("first"),
        one_of(Checkin.state, WENT_OUT),
    )
    .order_by(Checkin.local_date)
)
_PAIN = (
    select(CheckinAnswer.client_id, CheckinAnswer.answered_at, CheckinAnswer.pain)
    .where(among(CheckinAnswer.practice_id, "practices"), among(CheckinAnswer.client_id, "clients"))
    .order_by(CheckinAnswer.answered_at)
)
_FLAGGED = select(WarningFlag.client_id, true()).where(
    among(WarningFlag.practice_id, "practices"),
    among(WarningFlag.client_id, "clients"),
    WarningFlag.is_open,
)
_NOT_WELL = select(OpenReason.client_id, false()).where(
    among(OpenReason.practice_id, "practices"),
    among(OpenReason.client_id, "clients"),
    one_of(OpenReason.kind, NOT_WELL),
)
_AILING: CompoundSelect[Any] = union_all(_FLAGGED, _NOT_WELL)


@dataclass(frozen=True, slots=True)
class AskedCheckin:
    """A check-in that went out: its day, whether it was answered, and the days of practice it named."""

    day: date
    answered: bool
    days_practised: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramWeeks:
    """A program, its client, and what is known of their last four weeks. `today` is the client's own date."""

    program: Program
    client: Client
    schedule: CheckinSchedule | None
    today: date
    plan: PracticePlan
    logs: Mapping[date, LogOutcome]
    asked: Sequence[AskedCheckin]
    pain: Sequence[PainPoint]
    warning_open: bool
    not_well: bool  # a warning sign, or something the client said, waits for somebody
    running_since: date  # the first day, or the last resumption or restart
    manages_alone: bool = False  # says so, and the form re-check agrees

    @property
    def steady_since(self) -> date:
        """Since when it runs at the pace of now."""
        changed = self.schedule.rhythm_since if self.schedule else None
        return max(self.running_since, changed or self.running_since)

    def adherence(self, days: int) -> Adherence:
        """What the log says of the last so many days."""
        return adherence(self.logs, self.plan, self.today, days)


@dataclass(frozen=True, slots=True)
class KeptPractice:
    """What the log and the plan of one program come to."""

    logs: Mapping[date, LogOutcome]
    plan: PracticePlan
    changes: Sequence[ProgramChange]


@dataclass(slots=True)
class _Practice:
    moves: int = 0
    days_per_week: int = 7
    has_phases: bool = False
    has_changes: bool = True  # no line says it of a program without moves
    days: dict[date, list[LogOutcome]] = field(default_factory=dict)


Row = tuple[Program, Client, CheckinSchedule | None]


def read(found: Sequence[Row], at: datetime) -> list[ProgramWeeks]:
    """The weeks of several programs. Six queries, however many there are."""
    if not found:
        return []
    programs, clients = [row[0] for row in found], [row[1] for row in found]
    kept, asked = kept_of(programs, at), _asked(clients, at)
    pain, ailing = _pain(clients), _ailing(clients)
    alone = noticed.who_manage_alone(clients, at)
    told = []
    for program, client, schedule in found:
        practice = kept[program.id]
        zone = load_zone(client.time_zone)
        told.append(
            ProgramWeeks(
                program=program,
                client=client,
                schedule=schedule,
                today=local_date(at, zone),
                plan=practice.plan,
                logs=practice.logs,
                asked=asked[client.id],
                pain=[PainPoint(local_date(moment, zone), value) for moment, value in pain[client.id]],
                warning_open=ailing.get(client.id, False),
                not_well=client.id in ailing,
                running_since=running_since(program.starts_on, practice.changes, local_date(at, zone)),
                manages_alone=client.id in alone,
            )
        )
    return told


def kept_of(programs: Sequence[Program], at: datetime) -> dict[uuid.UUID, KeptPractice]:
    """Log and plan of the last four weeks of several programs. Two queries, or one where nothing changed."""
    return _kept_of(_OF_MANY, programs, _which(programs), at.date() - READ_BACK)


class DatedProgram(Protocol):
    """What is asked of a program to read its weeks."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def practice_id(self) -> uuid.UUID: ...
    @property
    def client_id(self) -> uuid.UUID: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


def kept(programs: Sequence[DatedProgram], at: datetime, days: int) -> Sequence[KeptPractice]:
    """Log and plan of the last days of one client's programs. As many, quicker for one alone."""
    first = at.date() - timedelta(days=days) - SPARE
    if len(programs) > 1:
        found = _kept_of(_OF_MANY, programs, _which(programs), first)
    else:
        (program,) = programs
        whose = {"practices": program.practice_id, "clients": program.client_id, "programs": program.id}
        found = _kept_of(_OF_ONE, programs, whose, first)
    return list(found.values())


def _kept_of(
    ask: _Queries, programs: Sequence[DatedProgram], which: Mapping[str, Any], first: date
) -> dict[uuid.UUID, KeptPractice]:
    practice = _practice(ask, programs, which, first)
    stepped = changes_of(ask.changes, which) if any(each.has_changes for each in practice.values()) else {}
    phased = [program for program in programs if practice[program.id].has_phases]
    kept = phases.kept({program.practice_id for program in phased}, [program.id for program in phased])
    return {
        program.id: _kept(program, practice[program.id], stepped.get(program.id, ()), kept.get(program.id))
        for program in programs
    }


def _kept(
    program: DatedProgram,
    practice: _Practice,
    stepped: Sequence[ProgramChange],
    in_phases: KeptPhases | None,
) -> KeptPractice:
    rests = pauses(stepped)
    plan = PracticePlan(
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        pauses=rests,
        over_since=over_since(stepped),
        days_per_week=practice.days_per_week,
        paces=in_phases.paces(program.starts_on, rests) if in_phases else (),
    )
    outcomes = (
        (day, day_outcome(kinds, plan.moves_on(day, practice.moves))) for day, kinds in practice.days.items()
    )
    return KeptPractice({day: outcome for day, outcome in outcomes if outcome is not None}, plan, stepped)


def _practice(
    ask: _Queries, programs: Collection[DatedProgram], which: Mapping[str, Any], first: date
) -> dict[uuid.UUID, _Practice]:
    found = {program.id: _Practice() for program in programs}
    for program_id, day, *numbers, is_changed in rows.read(ask.practice, {**which, "first": first}):
        practice = found[program_id]
        if day is None:
            practice.moves, practice.days_per_week, practice.has_phases = numbers
            practice.has_changes = is_changed
        else:
            kinds = zip(OUTCOMES, numbers, strict=True)
            practice.days[day] = [kind for kind, number in kinds for _ in range(number)]
    return found


def _asked(clients: Collection[Client], at: datetime) -> dict[uuid.UUID, list[AskedCheckin]]:
    """By client: a check-in asks about all their programs, whichever one's rhythm it came by."""
    which = {**_whose(clients), "first": at.date() - READ_BACK}
    found: dict[uuid.UUID, list[AskedCheckin]] = defaultdict(list)
    for client_id, day, state, due_at, days in db.session.execute(_ASKED, which):
        answered = state is CheckinState.ANSWERED
        if answered or due_at <= at - UNANSWERED_AFTER:
            found[client_id].append(AskedCheckin(day, answered, days))
    return found


def _pain(clients: Collection[Client]) -> dict[uuid.UUID, list[tuple[datetime, int | None]]]:
    found: dict[uuid.UUID, list[tuple[datetime, int | None]]] = defaultdict(list)
    for client_id, moment, value in db.session.execute(_PAIN, _whose(clients)):
        found[client_id].append((moment, value))
    return found


def _ailing(clients: Collection[Client]) -> dict[uuid.UUID, bool]:
    """Who is not said to do well, and whether a warning sign is open."""
    found: dict[uuid.UUID, bool] = {}
    for client_id, is_flagged in db.session.execute(_AILING, _whose(clients)):
        found[client_id] = found.get(client_id, False) or bool(is_flagged)
    return found


def _which(programs: Collection[DatedProgram]) -> dict[str, Any]:
    return {
        "practices": list({program.practice_id for program in programs}),
        "clients": list({program.client_id for program in programs}),
        "programs": [program.id for program in programs],
    }


def _whose(clients: Collection[Client]) -> dict[str, Any]:
    return {
        "practices": list({client.practice_id for client in clients}),
        "clients": list({client.id for client in clients}),
    }
