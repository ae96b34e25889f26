"""What happens to a program once assigned: each change with its day, its reason and what stood before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from clinic.catalogue import load_catalogue
from clinic.domain import programs as rules
from clinic.domain.doses import Dose, dose_problems
from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.merging import FieldFate, fate
from clinic.domain.progress import Span
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind, SkipReason, StopReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, Program, ProgramEvent
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.checkins import rhythms, schedules
from clinic.services.checkins.rhythms import Rhythm, WeeklyCheckin
from clinic.services.clock import now, today_in
from clinic.services.programs import running, tapering_offers, telling
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import one_at_a_time, transaction

WHOLE = (joinedload(Program.client), joinedload(Program.prescriptions))  # what a page shows of a program
PAST_TENSE = {
    ProgramAction.START: "started",
    ProgramAction.PAUSE: "paused",
    ProgramAction.RESUME: "resumed",
    ProgramAction.END: "ended",
    ProgramAction.RESTART: "restarted",
    ProgramAction.MOVE: "moved",
}
NO_DIFFERENCE = say("No dose is different from before.")
HELD_BECAUSE = {ProgramAction.PAUSE: SkipReason.PAUSED, ProgramAction.END: SkipReason.ENDED}


@dataclass(frozen=True, slots=True)
class EventHead:
    """What an event of a program is, where it is no step of its life: a moved day, or a corrected dose."""

    effective_on: date
    reason: str
    action: ProgramAction | None = None
    until: date | None = None
    stop: StopReason | None = None
    told: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseWish:
    """Doses as somebody would have them, by prescription, and as their page showed them when it was opened.

    `told` is what the client reads of the change, besides the change itself.
    """

    base: Mapping[uuid.UUID, Dose]
    doses: Mapping[uuid.UUID, Dose]
    effective_on: date
    reason: str
    told: str | None = None


def change(
    actor: Actor, program_id: uuid.UUID, seen: int, wish: rules.ProgramChange, *, weeks: int | None = None
) -> Program:
    """Pause, resume, end or restart; `weeks` from the restart, None for an open end. Raises Conflict."""
    with transaction():
        program = opened(actor, program_id, seen)
        if wish.action is ProgramAction.RESTART:
            one_at_a_time(Client, program.client_id)
            running.refuse_twice(program.practice_id, program.client, program.routine_version_id)
        apply(actor, program, wish)
        if wish.action is ProgramAction.RESTART:
            program.ends_on = end_of(wish.effective_on, weeks)
        follow(actor, program, wish)
    return program


def correct_doses(actor: Actor, program_id: uuid.UUID, wish: DoseWish) -> Program:
    """Change doses from a day on, keeping what stood before.

    What somebody else has changed since the page was opened stays; Conflict where both changed one move.
    """
    with transaction():
        program = taken(actor, program_id)
        today, starts_on = today_in(program.client.time_zone), program.starts_on
        rules.check_correction(
            program.on(today), wish.effective_on, wish.reason, starts_on=starts_on, today=today
        )
        before, after = _write_doses(program, wish)
        if not after:
            raise RuleBroken(NO_DIFFERENCE)
        head = EventHead(wish.effective_on, wish.reason, told=wish.told)
        add_event(program, actor, head, before, after)
        flag_modified(program, "name")  # its version counts every change of what it prescribes
        told = {"before": before, "after": after} | ({"told": wish.told} if wish.told else {})
        record(actor, program, "dose_corrected", on=wish.effective_on, reason=wish.reason, **told)
    return program


def change_checkin(actor: Actor, program_id: uuid.UUID, seen: int, wish: Rhythm | None) -> Program:
    """Give a program's check-ins another rhythm, begin them or switch them off; what was sent stays."""
    with transaction():
        program = opened(actor, program_id, seen)
        must_hold(checkin_problems(program))
        row = schedules.schedule_of(program)
        before = rhythms.told(row)
        if wish is None:
            _switch_off(program, row)
        else:
            _put(program, wish)
        _note_rhythm(actor, program, before)
    return program


