"""A client is told by mail that their program has changed: once, without detail, awake, one mail a day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.programs import ProgramChange
from clinic.domain.types import MailChannel, MailKind, OutboxState, ProgramAction
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import Client, OutboxMessage, Program
from clinic.services import warnings
from clinic.services.checkins import planning
from clinic.services.clients import subscriptions
from clinic.services.programs import assigning, changing
from clinic.services.programs.assigning import Assignment
from clinic.services.programs.changing import DoseWish
from clinic.services.routines.wording import dose_of
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol
from tests.factories.mail import kept_mail
from tests.factories.people import People
from tests.factories.programs import publish_routine

Clock = time_machine.Traveller
TUESDAY = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def program(people: People, clock: Clock) -> Program:
    """Ada's program of yesterday; nothing waits that told of it."""
    return enrol(people, starts_on=date(2026, 11, 9))


def told() -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == MailKind.PROGRAM_CHANGED)
    return list(db.session.scalars(query.order_by(OutboxMessage.due_at)))


def change(people: People, program: Program, action: ProgramAction) -> None:
    db.session.refresh(program)
    wish = ProgramChange(action, date(2026, 11, 10), "Away for a week.")
    changing.change(people.actor(people.colleague), program.id, program.version, wish)
    db.session.expire_all()


def correct(people: People, program: Program) -> None:
    db.session.refresh(program)
    base = {each.id: dose_of(each) for each in program.prescriptions}
    (first, *_) = base
    more = replace(base[first], times_per_day=(base[first].times_per_day or 1) + 1)
    doses = base | {first: more}
    wish = DoseWish(base=base, doses=doses, effective_on=date(2026, 11, 10), reason="It went well.")
    changing.correct_doses(people.actor(people.colleague), program.id, wish)
    db.session.expire_all()


def test_assigning_tells_the_client_once(people: People, clock: Clock) -> None:
    version = publish_routine(people.practice, people.owner)
    wish = Assignment(
        key=uuid.uuid4().hex,
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=date(2026, 11, 10),
        weeks=12,
        checkin=None,
    )
    assigning.assign(people.actor(people.colleague), people.client.id, wish)
    (mail,) = told()
    assert (mail.client_id, mail.state) == (people.client.id, OutboxState.READY)
    assert mail.due_at == TUESDAY + timedelta(minutes=10)


@pytest.mark.parametrize("action", [ProgramAction.PAUSE, ProgramAction.END])
def test_a_pause_and_an_end_are_told(people: People, program: Program, action: ProgramAction) -> None:
    change(people, program, action)
    assert len(told()) == 1


def test_a_new_dose_is_told(people: People, program: Program) -> None:
    correct(people, program)
    assert len(told()) == 1


def test_several_changes_are_one_mail_without_detail(
    people: People, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    correct(people, program)
    change(people, program, ProgramAction.PAUSE)
    change(people, program, ProgramAction.RESUME)
    assert len(told()) == 1
    clock.move_to(TUESDAY + timedelta(minutes=11))
    delivery.run()
    (sent,) = server.sent
    whole = sent.content.decode()
    assert "Subject: Your program has changed" in whole
    for detail in ("Away for a week", "It went well", "Hip", "paused"):
        assert detail not in whole
    assert "List-Unsubscribe:" in whole


def test_a_second_change_of_the_day_is_told_on_the_next(
    people: People, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    change(people, program, ProgramAction.PAUSE)
    clock.move_to(TUESDAY + timedelta(minutes=11))
    delivery.run()
    change(people, program, ProgramAction.RESUME)
    clock.move_to(TUESDAY + timedelta(hours=3))
    delivery.run()
    assert len(server.sent) == 1
    clock.move_to(TUESDAY + DAY)
    delivery.run()
    assert len(server.sent) == 2


def test_at_night_it_waits_for_the_morning(people: People, program: Program, clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 10, 23, 0, tzinfo=UTC))
    change(people, program, ProgramAction.PAUSE)
    (mail,) = told()
    assert mail.due_at == datetime(2026, 11, 11, 8, 0, tzinfo=UTC)


def test_a_check_in_keeps_its_day(people: People, program: Program, clock: Clock) -> None:
    planned = planning.plan_due  # the planner decides on the day itself
    schedule_day = date(2026, 11, 16)  # Monday, 9 o'clock: the check-in's own
    clock.move_to(datetime(2026, 11, 16, 8, 10, tzinfo=UTC))
    correct(people, program)
    (mail,) = told()
    assert mail.local_date != schedule_day
    planned(datetime(2026, 11, 16, 9, 1, tzinfo=UTC))
    kinds = {
        each.kind for each in db.session.scalars(select(OutboxMessage)) if each.local_date == schedule_day
    }
    assert kinds == {MailKind.CHECKIN}


def test_whoever_may_not_be_mailed_is_not(people: People, program: Program) -> None:
    subscriptions.stop(people.actor(people.client_user), MailChannel.CHECKINS)
    change(people, program, ProgramAction.PAUSE)
    assert told() == []


def test_stopping_these_mails_calls_one_back_that_waits(people: People, program: Program) -> None:
    change(people, program, ProgramAction.PAUSE)
    subscriptions.stop(people.actor(people.client_user), MailChannel.CHECKINS)
    db.session.expire_all()
    assert [mail.state for mail in told()] == [OutboxState.CANCELLED]


def test_a_sign_named_after_it_was_promised_keeps_it_back(
    people: People, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    correct(people, program)
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    clock.move_to(TUESDAY + timedelta(minutes=11))
    delivery.run()
    db.session.expire_all()
    assert [mail.state for mail in told()] == [OutboxState.CANCELLED]


def test_without_an_account_there_is_nothing_to_open(people: People, program: Program) -> None:
    with transaction():
        db.session.get_one(Client, program.client_id).user_id = None
    change(people, program, ProgramAction.PAUSE)
    assert told() == []
