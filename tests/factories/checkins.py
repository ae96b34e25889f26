"""A client with a program and a check-in that has been sent, through the services that make them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from clinic.domain.types import CheckinKind, CheckinState, LinkPurpose
from clinic.extensions import db
from clinic.models import Checkin, CheckinAnswer, CheckinSchedule, Client, Program, RoutineVersion
from clinic.services import links
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine


def enrol(people: People, client: Client | None = None, *, starts_on: date | None = None) -> Program:
    """The hip routine for a client (Ada, unless told otherwise), with a weekly check-in at nine."""
    published = select(RoutineVersion).where(RoutineVersion.practice_id == people.practice.id)
    version = db.session.scalars(published).first() or publish_routine(people.practice, people.owner)
    return assign_program(people.colleague, client or people.client, version, starts_on=starts_on)


def enrol_alongside(program: Program) -> Program:
    """A second program of the same client with the same check-in times."""
    row = schedule_of(program)
    with transaction() as session:
        second = Program(
            practice_id=program.practice_id,
            client_id=program.client_id,
            routine_version_id=program.routine_version_id,
            name="Second",
            status=program.status,
            starts_on=program.starts_on,
            assigned_by=program.assigned_by,
            assigned_at=program.assigned_at,
        )
        session.add(second)
        session.flush()
        session.add(
            CheckinSchedule(
                practice_id=row.practice_id,
                program_id=second.id,
                weekday=row.weekday,
                at_time=row.at_time,
                time_zone=row.time_zone,
                next_on=row.next_on,
                next_due_at=row.next_due_at,
            )
        )
    return second


def schedule_of(program: Program) -> CheckinSchedule:
    """The program's schedule as it stands."""
    query = select(CheckinSchedule).where(CheckinSchedule.program_id == program.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def sent_checkin(program: Program, day: date | None = None, **values: Any) -> Checkin:
    """A check-in of the program that was mailed on a day."""
    at = values.pop("at", None) or now()
    with transaction() as session:
        checkin = Checkin(
            practice_id=program.practice_id,
            client_id=program.client_id,
            program_id=program.id,
            kind=CheckinKind.WEEKLY,
            local_date=day or at.date(),
            due_at=at,
            sent_at=values.pop("sent_at", at),
            state=values.pop("state", CheckinState.SENT),
            **values,
        )
        session.add(checkin)
    return checkin


def link_to(checkin: Checkin) -> str:
    """The path of the check-in's page, as its mail has it."""
    with transaction():
        until = now() + links.CHECKIN_LIFETIME
        secret = links.mint(checkin.practice_id, LinkPurpose.CHECKIN, until, checkin_id=checkin.id)
    return f"/c/{secret}"


def answered(
    program: Program,
    at: datetime,
    *,
    of: date | None = None,
    pain: int | None = 3,
    contact: bool = False,
    **values: Any,
) -> CheckinAnswer:
    """A check-in of that day or an earlier one, answered at an instant, open until somebody deals with it."""
    checkin = sent_checkin(program, of or at.date(), at=at, state=CheckinState.ANSWERED, answered_at=at)
    with transaction() as session:
        answer = CheckinAnswer(
            practice_id=program.practice_id,
            client_id=program.client_id,
            checkin_id=checkin.id,
            days_practised=values.pop("days_practised", 5),
            pain=pain,
            contact_wanted=contact,
            answered_at=at,
            **values,
        )
        session.add(answer)
    return answer
