"""What a client says of each day's practice, and what that comes to."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.moves import named_mistake_in
from clinic.domain.programs import ProgramChange, logging_problem, pauses
from clinic.domain.progress import PracticePlan, day_outcome
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer, ProgramStatus, Tier
from clinic.domain.warnings import pauses_program
from clinic.extensions import db
from clinic.models import Client, PracticeLog, Prescription, Program, ProgramEvent
from clinic.models.base import given, points_at
from clinic.services import audit, rows, warnings
from clinic.services.access import own_program
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import one_at_a_time, transaction

# Made once, so that a client's page costs the queries alone.
_LOGS = (
    select(
        PracticeLog.prescription_id,
        PracticeLog.local_date,
        PracticeLog.outcome,
        PracticeLog.pain,
        PracticeLog.mistake,
        PracticeLog.note,
        PracticeLog.obstacle,
    )
    .join(
        Prescription,
        points_at(PracticeLog.prescription_id, Prescription),
    )
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.local_date >= bindparam("first"),
        given(Prescription.program_id),
    )
    .order_by(PracticeLog.local_date, Prescription.position)
)
_CHANGES = (
    select(ProgramEvent.action, ProgramEvent.effective_on, ProgramEvent.reason)
    .where(given(ProgramEvent.practice_id), given(ProgramEvent.program_id))
    .order_by(ProgramEvent.happened_at)
)
_LAST_ENDED = (
    select(Program)
    .where(given(Program.practice_id), given(Program.client_id), Program.status == ProgramStatus.ENDED)
    .order_by(Program.assigned_at.desc())
    .limit(1)
)
_NEWEST_GRADUATED_ON = (
    select(Program.graduated_on)
    .where(given(Program.practice_id), given(Program.client_id))
    .order_by(Program.assigned_at.desc())
    .limit(1)
)
_MISTAKES = (
    select(PracticeLog.local_date, PracticeLog.mistake)
    .where(given(PracticeLog.practice_id), given(PracticeLog.client_id), PracticeLog.mistake.is_not(None))
    .order_by(PracticeLog.local_date)
)
FIRST_SLOT = 1


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One day's practice in the client's words; pain is 0-10 or not said.

    `hurting` are the moves, by prescription, that the pain was in; none named: all of them.
    """

    outcome: LogOutcome
    pain: int | None = None
    mistake: MistakeAnswer | None = None
    note: str | None = None
    obstacle: LogObstacle | None = None
    hurting: frozenset[uuid.UUID] = frozenset()

    def hurts_in(self, prescription_id: uuid.UUID) -> bool:
        """Whether the pain that is said belongs to a move."""
        return not self.hurting or prescription_id in self.hurting


@dataclass(frozen=True, slots=True)
class LoggedMove:
    """What was logged of one move on one day."""

    prescription_id: uuid.UUID
    local_date: date
    outcome: LogOutcome
    pain: int | None
    mistake: MistakeAnswer | None
    note: str | None
    obstacle: LogObstacle | None


@dataclass(frozen=True, slots=True)
class OwnProgram:
    """A client's program, if they have one. `today` is their local date."""

    client: Client
    program: Program | None
    tier: Tier | None  # of an open warning flag
    today: date

    @property
    def named_mistake(self) -> str | None:
        """What the practice calls its mistake in this program; None where it names none."""
        return named_mistake_in(move.content for move in self.program.prescriptions) if self.program else None

    @property
    def locked(self) -> bool:
        """Whether a warning sign holds the program until a practitioner has looked."""
        return self.tier is not None and pauses_program(self.tier)


@dataclass(frozen=True)
class Diary(OwnProgram):
    """The program and what was logged of it."""

    logs: Sequence[LoggedMove] = ()
    plan: PracticePlan | None = None

    @cached_property
    def outcomes(self) -> Mapping[date, LogOutcome]:
        """What each logged day came to."""
        moves = len(self.program.prescriptions) if self.program else 0
        days = groupby(sorted(self.logs, key=lambda log: log.local_date), key=lambda log: log.local_date)
        found = ((day, day_outcome([log.outcome for log in logs], moves)) for day, logs in days)
        return {day: outcome for day, outcome in found if outcome is not None}

    def entry(self, day: date) -> DiaryEntry | None:
        """What was logged for a day, as the form asks it."""
        logs = [log for log in self.logs if log.local_date == day]
        if not logs or self.outcomes.get(day) is None:
            return None
        hurting = {log.prescription_id for log in logs if _is_marked(log)}
        return DiaryEntry(
            self.outcomes[day],
            max((log.pain for log in logs if log.pain is not None), default=None),
            next((log.mistake for log in logs if log.mistake is not None), None),
            next((log.note for log in logs if log.note), None),
            next((log.obstacle for log in logs if log.obstacle is not None), None),
            frozenset(hurting if len(hurting) < len(logs) else ()),
        )

    def may_log(self, day: date) -> bool:
        """Whether the client may say something of a day."""
        return self.problem_with(day) is None

    def problem_with(self, day: date) -> str | None:
        """Why the client may not say anything of a day, in words for them; None if they may."""
        status, starts_on = (self.program.status, self.program.starts_on) if self.program else (None, None)
        return logging_problem(status, starts_on, day, self.today, is_held=self.locked)


def mistake_answers(client: Client) -> list[tuple[date, MistakeAnswer]]:
    """What a client's logs say of the named mistake, day by day; for staff. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return [(day, answer) for day, answer in db.session.execute(_MISTAKES, whose) if answer is not None]


def held(actor: Actor) -> OwnProgram:
    """The signed-in client's program, and whether a warning sign holds it. One query, two where it does."""
    client, program, is_flagged = own_program(actor)
    return OwnProgram(client, program, _open_tier(client) if is_flagged else None, today_in(client.time_zone))


