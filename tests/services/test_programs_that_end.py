"""Programs end by themselves once their last day is over where the client lives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.notices import NoticeKind
from clinic.domain.programs import ProgramChange, pauses
from clinic.domain.types import CheckinState, OutboxState, ProgramAction, ProgramStatus
from clinic.extensions import db
from clinic.models import AuditEvent, PracticeNotice, Program, ProgramEvent
from clinic.services.outbox import promises as outbox
from clinic.services.programs import assigning as programs
from clinic.services.programs import changing as program_changes
from clinic.services.programs import days as program_days
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, schedule_of, sent_checkin
from tests.factories.people import People

LAST = date(2026, 11, 23)
ON_IT = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)  # Ada lives in London
OVER = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)


@pytest.fixture
def program(people: People) -> Program:
    with time_machine.travel(datetime(2026, 11, 10, 9, tzinfo=UTC), tick=False):
        made = enrol(people, starts_on=date(2026, 11, 2))
    with transaction():
        made.ends_on = LAST
    return made


def end_due(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        ended = program_days.end_due(at)
    db.session.expire_all()
    return ended


def test_after_its_last_day_and_once(people: People, program: Program) -> None:
    assert end_due(ON_IT) == 0
    assert program.status is ProgramStatus.ACTIVE
    assert end_due(OVER) == 1
    assert end_due(OVER + timedelta(minutes=1)) == 0
    assert program.status is ProgramStatus.ENDED
    [line] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "program.ended"))
    assert (line.actor_id, line.client_id) == (None, people.client.id)
    assert line.details["reason"] == "Its last day"
    assert db.session.scalars(select(PracticeNotice.kind)).all() == [NoticeKind.ENDED]


@pytest.mark.parametrize(
    ("zone", "over"),
    [
        ("Pacific/Auckland", datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
    ],
)
def test_the_day_is_the_clients_own(people: People, program: Program, zone: str, over: datetime) -> None:
    with transaction():
        people.client.time_zone = zone
    assert end_due(over - timedelta(minutes=1)) == 0
    assert end_due(over) == 1


@pytest.mark.parametrize("status", [ProgramStatus.PAUSED, ProgramStatus.ASSIGNED])
def test_a_program_that_is_paused_or_never_began_ends_as_well(
    program: Program, status: ProgramStatus
) -> None:
    with transaction():
        program.status = status
    assert end_due(OVER) == 1


def test_one_without_an_end_goes_on(program: Program) -> None:
    with transaction():
        program.ends_on = None
    assert end_due(OVER + timedelta(days=400)) == 0


def test_its_mail_stops(people: People, program: Program) -> None:
    checkin = sent_checkin(program, state=CheckinState.WAITING)
    with transaction():
        mail = outbox.promise(
            program.practice_id, "checkin", "k", client_id=program.client_id, checkin_id=checkin.id
        )
    assert mail is not None
    end_due(OVER)
    assert mail.state is OutboxState.CANCELLED
    assert checkin.state is CheckinState.SKIPPED
    assert schedule_of(program).next_due_at is None


def test_the_days_up_to_a_restart_are_asked_of_nobody(people: People, program: Program) -> None:
    end_due(OVER)
    with time_machine.travel(OVER + timedelta(days=7), tick=False):
        again = ProgramChange(ProgramAction.RESTART, LAST + timedelta(days=8), "It came back")
        program_changes.change(people.actor(people.colleague), program.id, program.version, again, weeks=4)
    events = db.session.scalars(select(ProgramEvent).order_by(ProgramEvent.happened_at)).all()
    [span] = pauses(ProgramChange(event.action, event.effective_on) for event in events if event.action)
    assert (span.first, span.last) == (LAST + timedelta(days=1), LAST + timedelta(days=7))


def test_its_history_names_the_system(people: People, program: Program) -> None:
    end_due(OVER)
    [(event, by)] = programs.detail(people.actor(people.colleague), program.id).events
    assert (event.action, event.actor_id, by) == (ProgramAction.END, None, "Regroove")
