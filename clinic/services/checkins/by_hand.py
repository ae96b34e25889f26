"""A check-in that goes out because somebody of the practice wants it now, by the same rules as all others."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.errors import RuleBroken
from clinic.domain.mail_standing import MailSort, before_sending, why_not_mailed
from clinic.domain.scheduling import DAY, Occurrence, next_occurrence
from clinic.domain.sending import next_waking
from clinic.domain.skipping import OUT, against_itself, skip_in_words
from clinic.domain.types import CheckinKind, CheckinState, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Checkin, Client, OutboxMessage, Program
from clinic.services import access, audit, bulk
from clinic.services.actors import Actor
from clinic.services.checkins import dues as checkin_dues
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import rules as checkin_rules
from clinic.services.checkins import writing as checkin_writing
from clinic.services.checkins.dues import DueCheckin
from clinic.services.checkins.schedules import plan_anew, schedule_of
from clinic.services.checkins.taking_over import take_over
from clinic.services.checkins.writing import PlannedCheckin
from clinic.services.clock import now
from clinic.services.outbox import ledger as sending_ledger
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.steps import MailStep
from clinic.services.transaction import one_at_a_time, transaction

_checkin = bulk.table_of(Checkin)
_WITH_CLIENT = joinedload(Program.client)
TAKEN_BACK = "It was taken back."


def send_now(actor: Actor, program_id: uuid.UUID) -> Checkin:
    """Send a check-in of a program now, or when its client is awake next: `due_at` says when. Staff only.

    Raises RuleBroken where a rule stands against it. Pressed twice it is one.
    """
    with transaction():
        checkin, _ = promise(actor, program_id)
    return checkin


def promise(actor: Actor, program_id: uuid.UUID) -> tuple[Checkin, bool]:
    """Do what `send_now` does, within the caller's transaction; whether it was not there before."""
    access.staff_only(actor)
    program = access.program_for(actor, program_id, _WITH_CLIENT)
    one_at_a_time(Client, program.client_id)
    checkin_planning.catch_up(program, now())
    due = DueCheckin(schedule_of(program), program, program.client, access.practice_of(actor))
    at = next_waking(due.hours, due.zone, now())
    if made := _made_before(program, due.day(at)):
        return made, False
    plan = _plan(due, at)
    checkin_writing.write([plan], now())
    audit.record(actor, "checkin.by_hand", client_id=program.client_id, subject_id=plan.id)
    return db.session.get_one(Checkin, plan.id), True


@dataclass(frozen=True, slots=True)
class HandStanding:
    """Whether a check-in of a program was asked for by hand today, and what of itself stops another one."""

    is_asked: bool
    stopped_by: SkipReason | None


def standings(dues: Sequence[DueCheckin]) -> Mapping[uuid.UUID, HandStanding]:
    """What `promise` would find of many programs now, by program. Five queries."""
    at = now()
    known, asked = checkin_dues.known(dues, at), _asked(dues)
    found = {}
    for due in dues:
        when = next_waking(due.hours, due.zone, at)
        is_asked = (due.program.id, due.day(when)) in asked
        stopped = against_itself(checkin_dues.facts(due, when, known, when), when)
        found[due.program.id] = HandStanding(is_asked, stopped)
    return found


def _asked(dues: Sequence[DueCheckin]) -> set[tuple[uuid.UUID, date]]:
    query = select(Checkin.program_id, Checkin.local_date).where(
        bulk.among(_checkin.c.practice_id, {due.practice.id for due in dues}),
        bulk.among(_checkin.c.program_id, [due.program.id for due in dues]),
        Checkin.kind == CheckinKind.MANUAL,
        Checkin.state.in_(OUT),
        Checkin.local_date >= now().date() - DAY,
    )
    return {(row.program_id, row.local_date) for row in db.session.execute(query)}


def take_back(actor: Actor, checkin_id: uuid.UUID) -> bool:
    """Call back a check-in that has not gone out, within the caller's transaction; whether it was in time."""
    access.staff_only(actor)
    checkin = access.checkin_for(actor, checkin_id)
    one_at_a_time(Client, checkin.client_id)
    its_mail = (OutboxMessage.client_id == checkin.client_id) & (OutboxMessage.checkin_id == checkin.id)
    if not outbox.cancel(checkin.practice_id, its_mail, TAKEN_BACK):
        return False
    step = MailStep(
        checkin.practice_id, checkin.client_id, checkin.id, CheckinState.SKIPPED, TAKEN_BACK, None
    )
    sending_ledger.follow([step], now())
    program = access.program_for(actor, checkin.program_id, _WITH_CLIENT)
    if row := schedule_of(program):
        plan_anew(program, row)
    take_over(program, now())
    audit.record(actor, "checkin.taken_back", client_id=checkin.client_id, subject_id=checkin.id)
    return True


def _made_before(program: Program, day: date) -> Checkin | None:
    query = select(Checkin).where(
        Checkin.practice_id == program.practice_id,
        Checkin.program_id == program.id,
        Checkin.kind == CheckinKind.MANUAL,
        Checkin.local_date == day,
    )
    made = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if made is not None and made.state not in OUT:
        raise RuleBroken(
            say("A check-in sent by hand today was stopped or failed. Send another one tomorrow.")
        )
    return made


def _plan(due: DueCheckin, at: datetime) -> PlannedCheckin:
    day = due.day(at)
    known = checkin_dues.known([due], at)
    if reason := why_not_mailed(checkin_dues.standing(due, known), MailSort.CHECKIN):
        said = before_sending(reason, MailSort.CHECKIN, due.client.name)
        raise RuleBroken(say("A check-in cannot be sent now. %(said)s", said=said))
    if reason := against_itself(checkin_dues.facts(due, at, known, at), at):
        raise RuleBroken(say("A check-in cannot be sent now: %(why)s.", why=skip_in_words(reason)))
    next_due_at = _next_after(due, at, day)
    return PlannedCheckin(uuid.uuid4(), due, CheckinKind.MANUAL, Occurrence(at, day), None, day, next_due_at)


def _next_after(due: DueCheckin, at: datetime, day: date) -> datetime | None:
    """When the next one by rule is due, not counting one of the same day, in whose place this one goes."""
    if due.row is None or due.row.next_on is None:
        return None
    rule = checkin_rules.rule_of(due.row, due.program, due.client, due.practice)
    found = next_occurrence(rule, at, day + DAY)
    return found.due_at if found else None
