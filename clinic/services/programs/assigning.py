"""Programs: assigned in one transaction, corrected, paused, ended and restarted with date and reason."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload, selectinload

from clinic.domain import programs as rules
from clinic.domain.doses import Dose
from clinic.domain.errors import NotFound, RuleBroken, must_hold
from clinic.domain.phases import PhaseDays, phase_days
from clinic.domain.routines import assign_problems
from clinic.domain.types import (
    ProgramAction,
    StopReason,
)
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import (
    CheckinSchedule,
    Client,
    Prescription,
    Program,
    ProgramEvent,
    ProgramPhase,
    Routine,
    RoutineItem,
    RoutinePhase,
    RoutineVersion,
    User,
    has_open_flag,
)
from clinic.models.base import given, points_at
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.assessments import retests
from clinic.services.assessments.retests import FindingCitation
from clinic.services.checkins import rhythms
from clinic.services.checkins.rhythms import Rhythm
from clinic.services.clock import now, today_in
from clinic.services.phases import phase_of
from clinic.services.programs import noticed, running, wished
from clinic.services.programs.changing import (
    WHOLE,
    apply,
    check_doses,
    end_of,
    follow,
    record,
)
from clinic.services.routines import composing
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import one_at_a_time, transaction

_OF_PROGRAM = points_at(CheckinSchedule.program_id, Program)
_SUMMARY = (
    select(Program, CheckinSchedule)
    .outerjoin(CheckinSchedule, _OF_PROGRAM)
    .where(given(Program.practice_id), given(Program.client_id))
    .order_by(Program.assigned_at.desc())
    .options(joinedload(Program.prescriptions))
)
_EVENTS = (
    select(ProgramEvent, User.name)
    .outerjoin(User, points_at(ProgramEvent.actor_id, User))
    .where(given(ProgramEvent.practice_id), given(ProgramEvent.program_id))
    .order_by(ProgramEvent.happened_at.desc())
)
_SHOWN = aliased(Program)
_SCHEDULE_LOCK_AND_PHASES = (
    noticed.NOTICED.add_columns(
        CheckinSchedule, has_open_flag(Client.practice_id, Client.id), ProgramPhase, User.name
    )
    .join(_SHOWN, points_at(_SHOWN.client_id, Client))
    .outerjoin(CheckinSchedule, points_at(CheckinSchedule.program_id, _SHOWN))
    .outerjoin(ProgramPhase, points_at(ProgramPhase.program_id, _SHOWN))
    .outerjoin(User, points_at(ProgramPhase.passed_by, User))
    .where(given(Client.practice_id), given(_SHOWN.id, "program_id"))
    .order_by(None)
    .order_by(ProgramPhase.position, Program.assigned_at, Program.id, Prescription.position)
)
_WITH_MOVES = (
    joinedload(RoutineVersion.routine),
    selectinload(RoutineVersion.items).joinedload(RoutineItem.exercise),
    selectinload(RoutineVersion.phases),
)


@dataclass(frozen=True, slots=True)
class EndWish:
    """How what runs already ends: the kind of reason, None where nobody chose, and the words."""

    stop: StopReason | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A program to be. `weeks` None has no end; `key` is the form's own, so that sending it twice is once.

    `end_stop` and `end_reason` end what runs already; `alongside` keeps it. `citation` are the findings it
    answers. `left_out` are the routine's items that this client is not given, `added` the doses of moves of
    the library beside them; without `version_id` there are these alone. `save_as` keeps it as a new routine.
    """

    key: str
    version_id: uuid.UUID | None
    doses: Mapping[uuid.UUID, Dose]
    starts_on: date
    weeks: int | None
    checkin: Rhythm | None
    alongside: bool = False
    end_reason: str = ""
    end_stop: StopReason | None = None
    citation: FindingCitation | None = None
    left_out: frozenset[uuid.UUID] = frozenset()
    added: Mapping[uuid.UUID, Dose] = field(default_factory=dict)
    save_as: str = ""


@dataclass(frozen=True, slots=True)
class ProgramWithSchedule:
    """A program with its check-in schedule, if it has one."""

    program: Program
    schedule: CheckinSchedule | None


@dataclass(frozen=True, slots=True)
class ProgramDetail:
    """All that a practitioner's page shows of a program; events come newest first, with who did them.

    `locked`: a warning sign of the client's is open. `passed_by`: who went on from which of its phases.
    `noticed`: what its client has noticed, as `noticed.of_rows` reads it.
    """

    program: Program
    schedule: CheckinSchedule | None
    events: Sequence[tuple[ProgramEvent, str]]
    locked: bool
    phases: Sequence[PhaseDays] = ()
    passed_by: Mapping[int, str] = field(default_factory=dict)
    noticed: Sequence[Any] = ()


