"""A client is reminded to practise at the hour they wish, where nothing is logged, until they stop it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.programs import ProgramChange
from clinic.domain.sending import day_key
from clinic.domain.types import LogOutcome, MailChannel, MailKind, OutboxState, ProgramAction, Tier
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.mail.memory import MemoryTransport
from clinic.models import OutboxMessage, PracticeReminder, Program, WarningFlag
from clinic.services import links, practice_reminders
from clinic.services.appointments import calendars
from clinic.services.clients import records, subscriptions
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import now
from clinic.services.programs import changing, diary
from clinic.services.sending import delivery
from tests.factories.checkins import enrol
from tests.factories.mail import kept_mail
from tests.factories.people import People

Clock = time_machine.Traveller
NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)  # a Tuesday in London
SIX = time(18)
TONIGHT = datetime(2026, 11, 10, 18, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def program(people: People, clock: Clock, server: MemoryTransport) -> Program:
    """Ada's program of yesterday; she wishes to be reminded at six."""
    program = enrol(people, starts_on=date(2026, 11, 9))
    wish(people)
    return program


def wish(people: People, at: time = SIX, way: ReminderWay = ReminderWay.MAIL) -> None:
    practice_reminders.wish(people.actor(people.client_user), at, way)


def moves_to(people: People, zone: str) -> None:
    client = people.client
    here = {field.name: getattr(client, field.name, None) for field in fields(ClientDetails)}
    address = parse_address(client.email)
    details = ClientDetails(**{**here, "email": address, "time_zone": zone})
    records.correct(people.actor(people.colleague), client.id, details, client.version)


def log(people: People, outcome: LogOutcome = LogOutcome.DONE) -> None:
    diary.log_day(people.actor(people.client_user), now().date(), DiaryEntry(outcome))


def reminded(clock: Clock, at: datetime) -> list[OutboxMessage]:
    """All reminders so far, once the worker's round of that instant is over."""
    clock.move_to(at)
    practice_reminders.run(at)
    delivery.run()
    query = select(OutboxMessage).where(OutboxMessage.kind == MailKind.PRACTICE_REMINDER)
    return list(db.session.scalars(query.order_by(OutboxMessage.due_at)))


