"""Appointments: made by hand, moved, called off, and read by calendars at an address that can end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from icalendar import Calendar, Event

from clinic.domain.appointments import AppointmentState
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.types import ClientStatus
from clinic.extensions import db
from clinic.models import Appointment, AuditEvent, CalendarAddress, Client, User
from clinic.services.actors import Actor
from clinic.services.appointments import calendars, planning
from clinic.services.appointments.planning import AppointmentDetails
from clinic.services.transaction import transaction
from tests.factories.people import People

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 10:00 in London
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def robin(people: People) -> Actor:
    return people.actor(people.colleague)


@pytest.fixture
def ada(people: People) -> Actor:
    return people.actor(people.client_user)


def on_tuesday(people: People, **values: object) -> AppointmentDetails:
    """Half past two on the first of December, in room 2."""
    usual = AppointmentDetails(date(2026, 12, 1), time(14, 30), 45, "Room 2", people.colleague.id)
    return replace(usual, **values)


def make(people: People, actor: Actor, **values: object) -> Appointment:
    return planning.make(actor, people.client.id, on_tuesday(people, **values), uuid.uuid4().hex)


def events(content: bytes) -> list[Event]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_both_sides_see_what_is_to_come_and_the_next_one_first(
    people: People, robin: Actor, ada: Actor
) -> None:
    later = make(people, robin, day=date(2026, 12, 8))
    first = make(people, robin)
    for actor in (robin, ada):
        assert [row.id for row in planning.to_come(actor, people.client)] == [first.id, later.id]
    assert first.starts_at == datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    with time_machine.travel(first.starts_at, tick=False):
        assert [row.id for row in planning.to_come(robin, people.client)] == [later.id]


def test_a_form_sent_twice_makes_one(people: People, robin: Actor) -> None:
    key = uuid.uuid4().hex
    made = {planning.make(robin, people.client.id, on_tuesday(people), key).id for _ in range(2)}
    assert len(made) == db.session.query(Appointment).count() == 1
    assert db.session.query(AuditEvent).filter_by(action="appointment.made").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": date(2026, 11, 25), "at_time": time(9)}, "day"),
        ({"day": date(2029, 1, 1)}, "day"),
        ({"day": date(2027, 3, 28), "at_time": time(1, 30)}, "at_time"),  # the clocks go forward
        ({"minutes": 4}, "minutes"),
        ({"minutes": 481}, "minutes"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    people: People, robin: Actor, values: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        make(people, robin, **values)
    assert refused.value.field == field
    assert db.session.query(Appointment).count() == 0


def test_of_an_hour_that_comes_twice_the_first_is_meant(people: People, robin: Actor) -> None:
    row = make(people, robin, day=date(2027, 10, 31), at_time=time(1, 30))
    assert row.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_with_somebody_whose_account_is_closed_or_who_is_no_colleague_none_is_made(
    people: People, robin: Actor
) -> None:
    with transaction():
        db.session.get_one(User, people.owner.id).deactivated_at = NOW
    with pytest.raises(RuleBroken, match="is closed"):
        make(people, robin, with_id=people.owner.id)
    for nobody in (people.client_user, people.stranger):
        with pytest.raises(NotFound):
            make(people, robin, with_id=nobody.id)


def test_an_archived_client_gets_none(people: People, robin: Actor) -> None:
    with transaction():
        db.session.get_one(Client, people.client.id).status = ClientStatus.ARCHIVED
    with pytest.raises(RuleBroken, match="archived"):
        make(people, robin)


def test_moved_meanwhile_by_somebody_else_nothing_is_lost(people: People, robin: Actor) -> None:
    row = make(people, robin)
    seen = row.version
    planning.move(people.actor(people.owner), row.id, on_tuesday(people, at_time=time(16)), seen)
    with pytest.raises(Conflict):
        planning.move(robin, row.id, on_tuesday(people, at_time=time(9)), seen)
    assert db.session.get_one(Appointment, row.id).starts_at.hour == 16


def test_called_off_and_brought_back_it_is_the_same_for_a_calendar(people: People, robin: Actor) -> None:
    row = make(people, robin)
    for _ in range(2):  # a second press changes nothing
        planning.call_off(robin, row.id)
    assert planning.to_come(robin, people.client) == []
    (called_off,) = events(calendars.one(robin, row.id))
    assert (called_off["STATUS"], called_off["SEQUENCE"]) == ("CANCELLED", 1)
    planning.bring_back(robin, row.id)
    (stands,) = events(calendars.one(robin, row.id))
    assert (stands["STATUS"], stands["SEQUENCE"], stands["UID"]) == ("CONFIRMED", 2, called_off["UID"])


def test_what_is_over_stays(people: People, robin: Actor) -> None:
    row = make(people, robin)
    with time_machine.travel(row.starts_at, tick=False), pytest.raises(RuleBroken, match="is over"):
        planning.call_off(robin, row.id)
    assert db.session.get_one(Appointment, row.id).state is AppointmentState.PLANNED


def test_a_calendar_reads_times_and_nothing_of_health_or_a_whole_name(
    people: People, robin: Actor, ada: Actor
) -> None:
    make(people, robin)
    whole = calendars.read(calendars.make(robin))
    (event,) = events(whole)
    assert event["SUMMARY"] == "Appointment: A. N."
    assert event.start == datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    assert event.end - event.start == timedelta(minutes=45)
    assert event["LOCATION"] == "Room 2"
    assert people.client.name.split()[0] not in whole.decode()
    (own,) = events(calendars.read(calendars.make(ada)))
    assert own["SUMMARY"] == f"Appointment at {people.practice.name}"
    assert own["UID"] == event["UID"]


def test_a_calendar_holds_its_owners_appointments_alone(people: People, robin: Actor) -> None:
    make(people, robin)
    planning.make(robin, people.other_client.id, on_tuesday(people, with_id=people.owner.id), "b" * 32)
    assert len(events(calendars.read(calendars.make(robin)))) == 1
    other = calendars.make(people.actor(people.other_client_user))
    assert len(events(calendars.read(other))) == 1
    nobody = calendars.make(people.actor(people.assistant))
    assert events(calendars.read(nobody)) == []


def test_a_new_address_ends_the_one_before_and_an_ended_one_gives_nothing(
    people: People, robin: Actor
) -> None:
    first, second = calendars.make(robin), calendars.make(robin)
    calendars.read(second)
    assert calendars.revoke(robin)
    assert not calendars.revoke(robin)
    for ended in (first, second, "made-up"):
        with pytest.raises(NotFound):
            calendars.read(ended)
    assert first not in str([vars(row) for row in db.session.query(CalendarAddress)])


def test_with_an_account_that_is_closed_its_calendar_ends(people: People, robin: Actor) -> None:
    secret = calendars.make(robin)
    with transaction():
        db.session.get_one(User, people.colleague.id).deactivated_at = NOW
    with pytest.raises(NotFound):
        calendars.read(secret)


def test_that_a_calendar_asked_is_noted_to_the_hour(people: People, robin: Actor) -> None:
    secret = calendars.make(robin)
    calendars.read(secret)
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        calendars.read(secret)
    held = calendars.of_own(robin)
    assert held is not None
    assert held.read_at == NOW
