"""A program's check-ins: when the next one is due, and calling them back while the program is held."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, select

from clinic.domain.scheduling import (
    UNSENT,
    Schedule,
    WakingHours,
    load_zone,
    next_occurrence,
    parse_cadence,
)
from clinic.domain.types import CheckinState, OutboxState, SkipReason
from clinic.extensions import db
from clinic.models import Checkin, CheckinSchedule, Client, OutboxMessage, Practice, Program
from clinic.services import outbox, sending_ledger
from clinic.services.clock import now
from clinic.services.sending_ledger import Step


def schedule_of(program: Program) -> CheckinSchedule | None:
    """The schedule of a program's check-ins; None where they are switched off."""
    query = select(CheckinSchedule).where(
        CheckinSchedule.practice_id == program.practice_id, CheckinSchedule.program_id == program.id
    )
    return db.session.scalars(query).one_or_none()


def rule_of(row: CheckinSchedule, program: Program, client: Client, practice: Practice) -> Schedule:
    """The stored schedule as a rule, within the client's waking hours or else the practice's."""
    return Schedule(
        kind=row.kind,
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        at=row.at_time,
        zone=load_zone(client.time_zone),
        weekday=row.weekday,
        cadence_days=parse_cadence(row.cadence_days) if row.cadence_days else (),
        hours=WakingHours(
            client.waking_from or practice.waking_from, client.waking_until or practice.waking_until
        ),
    )


def plan(row: CheckinSchedule, program: Program, client: Client, practice: Practice, after: datetime) -> None:
    """Work out the next check-in due after an instant, if one is, within the caller's transaction."""
    found = next_occurrence(rule_of(row, program, client, practice), after)
    row.time_zone = client.time_zone
    row.next_on = found.local_date if found else None
    row.next_due_at = found.due_at if found else None


def plan_again(client: Client, practice: Practice) -> None:
    """Plan a client's running check-ins for where they live now, within the caller's transaction."""
    query = (
        select(CheckinSchedule, Program)
        .join(
            Program,
            and_(
                Program.practice_id == CheckinSchedule.practice_id, Program.id == CheckinSchedule.program_id
            ),
        )
        .where(
            Program.practice_id == client.practice_id,
            Program.client_id == client.id,
            CheckinSchedule.next_on.is_not(None),
        )
    )
    for row, program in db.session.execute(query):
        plan(row, program, client, practice, now())


def hold(program: Program, why: SkipReason, reason: str) -> None:
    """Plan nothing more and call back what waits to be sent, within the caller's transaction."""
    row = schedule_of(program)
    if row is not None:
        row.next_on = row.next_due_at = None
    # not by client: a program that runs alongside keeps its mail
    outbox.cancel(program.practice_id, OutboxMessage.checkin_id.in_(_checkins(program)), reason)
    steps = [
        Step(program.practice_id, program.client_id, checkin_id, CheckinState.SKIPPED, reason, why)
        for checkin_id in _unsent(program)
    ]
    sending_ledger.follow(steps, now())


def _unsent(program: Program) -> Sequence[uuid.UUID]:
    # what a worker has in its hands goes out; the ledger follows it from there
    leased = select(OutboxMessage.checkin_id).where(
        OutboxMessage.practice_id == program.practice_id,
        OutboxMessage.checkin_id.in_(_checkins(program)),
        OutboxMessage.state == OutboxState.LEASED,
    )
    query = _checkins(program).where(Checkin.state.in_(UNSENT), Checkin.id.not_in(leased))
    return list(db.session.scalars(query))


def _checkins(program: Program) -> Select[uuid.UUID]:
    return select(Checkin.id).where(
        Checkin.practice_id == program.practice_id, Checkin.program_id == program.id
    )