def assign(actor: Actor, client_id: uuid.UUID, wish: Assignment) -> Program:
    """Give a client a published routine with doses of their own; the client sees it at once."""
    with transaction():
        return give(actor, client_id, wish)


def give(actor: Actor, client_id: uuid.UUID, wish: Assignment) -> Program:
    """Do what `assign` does, within the caller's transaction."""
    client = _client(actor, client_id)
    program_id = once.id_of(Program, actor.practice_id, wish.key, client.id)
    if made := once.made_before(Program, actor.practice_id, program_id):
        return made
    routine = publishable(actor, wish.version_id) if wish.version_id else None
    _check_assignment(actor, client, routine, wish)
    _settle_running(actor, client, routine, wish)
    version, doses = _version(actor, routine, wish, program_id)
    changes = _changes(routine, version, wish)
    return add(actor, client, version, doses, wish, program_id, changes=changes)


def summary(actor: Actor, client_id: uuid.UUID) -> list[ProgramWithSchedule]:
    """A client's programs, newest first, with moves and check-ins; staff only. One query."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    found = db.session.execute(_SUMMARY, whose).unique()
    return [ProgramWithSchedule(row.Program, row.CheckinSchedule) for row in found]


def going_on(actor: Actor, client: Client) -> Sequence[tuple[Program, uuid.UUID]]:
    """A client's programs that have not ended, the earliest first, each with its routine; staff only.

    With their moves; one query.
    """
    access.staff_only(actor)
    return running.with_moves(client)


def detail(actor: Actor, program_id: uuid.UUID) -> ProgramDetail:
    """One program with all that happened to it; staff only. Three queries."""
    return detail_of(actor, access.program_for(actor, program_id, *WHOLE))


def detail_of(actor: Actor, program: Program) -> ProgramDetail:
    """The same of a program that was loaded with its moves; staff only. Two queries."""
    access.staff_only(actor)
    which = {"practice_id": actor.practice_id, "program_id": program.id}
    told = [(row.ProgramEvent, row.name or audit.SYSTEM) for row in db.session.execute(_EVENTS, which)]
    found = db.session.execute(_SCHEDULE_LOCK_AND_PHASES, which).all()
    schedule, locked = found[0][noticed.WIDTH : noticed.WIDTH + 2]
    held = rules.pauses(
        rules.ProgramChange(event.action, event.effective_on, until=event.until)
        for event, _ in reversed(told)
        if event.action is not None
    )
    phased = [(row.ProgramPhase, row.name) for row in found if row.ProgramPhase is not None]
    rows = list({phase.id: (phase, by) for phase, by in phased}.values())  # one for each move as well
    days = phase_days([phase_of(row) for row, _ in rows], program.starts_on, held)
    passed_by = {row.position: by for row, by in rows if by}
    return ProgramDetail(program, schedule, told, locked, days, passed_by, found)


def _client(actor: Actor, client_id: uuid.UUID) -> Client:
    access.staff_only(actor)
    client = access.client_for(actor, client_id)
    one_at_a_time(Client, client.id)
    return client


def publishable(actor: Actor, version_id: uuid.UUID) -> RoutineVersion:
    """A version that can be assigned, with its moves; RuleBroken for a draft, and of a retired one."""
    version = access.routine_version_for(actor, version_id, *_WITH_MOVES)
    must_hold(assign_problems(version.status, version.routine.retired_at))
    return version


def _check_assignment(actor: Actor, client: Client, routine: RoutineVersion | None, wish: Assignment) -> None:
    if {item.id for item in (routine.items if routine else ())} != set(wish.doses) | wish.left_out:
        raise NotFound
    check_doses({**wish.doses, **wish.added})
    must_hold(_problems(client, wish.starts_on))
    must_hold(wished.problems(actor, routine, wish.left_out, wish.added))


def _version(
    actor: Actor, routine: RoutineVersion | None, wish: Assignment, program_id: uuid.UUID
) -> tuple[RoutineVersion, Mapping[uuid.UUID, Dose]]:
    """What is given, with the dose of each of its items; moves of one's own choice become a routine first."""
    is_whole = routine is not None and not wish.left_out and not wish.added
    if routine is not None and is_whole and not wish.save_as:
        return routine, wish.doses
    moves = wished.chosen_moves(actor, routine, wish.doses, wish.added)
    phases = routine.phases if routine else ()
    if wish.save_as:
        kept_id = once.id_of(Routine, actor.practice_id, program_id.hex, wish.save_as)
        composing.save_as(actor, kept_id, wish.save_as, moves, phases)
    if routine is not None and is_whole:
        return routine, wish.doses
    own_id = once.id_of(Routine, actor.practice_id, program_id.hex)
    version = composing.compose(actor, own_id, wished.name_of(routine, moves), moves, phases)
    return version, {item.id: dose_of(item) for item in version.items}


