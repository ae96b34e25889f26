"""A check-in that somebody of the practice sends now: the same rules, and one a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.types import CheckinKind, CheckinState, OutboxState, ProgramStatus, SkipReason
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, Client, OutboxMessage, Program
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins.by_hand import send_now
from clinic.services.outbox import calling_back as checkins
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, schedule_of, sent_checkin
from tests.factories.people import People

WEDNESDAY = datetime(2026, 11, 11, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)

Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People, clock: Clock) -> Program:
    """Ada's program, under way, its next check-in on Monday at nine."""
    return enrol(people, starts_on=date(2026, 11, 2))


def test_it_waits_to_be_mailed_at_once(people: People, program: Program) -> None:
    checkin = send_now(people.actor(people.colleague), program.id)
    assert (checkin.kind, checkin.state, checkin.due_at) == (
        CheckinKind.MANUAL,
        CheckinState.WAITING,
        WEDNESDAY,
    )
    assert checkin.local_date == date(2026, 11, 11)
    (mail,) = db.session.scalars(select(OutboxMessage))
    assert (mail.state, mail.due_at) == (OutboxState.READY, WEDNESDAY)
    assert mail.day_key == f"{program.client_id.hex}:2026-11-11"
    assert mail.not_after == WEDNESDAY + 3 * DAY
    (told,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "checkin.by_hand"))
    assert (told.actor_name, told.client_id) == ("Robin Vale", program.client_id)


def test_pressed_twice_it_is_one(people: People, program: Program) -> None:
    first, second = (send_now(people.actor(people.colleague), program.id) for _ in range(2))
    assert first.id == second.id
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1


def test_the_next_one_by_rule_stays_planned(people: People, program: Program) -> None:
    send_now(people.actor(people.colleague), program.id)
    assert schedule_of(program).next_due_at == MONDAY


def test_on_the_day_of_the_next_one_it_takes_its_place(
    people: People, program: Program, clock: Clock
) -> None:
    clock.move_to(MONDAY - timedelta(minutes=30))
    checkin = send_now(people.actor(people.colleague), program.id)
    assert db.session.scalars(select(OutboxMessage)).one().not_after == checkin.due_at + 3 * DAY
    checkin_planning.plan_due(MONDAY)
    by_rule = db.session.scalars(select(Checkin).where(Checkin.kind == CheckinKind.WEEKLY)).one()
    assert by_rule.skip_reason is SkipReason.ONE_MAIL_A_DAY


def test_what_fell_due_a_moment_ago_goes_first(people: People, program: Program, clock: Clock) -> None:
    clock.move_to(MONDAY + timedelta(seconds=1))
    with pytest.raises(RuleBroken, match="has had a mail today"):
        send_now(people.actor(people.colleague), program.id)


def test_at_night_it_waits_for_the_morning(people: People, program: Program, clock: Clock) -> None:
    clock.move_to(WEDNESDAY.replace(hour=22))
    checkin = send_now(people.actor(people.colleague), program.id)
    assert (checkin.due_at, checkin.local_date) == (WEDNESDAY.replace(day=12, hour=8), date(2026, 11, 12))


def test_a_program_without_checkins_by_rule_can_have_one(people: People, program: Program) -> None:
    with transaction() as session:
        session.delete(schedule_of(program))
    assert send_now(people.actor(people.colleague), program.id).state is CheckinState.WAITING


def test_one_that_was_called_back_is_not_sent_a_second_time_that_day(
    people: People, program: Program
) -> None:
    checkin = send_now(people.actor(people.colleague), program.id)
    with transaction():
        checkins.call_back(checkin.practice_id, checkin.client_id, SkipReason.PAUSED)
    with pytest.raises(RuleBroken, match="tomorrow"):
        send_now(people.actor(people.colleague), program.id)


def on_client(**values: object) -> Callable[[Program], None]:
    def change(program: Program) -> None:
        client = db.session.get_one(Client, program.client_id)
        for name, value in values.items():
            setattr(client, name, value)

    return change


def paused(program: Program) -> None:
    db.session.get_one(Program, program.id).status = ProgramStatus.PAUSED


def twice_unanswered(program: Program) -> None:
    for days in (2, 9):
        sent_checkin(program, at=WEDNESDAY - days * DAY)


@pytest.mark.parametrize(
    "change, words",
    [
        (on_client(unsubscribed_at=WEDNESDAY), "has stopped these mails. Only"),
        (on_client(bounced_at=WEDNESDAY), "does not arrive. Correct the address"),
        (on_client(email=None, email_key=None), "has no email address. Add one first."),
        (paused, "the program is paused"),
        (twice_unanswered, "two check-ins in a row were not answered"),
    ],
)
def test_what_stands_against_it_is_said_and_nothing_is_written(
    people: People, program: Program, change: Callable[[Program], None], words: str
) -> None:
    if change is twice_unanswered:
        change(program)
    else:
        with transaction():
            change(program)
    with pytest.raises(RuleBroken) as refused:
        send_now(people.actor(people.colleague), program.id)
    assert refused.value.message.startswith("A check-in cannot be sent now")
    assert words in refused.value.message
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_only_the_practice_itself_may_send_one(people: People, program: Program) -> None:
    for user in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            send_now(people.actor(user), program.id)