def checkin_problems(program: Program) -> Iterator[RuleBroken]:
    """What speaks against changing the check-ins of a program."""
    if not rules.may_be_changed(program.on(today_in(program.client.time_zone))):
        yield RuleBroken(say("This program has ended. Restart it to change its check-ins."))


def slow_down(actor: Actor, program: Program, every_weeks: int) -> None:
    """Keep weekday and time, and write every so many weeks from now on, within the caller's transaction."""
    row = schedules.schedule_of(program)
    if row is None or row.kind is not ScheduleKind.WEEKLY:
        raise RuleBroken(say("Check-ins of this program do not come weekly."))
    before = rhythms.told(row)
    _put(program, WeeklyCheckin(row.weekday, row.at_time, every_weeks))
    _note_rhythm(actor, program, before)


def earliest_change(program: Program, events: Sequence[ProgramEvent], today: date) -> date:
    """The first day a change may take effect: the program's start or its last change, whichever is later.

    A pause that is still to come bars nothing.
    """
    steps = (event.effective_on for event in events if event.action in rules.OF_ITS_LIFE)
    return max([program.starts_on, *(day for day in steps if day <= today)])


def apply(actor: Actor, program: Program, wish: rules.ProgramChange) -> None:
    """Take one step of a program's life and note it, within the caller's transaction."""
    today = today_in(program.client.time_zone)
    was = program.on(today)
    planned = program.pause if program.pause and program.pause.first > today else None
    earliest = _earliest(program, today)
    after = rules.check_change(was, wish, earliest=earliest, today=today, planned=planned)
    _set_pause(program, wish, was)
    is_to_come = wish.action is ProgramAction.PAUSE and wish.effective_on > today
    program.status = was if is_to_come else after
    add_event(program, actor, wish, {"status": was.value}, {"status": after.value})
    more = {"until": wish.until.isoformat()} if wish.until else {}
    record(
        actor,
        program,
        _verb(wish, today, planned),
        on=wish.effective_on,
        reason=wish.reason,
        before=was.value,
        after=after.value,
        **(more | ({"stop": wish.stop.value} if wish.stop else {})),
    )


def follow(actor: Actor, program: Program, wish: rules.ProgramChange) -> None:
    """Hold a program's check-ins or plan them anew, as a step asks."""
    if wish.action is ProgramAction.RESTART:
        program.graduated_on = None
    if wish.action in rules.HOLDS and program.status not in rules.RUNNING:
        tapering_offers.withdraw(program, now())
        words = f"The program was {PAST_TENSE[wish.action]}."
        schedules.hold(program, HELD_BECAUSE[wish.action], words)
    else:
        plan_anew(program)


def check_doses(doses: Mapping[uuid.UUID, Dose]) -> None:
    """Raise RuleBroken with the first thing that is wrong with one of several doses."""
    for dose in doses.values():
        if problems := dose_problems(dose, load_catalogue().dosing.bounds):
            raise RuleBroken(next(iter(problems.values())))


def record(actor: Actor, program: Program, verb: str, *, on: date | None = None, **details: Any) -> None:
    """Note on the client's timeline what was done to a program, and tell the client by mail."""
    if on is not None:
        details["on"] = on.isoformat()
    audit.record(
        actor,
        f"program.{verb}",
        client_id=program.client_id,
        subject_id=program.id,
        program=program.name,
        **details,
    )
    telling.tell(program, verb)


def end_of(starts_on: date, weeks: int | None) -> date | None:
    """The last day of so many weeks; None for an open end."""
    return None if weeks is None else starts_on + timedelta(weeks=weeks, days=-1)


def opened(actor: Actor, program_id: uuid.UUID, seen: int) -> Program:
    """A program as a page showed it, with client and moves; Conflict if somebody has changed it since."""
    program = taken(actor, program_id)
    if program.version != seen:
        raise Conflict
    return program