def _changes(
    routine: RoutineVersion | None, version: RoutineVersion, wish: Assignment
) -> dict[str, Sequence[str]]:
    """The names of the moves that were left out of the routine and added to it, where any were."""
    left_out = [item.exercise.name for item in (routine.items if routine else ()) if item.id in wish.left_out]
    added = [item.exercise.name for item in version.items[len(wish.doses) :]]
    return {key: names for key, names in (("left_out", left_out), ("added", added)) if names}


def problems(
    actor: Actor,
    client: Client,
    version: RoutineVersion | None,
    *,
    key: str,
    starts_on: date | None,
    ends: EndWish | None,
    left_out: Collection[uuid.UUID] = (),
    added: Collection[uuid.UUID] = (),
) -> Iterator[RuleBroken]:
    """All that speaks against assigning a version; nothing once the form with this key has. Staff only.

    `ends` is how what runs already ends, None where it goes on.
    """
    access.staff_only(actor)
    if once.made_before(Program, actor.practice_id, once.id_of(Program, actor.practice_id, key, client.id)):
        return
    yield from _problems(client, starts_on)
    yield from wished.problems(actor, version, left_out, added)
    if ends is None:
        yield from running.twice(actor.practice_id, client, version.id) if version else ()
    elif running.of_client(client):
        yield from _end_problems(ends)


def _problems(client: Client, starts_on: date | None) -> Iterator[RuleBroken]:
    if not client.is_active:
        yield RuleBroken(say("This client is archived. Restore them first."))
    if starts_on is not None:
        yield from rules.first_day_problems(starts_on, None, today_in(client.time_zone))


def _end_problems(ends: EndWish) -> Iterator[RuleBroken]:
    if ends.stop is None and not ends.reason:
        yield RuleBroken(say("Say what becomes of the program that runs already."), "running")
    elif ends.stop in rules.WORDS_NEEDED and not ends.reason:
        yield RuleBroken(say("Say why it ends, in a few words."), "end_reason")


def _settle_running(actor: Actor, client: Client, routine: RoutineVersion | None, wish: Assignment) -> None:
    held = [program for program, _ in running.of_client(client)]
    if not held:
        return
    if wish.alongside:
        if routine is not None:
            running.refuse_twice(actor.practice_id, client, routine.id)
        return
    must_hold(_end_problems(EndWish(wish.end_stop, wish.end_reason)))
    today = today_in(client.time_zone)
    for program in held:
        on = max([today, program.starts_on])
        end = rules.ProgramChange(ProgramAction.END, on, wish.end_reason, stop=wish.end_stop)
        apply(actor, program, end)
        follow(actor, program, end)


def add(
    actor: Actor,
    client: Client,
    version: RoutineVersion,
    doses: Mapping[uuid.UUID, Dose],
    wish: Assignment,
    program_id: uuid.UUID,
    *,
    verb: str = "assigned",
    changes: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Program:
    """A new program with moves, phases and check-ins, noted as `verb`, within the caller's transaction."""
    program = Program(
        id=program_id,
        practice_id=actor.practice_id,
        client_id=client.id,
        routine_version_id=version.id,
        name=version.routine.name,
        status=rules.first_status(wish.starts_on, today_in(client.time_zone)),
        starts_on=wish.starts_on,
        ends_on=end_of(wish.starts_on, wish.weeks),
        assigned_by=actor.user_id,
        assigned_at=now(),
    )
    db.session.add(program)
    db.session.flush()
    for item in version.items:
        _prescribe(program, item, doses[item.id])
    for phase in version.phases:
        db.session.add(phase_row(program, phase))
    if wish.checkin is not None:
        rhythms.put(program, wish.checkin)
    if wish.citation is not None:
        retests.cite(actor, program, wish.citation)
    told = {"name": program.name, "version": version.number, **changes}
    record(actor, program, verb, on=wish.starts_on, **told)
    return program


def phase_row(program: Program, phase: RoutinePhase) -> ProgramPhase:
    """A phase of a routine as a phase of a program."""
    return ProgramPhase(
        practice_id=program.practice_id,
        program_id=program.id,
        position=phase.position,
        name=phase.name,
        weeks=phase.weeks,
        criterion=phase.criterion,
    )


def _prescribe(program: Program, item: RoutineItem, dose: Dose) -> None:
    row = Prescription(
        practice_id=program.practice_id,
        program_id=program.id,
        exercise_id=item.exercise_id,
        position=item.position,
        content=item.content,
        from_phase=item.from_phase,
        until_phase=item.until_phase,
    )
    for name in Dose.__slots__:
        setattr(row, name, getattr(dose, name))
    db.session.add(row)
