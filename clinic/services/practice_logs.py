"""What a client says of each day's practice, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import RuleBroken
from clinic.domain.programs import Change, pauses
from clinic.domain.progress import Plan, day_outcome
from clinic.domain.redflags import pauses_program
from clinic.domain.types import LogOutcome, MistakeAnswer, ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import Client, PracticeLog, Prescription, Program, ProgramEvent, WarningFlag
from clinic.services import audit
from clinic.services.access import own_program
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import transaction

# Made once, so that a client's page costs the queries alone.
_LOGS = (
    select(PracticeLog)
    .join(Prescription, Prescription.id == PracticeLog.prescription_id)
    .where(
        PracticeLog.practice_id == bindparam("practice_id"),
        PracticeLog.client_id == bindparam("client_id"),
        PracticeLog.local_date >= bindparam("first"),
        Prescription.program_id == bindparam("program_id"),
    )
    .order_by(PracticeLog.local_date, Prescription.position)
)
_CHANGES = (
    select(ProgramEvent.action, ProgramEvent.effective_on, ProgramEvent.reason)
    .where(
        ProgramEvent.practice_id == bindparam("practice_id"),
        ProgramEvent.program_id == bindparam("program_id"),
    )
    .order_by(ProgramEvent.happened_at)
)
FIRST_SLOT = 1
RUNNING = frozenset(
    {ProgramStatus.ASSIGNED, ProgramStatus.ACTIVE}
)  # an assigned one runs from its first day on
DAYS_TO_CORRECT = 1  # today and yesterday: memory of a movement is short


@dataclass(frozen=True, slots=True)
class Entry:
    """One day's practice in the client's words; pain is 0-10 or not said."""

    outcome: LogOutcome
    pain: int | None = None
    mistake: MistakeAnswer | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A client's program, if they have one. `today` is their local date."""

    client: Client
    program: Program | None
    tier: Tier | None  # of an open warning flag
    today: date

    @property
    def locked(self) -> bool:
        """Whether a warning sign holds the program until a practitioner has looked."""
        return self.tier is not None and pauses_program(self.tier)


@dataclass(frozen=True, slots=True)
class Diary(Held):
    """The program and what was logged of it."""

    logs: Sequence[PracticeLog] = ()
    plan: Plan | None = None

    @property
    def outcomes(self) -> Mapping[date, LogOutcome]:
        """What each logged day came to."""
        moves = len(self.program.prescriptions) if self.program else 0
        days = groupby(sorted(self.logs, key=lambda log: log.local_date), key=lambda log: log.local_date)
        found = ((day, day_outcome([log.outcome for log in logs], moves)) for day, logs in days)
        return {day: outcome for day, outcome in found if outcome is not None}

    def entry(self, day: date) -> Entry | None:
        """What was logged for a day, as the form asks it."""
        logs = [log for log in self.logs if log.local_date == day]
        if not logs or self.outcomes.get(day) is None:
            return None
        return Entry(
            self.outcomes[day],
            next((log.pain for log in logs if log.pain is not None), None),
            next((log.mistake for log in logs if log.mistake is not None), None),
            next((log.note for log in logs if log.note), None),
        )

    def may_log(self, day: date) -> bool:
        """Whether the client may say something of a day: today or yesterday, within a running program."""
        return (
            self.program is not None
            and self.program.status in RUNNING
            and not self.locked
            and self.program.starts_on <= day <= self.today
            and (self.today - day).days <= DAYS_TO_CORRECT
        )


def held(actor: Actor) -> Held:
    """The signed-in client's program, and whether a warning sign holds it. One query, two where it does."""
    client, program, is_flagged = own_program(actor)
    return Held(client, program, _open_tier(client) if is_flagged else None, today_in(client.time_zone))