def test_one_mail_at_the_hour_that_was_wished_for(
    people: People, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    assert not reminded(clock, TONIGHT - MINUTE)
    (mail,) = reminded(clock, TONIGHT)
    assert mail.state is OutboxState.SENT
    assert mail.day_key != day_key(people.client.id, mail.local_date), "a check-in may go out on the same day"
    assert len(reminded(clock, TONIGHT + MINUTE)) == 1
    assert len(reminded(clock, TONIGHT + DAY)) == 2
    word = next(each for each in server.messages if each["Subject"] == "Your reminder for today")
    assert "hip" not in str(word).lower()
    assert links.sign_unsubscribe(people.client.id, MailChannel.REMINDERS) in word["List-Unsubscribe"]


@pytest.mark.parametrize("outcome", [LogOutcome.DONE, LogOutcome.NOT_DONE])
def test_none_on_a_day_of_which_something_is_logged(
    people: People, program: Program, clock: Clock, outcome: LogOutcome
) -> None:
    log(people, outcome)
    assert not reminded(clock, TONIGHT)


def test_what_is_logged_while_it_waits_calls_it_back(people: People, program: Program, clock: Clock) -> None:
    clock.move_to(TONIGHT)
    assert practice_reminders.run(TONIGHT).promised == 1
    log(people)
    (mail,) = reminded(clock, TONIGHT)
    assert (mail.state, mail.reason) == (OutboxState.CANCELLED, "no longer needed")


def test_none_while_a_warning_sign_is_open(people: People, program: Program, clock: Clock) -> None:
    about = {"practice_id": people.practice.id, "client_id": people.client.id}
    signs = {"question_keys": ["saddle"], "tier": Tier.E, "raised_at": now()}
    db.session.add(WarningFlag(**about, **signs))
    db.session.commit()
    assert not reminded(clock, TONIGHT)


def test_none_where_the_program_rests(people: People, program: Program, clock: Clock) -> None:
    pause = ProgramChange(ProgramAction.PAUSE, NOON.date(), "Away for a week.")
    changing.change(people.actor(people.colleague), program.id, program.version, pause)
    assert not reminded(clock, TONIGHT)


def test_a_worker_that_was_off_reminds_of_nothing_late(
    people: People, program: Program, clock: Clock
) -> None:
    assert not reminded(clock, TONIGHT + 2 * HOUR + MINUTE)
    assert [mail.local_date for mail in reminded(clock, TONIGHT + DAY + HOUR)] == [date(2026, 11, 11)]


def test_the_link_in_it_stops_them_in_one_press_and_brings_them_back_for_a_day(
    people: People, program: Program, clock: Clock
) -> None:
    secret = links.sign_unsubscribe(people.client.id, MailChannel.REMINDERS)
    subscriptions.stop_by_link(secret)
    assert practice_reminders.own(people.actor(people.client_user)) is None
    assert not reminded(clock, TONIGHT)
    subscriptions.begin_again_by_link(secret)
    assert not reminded(clock, TONIGHT + 3 * HOUR), "the hour has passed"
    assert len(reminded(clock, TONIGHT + DAY)) == 1


def test_another_wish_takes_the_place_of_the_first(people: People, program: Program, clock: Clock) -> None:
    clock.move_to(TONIGHT)
    practice_reminders.run(TONIGHT)
    wish(people, time(19))
    states = [(mail.due_at.hour, mail.state) for mail in reminded(clock, TONIGHT + HOUR)]
    assert states == [(18, OutboxState.CANCELLED), (19, OutboxState.SENT)]
    wish(people, time(20), ReminderWay.CALENDAR)
    assert len(reminded(clock, TONIGHT + 2 * HOUR)) == 2


def test_a_time_moved_to_later_brings_no_second_mail_that_day(
    people: People, program: Program, clock: Clock
) -> None:
    assert len(reminded(clock, TONIGHT)) == 1
    wish(people, time(18, 5))
    assert len(reminded(clock, TONIGHT + 5 * MINUTE)) == 1
    wish(people, time(19), ReminderWay.CALENDAR)
    wish(people, time(19, 30))
    assert len(reminded(clock, TONIGHT + HOUR + 30 * MINUTE)) == 1
    assert len(reminded(clock, TONIGHT + DAY + HOUR + 30 * MINUTE)) == 2


def test_one_that_was_called_back_leaves_its_day_free_however_often_it_is_moved(
    people: People, program: Program, clock: Clock
) -> None:
    for late in (0, 5, 10):
        at = TONIGHT + late * MINUTE
        wish(people, time(18, late))
        clock.move_to(at)
        assert practice_reminders.run(at).promised == 1
    states = [mail.state for mail in reminded(clock, TONIGHT + 10 * MINUTE)]
    assert states == [OutboxState.CANCELLED, OutboxState.CANCELLED, OutboxState.SENT]


@pytest.mark.parametrize(
    ("zone", "later", "next_one"),
    [
        ("America/New_York", 5, 29),  # six o'clock there, on the same day
        ("Pacific/Auckland", 11, 35),  # the mail came at seven in the morning of that day there
        ("Pacific/Kiritimati", 10, 34),
        ("Pacific/Pago_Pago", 11, 35),
    ],
)
def test_who_was_reminded_and_moves_to_another_zone_has_one_a_day_there_as_well(
    people: People, program: Program, clock: Clock, zone: str, later: int, next_one: int
) -> None:
    assert len(reminded(clock, TONIGHT)) == 1
    moves_to(people, zone)
    assert len(reminded(clock, TONIGHT + later * HOUR)) == 1
    assert len(reminded(clock, TONIGHT + next_one * HOUR)) == 2


def test_who_moves_to_another_zone_is_reminded_by_the_clock_there(
    people: People, program: Program, clock: Clock
) -> None:
    moves_to(people, "America/New_York")
    assert not reminded(clock, TONIGHT)
    assert len(reminded(clock, TONIGHT + 5 * HOUR)) == 1


def test_the_hour_stays_the_same_when_the_clocks_change(
    people: People, program: Program, clock: Clock
) -> None:
    before = datetime(2026, 10, 24, 17, tzinfo=UTC)  # six o'clock in summer
    clock.move_to(before - HOUR)
    with_row = db.session.scalars(select(PracticeReminder)).one()
    practice_reminders.plan_again(people.client, with_row)
    assert with_row.next_due_at == before
    clock.move_to(before)
    practice_reminders.run(before)
    db.session.refresh(with_row)
    assert with_row.next_due_at == before + DAY + HOUR


def test_a_calendar_holds_them_without_a_word_of_health(
    people: People, program: Program, clock: Clock
) -> None:
    wish(people, way=ReminderWay.CALENDAR)
    secret = calendars.make(people.actor(people.client_user))
    events = Calendar.from_ical(calendars.read(secret)).walk("VEVENT")
    assert [each["DTSTART"].dt for each in events[:2]] == [TONIGHT, TONIGHT + DAY]
    assert {str(each["SUMMARY"]) for each in events} == {"A few minutes for me"}
    assert len(events) == 10, "in two weeks, fewer as the habit holds"
    log(people)
    events = Calendar.from_ical(calendars.read(secret)).walk("VEVENT")
    assert events[0]["DTSTART"].dt == TONIGHT + DAY, "today is done"
    subscriptions.stop(people.actor(people.client_user), MailChannel.REMINDERS)
    assert not Calendar.from_ical(calendars.read(secret)).walk("VEVENT")
