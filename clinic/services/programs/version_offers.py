"""A newer version of a routine, offered to those who have an older one: who is asked, and what was answered.

Nobody's copy changes: a client who takes it over gets a program that follows on the one they had.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.new_versions import (
    LONGEST_NOTE,
    VersionDecision,
    VersionMove,
    WholeVersion,
    changes_in_words,
    waits_because,
)
from clinic.domain.phases import Phase
from clinic.domain.types import ProgramStatus, RoutineStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import (
    Client,
    Prescription,
    Program,
    Routine,
    RoutineItem,
    RoutinePhase,
    RoutineVersion,
    VersionOffer,
    has_open_flag,
)
from clinic.models.base import among, given, points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.phases import phase_of
from clinic.services.programs import telling
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import one_at_a_time, transaction

_ITEMS = (
    select(RoutineItem)
    .where(given(RoutineItem.practice_id), among(RoutineItem.version_id, "versions"))
    .order_by(RoutineItem.position)
)
_PHASES = (
    select(RoutinePhase)
    .where(given(RoutinePhase.practice_id), among(RoutinePhase.version_id, "versions"))
    .order_by(RoutinePhase.position)
)
_IS_FLAGGED = has_open_flag(Program.practice_id, Program.client_id).label("is_flagged")
_OLDER = (
    select(Program, Client, RoutineVersion.number, _IS_FLAGGED)
    .join(Client, points_at(Program.client_id, Client))
    .join(RoutineVersion, points_at(Program.routine_version_id, RoutineVersion))
    .where(
        given(Program.practice_id),
        given(RoutineVersion.routine_id),
        Program.status != ProgramStatus.ENDED,
        Client.is_active,
    )
    .order_by(Client.sort_key, Client.id, Program.assigned_at)
)
_OFFERED = (
    select(VersionOffer, Program, Client, RoutineVersion.number, _IS_FLAGGED)
    .join(Program, points_at(VersionOffer.program_id, Program))
    .join(Client, points_at(VersionOffer.client_id, Client))
    .join(RoutineVersion, points_at(Program.routine_version_id, RoutineVersion))
    .where(given(VersionOffer.practice_id), given(VersionOffer.version_id))
    .order_by(Client.sort_key, Client.id, VersionOffer.offered_at.desc())
)

_IS_OPEN_OF_ROUTINE = (
    given(VersionOffer.practice_id),
    given(RoutineVersion.routine_id),
    VersionOffer.decided_at.is_(None),
)
_OF_VERSION = points_at(VersionOffer.version_id, RoutineVersion)
_OPEN_OF_ROUTINE = (
    select(VersionOffer)
    .join(RoutineVersion, _OF_VERSION)
    .where(*_IS_OPEN_OF_ROUTINE)
    .options(joinedload(VersionOffer.program))
)
# held first: each answers by themselves meanwhile, and is then asked for no longer
_ASKED_CLIENTS = (
    select(Client.id)
    .where(
        given(Client.practice_id),
        Client.id.in_(
            select(VersionOffer.client_id).join(RoutineVersion, _OF_VERSION).where(*_IS_OPEN_OF_ROUTINE)
        ),
    )
    .order_by(Client.id)
    .with_for_update()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWish:
    """Whom a version is offered to, by program; `keeps_doses`: what was corrected for somebody stays."""

    version_id: uuid.UUID
    programs: Collection[uuid.UUID]
    note: str = ""
    keeps_doses: bool = True


@dataclass(frozen=True, slots=True)
class OlderProgram:
    """A program with an older version; `waits` says why its client would not be shown an offer now."""

    program: Program
    client: Client
    number: int
    waits: str | None


@dataclass(frozen=True, slots=True)
class OfferedProgram:
    """What became of an offer of a version; `waits` says why an open one is not shown to its client."""

    offer: VersionOffer
    client: Client
    number: int
    waits: str | None


@dataclass(frozen=True, slots=True)
class VersionOfferings:
    """The newest version of a routine, who has an older one, and who was offered it."""

    newest: RoutineVersion
    older: Sequence[OlderProgram]
    offered: Sequence[OfferedProgram]
    changes: Sequence[tuple[int, Sequence[str]]]  # from each version that somebody has, in words


def newest_published(routine: Routine) -> RoutineVersion | None:
    """The version that is offered: the newest one that is published."""
    published = [each for each in routine.versions if each.status is RoutineStatus.PUBLISHED]
    return published[-1] if published else None


def counted(actor: Actor, routine: Routine) -> Sequence[tuple[int, int]]:
    """How many clients go on with each older version of a routine, by its number; staff only. One query."""
    newest = newest_published(routine)
    if newest is None:
        return []
    found = _older(actor, routine, newest)
    numbers = [each.number for each in found]
    return [(number, numbers.count(number)) for number in sorted(set(numbers))]


def offerings(actor: Actor, routine: Routine) -> VersionOfferings | None:
    """All about offering a routine's newest version; None where none is published. Staff only."""
    access.staff_only(actor)
    newest = newest_published(routine)
    if newest is None:
        return None
    which = {"practice_id": actor.practice_id, "version_id": newest.id}
    offered = [
        OfferedProgram(row.VersionOffer, row.Client, row.number, _waits(row))
        for row in db.session.execute(_OFFERED, which)
    ]
    asked = {each.offer.program_id for each in offered if each.offer.decision is None}
    older = [each for each in _older(actor, routine, newest) if each.program.id not in asked]
    return VersionOfferings(newest, older, offered, _changes(actor, newest, older))