def diary(actor: Actor, *, days: int = 14) -> Diary:
    """The signed-in client's program with the logs of the last days. Four queries at most."""
    found = held(actor)
    client, program = found.client, found.program
    if program is None:
        return Diary(client, None, found.tier, found.today)
    first = max(program.starts_on, found.today - timedelta(days=days))
    return Diary(client, program, found.tier, found.today, _logs(program, first), _plan(program))


def history(actor: Actor, *, days: int) -> Diary:
    """The diary of the last days; where no program runs, of the newest that ended, from its first day on."""
    found = diary(actor, days=days)
    program = None if found.program else last_ended(actor)
    if program is None:
        return found
    logs = _logs(program, program.starts_on)
    return Diary(found.client, program, found.tier, found.today, logs, _plan(program))


def last_ended(actor: Actor) -> Program | None:
    """The newest program of the signed-in client's that has ended."""
    own = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    return db.session.scalar(_LAST_ENDED, own)


def graduated_on(actor: Actor) -> date | None:
    """The day the signed-in client's newest program ended because all went well; None otherwise."""
    own = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    return db.session.scalar(_NEWEST_GRADUATED_ON, own)


def moves_on(found: Diary, day: date) -> Sequence[Prescription]:
    """The moves a day is logged for."""
    return found.program.prescriptions if found.program else ()


def log_day(actor: Actor, day: date, entry: DiaryEntry) -> None:
    """Log a day's practice, or put right what was logged; a second tap changes nothing."""
    with transaction():
        one_at_a_time(Client, actor.client_id)
        found = diary(actor)
        if problem := found.problem_with(day):
            raise RuleBroken(problem)
        before, moves = found.entry(day), moves_on(found, day)
        entry = _tidied(entry, {move.id for move in moves})
        if before == entry:
            return
        assert found.program is not None
        for prescription in moves:
            _write(found.client, prescription, day, entry)
        audit.record(
            actor,
            "practice.corrected" if before else "practice.logged",
            client_id=found.client.id,
            subject_id=found.program.id,
            day=day.isoformat(),
            outcome=entry.outcome.value,
            **({"before": before.outcome.value} if before else {}),
        )


def _tidied(entry: DiaryEntry, moves: Collection[uuid.UUID]) -> DiaryEntry:
    """An entry as it comes back from its rows; NotFound where it names a move that is not the day's."""
    if not entry.hurting <= set(moves):
        raise NotFound
    obstacle = None if entry.outcome is LogOutcome.DONE else entry.obstacle
    is_said = entry.pain is not None or obstacle is LogObstacle.HURTS
    hurting = entry.hurting if is_said and len(entry.hurting) < len(moves) else frozenset()
    return replace(entry, obstacle=obstacle, hurting=hurting)


def _is_marked(log: LoggedMove) -> bool:
    """Whether a move is one that hurt."""
    return log.pain is not None or log.obstacle is LogObstacle.HURTS


def _logs(program: Program, first: date) -> Sequence[LoggedMove]:
    whose = {"practice_id": program.practice_id, "program_id": program.id}
    found = rows.read(_LOGS, {**whose, "client_id": program.client_id, "first": first})
    return [LoggedMove(*row) for row in found]


def _plan(program: Program) -> PracticePlan:
    whose = {"practice_id": program.practice_id, "program_id": program.id}
    changes = [ProgramChange(what, day, why) for what, day, why in rows.read(_CHANGES, whose) if what]
    return PracticePlan(
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        pauses=tuple(pauses(changes)),
        days_per_week=max((each.days_per_week for each in program.prescriptions), default=7),
    )


def _open_tier(client: Client) -> Tier | None:
    flag = warnings.open_flag(client)
    return flag.tier if flag else None


def _write(client: Client, prescription: Prescription, day: date, entry: DiaryEntry) -> None:
    found = _row(prescription, day)
    if found is None:
        try:
            with db.session.begin_nested():
                db.session.add(_new(client, prescription, day, entry))
            return
        except IntegrityError:  # the other tap came first
            found = _row(prescription, day)
            assert found is not None
    for name, value in _said_of(prescription, entry).items():
        setattr(found, name, value)
    found.corrected_at = now()


def _new(client: Client, prescription: Prescription, day: date, entry: DiaryEntry) -> PracticeLog:
    return PracticeLog(
        practice_id=client.practice_id,
        client_id=client.id,
        prescription_id=prescription.id,
        local_date=day,
        slot=FIRST_SLOT,
        logged_at=now(),
        **_said_of(prescription, entry),
    )


def _said_of(prescription: Prescription, entry: DiaryEntry) -> dict[str, Any]:
    """What an entry says of one move."""
    hurts = entry.hurts_in(prescription.id)
    return {
        "outcome": entry.outcome,
        "pain": entry.pain if hurts else None,
        "mistake": _mistake(prescription, entry),
        "note": entry.note,
        "obstacle": entry.obstacle if hurts or entry.obstacle is not LogObstacle.HURTS else None,
    }


def _mistake(prescription: Prescription, entry: DiaryEntry) -> MistakeAnswer | None:
    """The answer belongs to the move that has a named mistake, and to no other."""
    return entry.mistake if named_mistake_in([prescription.content]) else None


def _row(prescription: Prescription, day: date) -> PracticeLog | None:
    return db.session.scalars(
        select(PracticeLog).where(
            PracticeLog.practice_id == prescription.practice_id,
            PracticeLog.prescription_id == prescription.id,
            PracticeLog.local_date == day,
            PracticeLog.slot == FIRST_SLOT,
        )
    ).one_or_none()