def diary(actor: Actor, *, days: int = 14) -> Diary:
    """The signed-in client's program with the logs of the last days. Four queries at most."""
    found = held(actor)
    client, program = found.client, found.program
    if program is None:
        return Diary(client, None, found.tier, found.today)
    first = max(program.starts_on, found.today - timedelta(days=days))
    return Diary(client, program, found.tier, found.today, _logs(program, first), _plan(program))


def log_day(actor: Actor, day: date, entry: Entry) -> None:
    """Log a day's practice, or put right what was logged; a second tap changes nothing."""
    with transaction():
        held = diary(actor)
        if not held.may_log(day):
            raise RuleBroken(_why_not(held, day))
        before = held.entry(day)
        if before == entry:
            return
        assert held.program is not None
        for prescription in held.program.prescriptions:
            _write(held.client, prescription, day, entry)
        audit.record(
            actor,
            "practice.corrected" if before else "practice.logged",
            client_id=held.client.id,
            subject_id=held.program.id,
            day=day.isoformat(),
            outcome=entry.outcome.value,
            **({"before": before.outcome.value} if before else {}),
        )


def _logs(program: Program, first: date) -> Sequence[PracticeLog]:
    whose = {"practice_id": program.practice_id, "program_id": program.id}
    return db.session.scalars(_LOGS, {**whose, "client_id": program.client_id, "first": first}).all()


def _plan(program: Program) -> Plan:
    whose = {"practice_id": program.practice_id, "program_id": program.id}
    changes = [Change(what, day, why) for what, day, why in db.session.execute(_CHANGES, whose) if what]
    return Plan(
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        pauses=tuple(pauses(changes)),
        days_per_week=max((each.days_per_week for each in program.prescriptions), default=7),
    )


def _open_tier(client: Client) -> Tier | None:
    query = select(WarningFlag.tier).where(
        WarningFlag.practice_id == client.practice_id,
        WarningFlag.client_id == client.id,
        WarningFlag.cleared_at.is_(None),
    )
    return max(db.session.scalars(query), key=lambda tier: tier.rank, default=None)


def _write(client: Client, prescription: Prescription, day: date, entry: Entry) -> None:
    found = _row(prescription, day)
    if found is None:
        try:
            with db.session.begin_nested():
                db.session.add(_new(client, prescription, day, entry))
            return
        except IntegrityError:  # the other tap came first
            found = _row(prescription, day)
            assert found is not None
    found.outcome, found.pain, found.note = entry.outcome, entry.pain, entry.note
    found.mistake = _mistake(prescription, entry)
    found.corrected_at = now()


def _new(client: Client, prescription: Prescription, day: date, entry: Entry) -> PracticeLog:
    return PracticeLog(
        practice_id=client.practice_id,
        client_id=client.id,
        prescription_id=prescription.id,
        local_date=day,
        slot=FIRST_SLOT,
        outcome=entry.outcome,
        pain=entry.pain,
        mistake=_mistake(prescription, entry),
        note=entry.note,
        logged_at=now(),
    )


def _mistake(prescription: Prescription, entry: Entry) -> MistakeAnswer | None:
    """The answer belongs to the move that has a named mistake, and to no other."""
    named = any(each.get("is_named") for each in prescription.content.get("mistakes", ()))
    return entry.mistake if named else None


def _row(prescription: Prescription, day: date) -> PracticeLog | None:
    return db.session.scalars(
        select(PracticeLog).where(
            PracticeLog.practice_id == prescription.practice_id,
            PracticeLog.prescription_id == prescription.id,
            PracticeLog.local_date == day,
            PracticeLog.slot == FIRST_SLOT,
        )
    ).one_or_none()


def _why_not(held: Diary, day: date) -> str:
    if held.locked:
        return "Your program is on hold until your practitioner has looked at your answer."
    if held.program is None or held.program.status not in RUNNING:
        return "You have no program that is running now."
    if day > held.today:
        return "That day has not come yet."
    if day < held.program.starts_on:
        return "That day is before the start of your program."
    return "You can put today and yesterday right. For an earlier day, tell your practitioner."