def offer(actor: Actor, routine_id: uuid.UUID, wish: OfferWish) -> int:
    """Offer the newest version to the clients of some programs; returns how many were asked.

    Who was asked already is asked once; what was offered of an older version before is withdrawn. Raises
    NotFound where one of the programs has no older version of this routine.
    """
    with transaction():
        routine = access.routine_for(actor, routine_id)
        _may(actor)
        one_at_a_time(Routine, routine.id)
        found = offerings(actor, routine)
        if found is None or found.newest.id != wish.version_id:
            raise RuleBroken(say("There is another version by now. Look at what is different once more."))
        if len(wish.note) > LONGEST_NOTE:
            raise RuleBroken(say("Use at most %(longest)s characters.", longest=LONGEST_NOTE), "note")
        if not wish.programs:
            raise RuleBroken(say("Tick at least one client."), "programs")
        older = {each.program.id: each for each in found.older}
        asked = {each.offer.program_id for each in found.offered if each.offer.decision is None}
        if not older.keys() | asked >= set(wish.programs):
            raise NotFound
        chosen = [older[program_id].program for program_id in wish.programs if program_id in older]
        _withdraw(actor, _open_of(actor, [program.id for program in chosen]))
        for program in chosen:
            _add(actor, program, wish, found.newest)
    return len(chosen)


def withdraw(actor: Actor, version_offer_id: uuid.UUID) -> VersionOffer:
    """Take back an offer that nobody has answered; RuleBroken where somebody has."""
    with transaction():
        found = access.version_offer_for(actor, version_offer_id)
        access.staff_only(actor)
        _may(actor)
        one_at_a_time(Client, found.client_id)
        db.session.refresh(found)
        if found.decision in (VersionDecision.TAKEN, VersionDecision.KEPT):
            raise RuleBroken(say("The client has answered already."))
        _withdraw(actor, [found] if found.decision is None else [])
    return found


def withdraw_all(actor: Actor, routine_id: uuid.UUID) -> int:
    """Take back every offer of a routine that nobody has answered; returns how many that were."""
    with transaction():
        routine = access.routine_for(actor, routine_id)
        _may(actor)
        one_at_a_time(Routine, routine.id)
        which = {"practice_id": actor.practice_id, "routine_id": routine.id}
        db.session.execute(_ASKED_CLIENTS, which)
        found = db.session.scalars(_OPEN_OF_ROUTINE, which).all()
        _withdraw(actor, found)
    return len(found)


