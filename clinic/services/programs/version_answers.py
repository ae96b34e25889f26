"""What a client makes of a newer version: they take it over from tomorrow on, or keep what they have."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from clinic.domain.doses import Dose
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.new_versions import (
    VersionDecision,
    VersionMove,
    WholeVersion,
    carried_dose,
    changes_in_words,
    paired,
    waits_because,
)
from clinic.domain.phases import DAY, phase_on
from clinic.domain.types import ProgramAction
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import (
    Client,
    Program,
    ProgramFinding,
    ProgramPhase,
    RoutineVersion,
    VersionOffer,
)
from clinic.services import access, audit, phases, warnings
from clinic.services.actors import Actor
from clinic.services.checkins import rhythms, schedules
from clinic.services.clock import now, today_in
from clinic.services.programs import assigning, tapering_offers, telling
from clinic.services.programs.assigning import Assignment
from clinic.services.programs.changing import EventHead, add_event, plan_anew
from clinic.services.programs.version_offers import what_somebody_has, wholes
from clinic.services.transaction import one_at_a_time, transaction

TAKEN_OVER = "A newer version was taken over"
_WHOLE = (
    joinedload(VersionOffer.client),
    joinedload(VersionOffer.program).options(joinedload(Program.prescriptions), selectinload(Program.phases)),
    joinedload(VersionOffer.version).joinedload(RoutineVersion.routine),
)


@dataclass(frozen=True, slots=True)
class OfferToRead:
    """An offer as its client reads it: what would be different from what they have, line by line."""

    offer: VersionOffer
    changes: Sequence[str]


def to_read(actor: Actor, version_offer_id: uuid.UUID) -> OfferToRead | None:
    """An offer of the signed-in client's; None where it is answered, withdrawn or has to wait."""
    if actor.client_id is None:
        raise NotFound
    found = access.version_offer_for(actor, version_offer_id, *_WHOLE)
    if found.decision is not None or _hindrance(found):
        return None
    return OfferToRead(found, changes_in_words(what_somebody_has(found.program), _to_be(found)))


def take_over(actor: Actor, version_offer_id: uuid.UUID) -> VersionOffer:
    """End what the client has with today, and let a program in the new version follow on tomorrow.

    Pressed twice it is taken once; RuleBroken where it was withdrawn, answered otherwise, or has to wait.
    """
    with transaction():
        found = _taken(actor, version_offer_id)
        if found.decision is VersionDecision.TAKEN:
            return found
        _must_be_open(found)
        program, version = found.program, found.version
        program_id = uuid.uuid4()
        first = today_in(found.client.time_zone) + DAY
        follow_on = _follow_on(actor, found, program_id, first)
        _end_today(actor, program, first - DAY, version)
        _decide(found, VersionDecision.TAKEN)
        found.follow_on_id = follow_on.id
    return found


def keep(actor: Actor, version_offer_id: uuid.UUID) -> VersionOffer:
    """Go on with what the client has; pressed twice it is said once."""
    with transaction():
        found = _taken(actor, version_offer_id)
        if found.decision is VersionDecision.KEPT:
            return found
        _must_be_open(found)
        _decide(found, VersionDecision.KEPT)
        audit.record(
            actor,
            "program.version_kept",
            client_id=found.client_id,
            subject_id=found.program_id,
            program=found.program.name,
        )
    return found


def _taken(actor: Actor, version_offer_id: uuid.UUID) -> VersionOffer:
    """The client's offer for this transaction alone: first the client's row, then the program's."""
    if actor.client_id is None:
        raise NotFound
    one_at_a_time(Client, actor.client_id)
    one_at_a_time(Program, access.version_offer_for(actor, version_offer_id).program_id)
    db.session.expire_all()
    return access.version_offer_for(actor, version_offer_id, *_WHOLE)


def _must_be_open(found: VersionOffer) -> None:
    if found.decision is VersionDecision.WITHDRAWN:
        raise RuleBroken(say("Your practitioner has taken this offer back. You go on with what you have."))
    if found.decision is not None:
        raise RuleBroken(say("You have answered this already."))
    if _hindrance(found):
        raise RuleBroken(say("This has to wait just now. You go on with what you have."))