def taken(actor: Actor, program_id: uuid.UUID) -> Program:
    """A program as it stands now, for the caller's transaction alone: first its client's row, then its own.

    All that changes a program holds the two in this order, since the client is told of it at the end; in two
    orders two presses at once would wait for each other.
    """
    access.staff_only(actor)
    one_at_a_time(Client, access.program_for(actor, program_id).client_id)
    one_at_a_time(Program, program_id)
    db.session.expire_all()  # what the page read before is older than the rows that are held now
    return access.program_for(actor, program_id, *WHOLE)


def _put(program: Program, wish: Rhythm) -> None:
    if rhythms.put(program, wish):
        tapering_offers.withdraw(program, now())


def _note_rhythm(actor: Actor, program: Program, before: dict[str, Any] | None) -> None:
    db.session.flush()
    after = rhythms.told(schedules.schedule_of(program))
    if before != after:
        flag_modified(program, "name")
        record(actor, program, "checkin_changed", before=before, after=after)


def _verb(wish: rules.ProgramChange, today: date, planned: Span | None) -> str:
    """What is said of a step: a pause that is still to come has not begun, one called off never does."""
    if wish.action is ProgramAction.PAUSE and wish.effective_on > today:
        return "pause_planned"
    if wish.action is ProgramAction.RESUME and planned is not None:
        return "pause_called_off"
    return PAST_TENSE[wish.action]


def _set_pause(program: Program, wish: rules.ProgramChange, was: ProgramStatus) -> None:
    if wish.action is not ProgramAction.PAUSE:
        program.paused_from = program.paused_until = None
        return
    if was is not ProgramStatus.PAUSED or program.paused_from is None:
        program.paused_from = wish.effective_on
    program.paused_until = wish.until


def _switch_off(program: Program, row: CheckinSchedule | None) -> None:
    schedules.hold(program, SkipReason.PAUSED, "Check-ins were switched off.")
    if row is not None:
        db.session.delete(row)


def _earliest(program: Program, today: date) -> date:
    last = select(func.max(ProgramEvent.effective_on)).where(
        ProgramEvent.practice_id == program.practice_id,
        ProgramEvent.program_id == program.id,
        ProgramEvent.action.in_(rules.OF_ITS_LIFE),
        ProgramEvent.effective_on <= today,
    )
    return max(filter(None, [program.starts_on, db.session.scalar(last)]))


def plan_anew(program: Program) -> None:
    """Plan a program's next check-in, if it has any, within the caller's transaction."""
    if row := schedules.schedule_of(program):
        schedules.plan_anew(program, row)


def _write_doses(program: Program, wish: DoseWish) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = {row.id: row for row in program.prescriptions}
    if not set(rows) == set(wish.doses) == set(wish.base):
        raise NotFound
    check_doses(wish.doses)
    fates = {each: fate(wish.base[each], wish.doses[each], dose_of(row)) for each, row in rows.items()}
    if FieldFate.COLLIDES in fates.values():
        raise Conflict
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for row in (row for each, row in rows.items() if fates[each] is FieldFate.KEEP):
        old, new = dose_of(row), wish.doses[row.id]
        changed = [name for name in Dose.__slots__ if getattr(old, name) != getattr(new, name)]
        before[row.content["name"]] = {name: getattr(old, name) for name in changed}
        after[row.content["name"]] = {name: getattr(new, name) for name in changed}
        for name in changed:
            setattr(row, name, getattr(new, name))
    return before, after


def add_event(
    program: Program,
    actor: Actor | None,
    what: rules.ProgramChange | EventHead,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Keep what happened to a program for its history, within the caller's transaction."""
    db.session.add(
        ProgramEvent(
            practice_id=program.practice_id,
            program_id=program.id,
            action=what.action,
            effective_on=what.effective_on,
            until=what.until,
            reason=what.reason,
            stop=what.stop,
            told=what.told if isinstance(what, EventHead) else None,
            before=before,
            after=after,
            actor_id=actor.user_id if actor else None,
            happened_at=now(),
        )
    )