def wholes(practice_id: uuid.UUID, versions: Collection[uuid.UUID]) -> dict[uuid.UUID, WholeVersion]:
    """Published versions as they are compared. Two queries."""
    moves: dict[uuid.UUID, list[VersionMove]] = {each: [] for each in versions}
    in_phases: dict[uuid.UUID, list[Phase]] = {each: [] for each in versions}
    which = {"practice_id": practice_id, "versions": list(versions)}
    for item in db.session.scalars(_ITEMS, which):
        moves[item.version_id].append(_move(item))
    for row in db.session.scalars(_PHASES, which):
        in_phases[row.version_id].append(phase_of(row))
    return {each: WholeVersion(moves[each], in_phases[each]) for each in versions}


def what_somebody_has(program: Program) -> WholeVersion:
    """A program as it is compared: in the wording and with the doses that its client has."""
    return WholeVersion(
        [_move(row) for row in program.prescriptions], [phase_of(row) for row in program.phases]
    )


def _move(row: RoutineItem | Prescription) -> VersionMove:
    return VersionMove(row.exercise_id, dose_of(row), row.content or {}, row.from_phase, row.until_phase)


def _may(actor: Actor) -> None:
    if not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden("A practitioner or the owner offers a new version.")


def _older(actor: Actor, routine: Routine, newest: RoutineVersion) -> list[OlderProgram]:
    access.staff_only(actor)
    which = {"practice_id": actor.practice_id, "routine_id": routine.id}
    return [
        OlderProgram(row.Program, row.Client, row.number, _waits(row))
        for row in db.session.execute(_OLDER, which)
        if row.number < newest.number and _goes_on(row.Program, today_in(row.Client.time_zone))
    ]


def _goes_on(program: Program, today: date) -> bool:
    is_last_day = program.ends_on is not None and program.ends_on <= today
    return program.on(today) is not ProgramStatus.ENDED and not is_last_day


def _waits(row: Row[*tuple[Any, ...]]) -> str | None:
    program, today = row.Program, today_in(row.Client.time_zone)
    is_flagged = bool(row.is_flagged)
    return waits_because(program.on(today), ends_on=program.ends_on, today=today, warning_open=is_flagged)


def _changes(
    actor: Actor, newest: RoutineVersion, older: Collection[OlderProgram]
) -> list[tuple[int, Sequence[str]]]:
    numbers = {each.program.routine_version_id: each.number for each in older}
    if not numbers:
        return []
    found = wholes(actor.practice_id, [*numbers, newest.id])
    before = sorted(numbers.items(), key=lambda pair: pair[1])
    return [(number, changes_in_words(found[each], found[newest.id])) for each, number in before]


def _open_of(actor: Actor, programs: Collection[uuid.UUID]) -> Sequence[VersionOffer]:
    query = (
        select(VersionOffer)
        .where(
            VersionOffer.practice_id == actor.practice_id,
            VersionOffer.program_id.in_(programs),
            VersionOffer.decided_at.is_(None),
        )
        .options(joinedload(VersionOffer.program))
    )
    return db.session.scalars(query).all()


def _add(actor: Actor, program: Program, wish: OfferWish, version: RoutineVersion) -> None:
    db.session.add(
        VersionOffer(
            practice_id=actor.practice_id,
            client_id=program.client_id,
            program_id=program.id,
            version_id=version.id,
            note=wish.note,
            keeps_doses=wish.keeps_doses,
            offered_by=actor.user_id,
            offered_at=now(),
        )
    )
    _note(actor, program, "version_offered", version=version.number, note=wish.note)
    telling.offer(program)


def _withdraw(actor: Actor, offers: Sequence[VersionOffer]) -> None:
    for each in offers:
        each.decided_at, each.decision = now(), VersionDecision.WITHDRAWN
        _note(actor, each.program, "version_withdrawn")
    telling.call_back_offers([each.program for each in offers])
    db.session.flush()  # the next one is another open offer of the same program


def _note(actor: Actor, program: Program, verb: str, **details: object) -> None:
    audit.record(
        actor,
        f"program.{verb}",
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
        **details,
    )