def _hindrance(found: VersionOffer) -> str | None:
    client, program = found.client, found.program
    today = today_in(client.time_zone)
    is_flagged = warnings.open_flag(client) is not None
    return waits_because(program.on(today), ends_on=program.ends_on, today=today, warning_open=is_flagged)


def _decide(found: VersionOffer, decision: VersionDecision) -> None:
    found.decided_at, found.decision = now(), decision
    telling.call_back_offers([found.program])


def _to_be(found: VersionOffer) -> WholeVersion:
    """The new version with the doses that this client would have in it. Two queries."""
    given_id = found.program.routine_version_id
    both = wholes(found.practice_id, [given_id, found.version_id])
    now_, given = both[found.version_id], both[given_id]
    had = paired(what_somebody_has(found.program).moves, now_.moves)
    usual = [old for old, _ in paired(given.moves, now_.moves)]
    moves = [
        _with_dose(old, before, new, keeps=found.keeps_doses)
        for (old, new), before in zip(had, usual, strict=True)
    ]
    return WholeVersion(moves, now_.phases)


def _with_dose(
    old: VersionMove | None, usual: VersionMove | None, new: VersionMove, *, keeps: bool
) -> VersionMove:
    if old is None:
        return new
    return replace(new, dose=carried_dose(old.dose, usual.dose if usual else None, new.dose, keeps=keeps))


def _follow_on(actor: Actor, found: VersionOffer, program_id: uuid.UUID, first: date) -> Program:
    program, version = found.program, found.version
    moves = _to_be(found).moves
    doses = {item.id: move.dose for item, move in zip(version.items, moves, strict=True)}
    wish = _wish(version, doses, program, first)
    made = assigning.add(actor, found.client, version, doses, wish, program_id, verb="version_taken")
    made.ends_on, made.assigned_by = program.ends_on, found.offered_by
    _go_on_in_phase(program, made, first)
    for row in db.session.scalars(select(ProgramFinding).where(ProgramFinding.program_id == program.id)):
        db.session.add(_copied(row, made))
    return made


def _wish(
    version: RoutineVersion, doses: Mapping[uuid.UUID, Dose], program: Program, first: date
) -> Assignment:
    schedule = schedules.schedule_of(program)
    return Assignment(
        key="",
        version_id=version.id,
        doses=doses,
        starts_on=first,
        weeks=None,
        checkin=rhythms.rhythm_of(schedule) if schedule else None,
        alongside=True,
    )


def _go_on_in_phase(before: Program, made: Program, first: date) -> None:
    """Who had reached a later phase does not begin with the first one again."""
    reached = phase_on(first, phases.days_of([before]).get(before.id, ()))
    db.session.flush()
    query = select(ProgramPhase).where(
        ProgramPhase.practice_id == made.practice_id, ProgramPhase.program_id == made.id
    )
    rows = db.session.scalars(query.order_by(ProgramPhase.position)).all()
    for row in rows[: min(reached, len(rows)) - 1]:
        row.passed_on = first


def _copied(row: ProgramFinding, made: Program) -> ProgramFinding:
    names = ProgramFinding.__table__.columns.keys()
    values = {name: getattr(row, name) for name in names if name not in ("id", "program_id")}
    return ProgramFinding(program_id=made.id, **values)


def _end_today(actor: Actor, program: Program, today: date, version: RoutineVersion) -> None:
    """What the client has ends with today: the round of the worker ends it, as any last day does."""
    was, program.ends_on = program.ends_on, today
    days = {"first_day": program.starts_on.isoformat()}
    before = {**days, "last_day": was.isoformat() if was else None}
    head = EventHead(today, f"{TAKEN_OVER}: version {version.number}", ProgramAction.MOVE)
    add_event(program, actor, head, before, {**days, "last_day": today.isoformat()})
    tapering_offers.withdraw(program, now())
    plan_anew(program)
