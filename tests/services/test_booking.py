"""Sessions: asked for, offered, taken by one of two, moved, called off, reminded of once, held or missed."""

from __future__ import annotations

import email
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import Message

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from clinic.domain.appointments import AppointmentState
from clinic.domain.booking import BookingState, BookingWay, OpenHours
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.types import ClientStatus, MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import (
    Appointment,
    AuditEvent,
    BookingOffer,
    BookingRequest,
    Client,
    OutboxMessage,
    Practice,
    User,
)
from clinic.services.actors import Actor
from clinic.services.appointments import hours, planning, telling, wishes
from clinic.services.appointments.hours import HoursDetails
from clinic.services.appointments.planning import AppointmentDetails
from clinic.services.appointments.wishes import Wish
from clinic.services.reach import across_practices
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.mail import kept_mail
from tests.factories.people import People, make_people

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 10:00 in London
TUESDAY = date(2026, 12, 1)
BEGINS = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOM = "https://meet.jit.si/HarbourStreet"
WISH = Wish(BookingWay.VIDEO, "My knee clicks.", "Tuesdays after two.")


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


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def a_time(people: People, at: time = time(14, 30), **values: object) -> AppointmentDetails:
    usual = {"day": TUESDAY, "minutes": 45, "place": "", "with_id": people.colleague.id, "link": ROOM}
    return AppointmentDetails(at_time=at, **{**usual, **values})  # type: ignore[arg-type]


def offered(people: People, robin: Actor, client: Actor, *at: time) -> list[BookingOffer]:
    """Times that are offered for a new wish of a client's, the earliest first."""
    wish = wishes.ask(client, WISH)
    times = [a_time(people, each) for each in at or (time(14, 30),)]
    wishes.offer(robin, wish.id, times, "Which suits you?", wish.version)
    return list(wishes.offered(wish))


def settled(people: People, robin: Actor) -> Appointment:
    return planning.make(robin, people.client.id, a_time(people), uuid.uuid4().hex)


def mails(*kinds: MailKind) -> list[OutboxMessage]:
    waiting = {"state": OutboxState.READY}
    found = db.session.query(OutboxMessage).filter_by(**waiting).order_by(OutboxMessage.dedupe_key).all()
    return [each for each in found if each.kind in kinds]


def sent(server: MemoryTransport) -> list[Message]:
    delivery.run()
    return [email.message_from_bytes(each.content) for each in server.sent]


def calendar_of(mail: Message) -> Calendar:
    (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert part.get_param("method") == calendar["METHOD"]
    return calendar


class TestAWish:
    def test_asked_offered_and_taken_it_is_an_appointment(
        self, people: People, robin: Actor, ada: Actor
    ) -> None:
        first, _ = offered(people, robin, ada, time(14, 30), time(16))
        made = wishes.take(ada, first.id)
        assert (made.starts_at, made.link, made.client_id) == (BEGINS, ROOM, people.client.id)
        assert wishes.take(ada, first.id).id == made.id, "pressed twice it is one"
        wish = wishes.of_client(people.client)
        assert wish is not None
        assert (wish.state, wish.appointment_id) == (BookingState.TAKEN, made.id)
        told = db.session.query(AuditEvent.action).filter(AuditEvent.action.like("booking.%")).all()
        assert sorted(action for (action,) in told) == ["booking.asked", "booking.offered", "booking.taken"]

    def test_sent_twice_it_is_one_and_the_practice_is_called_once(self, people: People, ada: Actor) -> None:
        first, second = (wishes.ask(ada, WISH) for _ in range(2))
        assert first.id == second.id
        readers = {mail.user_id for mail in mails(MailKind.BOOKING_WISH)}
        assert people.colleague.id in readers
        assert len(readers) == len(mails(MailKind.BOOKING_WISH))
        assert db.session.get_one(Practice, ada.practice_id).booking_wishes == 1

    def test_where_none_suits_the_offers_end_and_it_waits_again(
        self, people: People, robin: Actor, ada: Actor
    ) -> None:
        (offer,) = offered(people, robin, ada)
        wishes.ask(ada, Wish(BookingWay.VIDEO, WISH.reason, "Only mornings."))
        with pytest.raises(RuleBroken, match="no longer offered"):
            wishes.take(ada, offer.id)
        assert db.session.get_one(Practice, ada.practice_id).booking_wishes == 1

    def test_withdrawn_or_declined_it_is_closed(self, people: People, robin: Actor, ada: Actor) -> None:
        (offer,) = offered(people, robin, ada)
        wishes.withdraw(ada, offer.request_id)
        with pytest.raises(RuleBroken, match="no longer offered"):
            wishes.take(ada, offer.id)
        wish = wishes.ask(ada, WISH)
        wishes.decline(robin, wish.id, "Please call us.", wish.version)
        assert (wish.state, wish.words) == (BookingState.DECLINED, "Please call us.")
        assert db.session.get_one(Practice, ada.practice_id).booking_wishes == 0

    @pytest.mark.parametrize("state", BookingState)
    def test_a_wish_is_open_in_python_and_in_sql_alike(
        self, people: People, ada: Actor, state: BookingState
    ) -> None:
        wish = wishes.ask(ada, WISH)
        wish.state = state
        db.session.flush()
        assert db.session.scalars(select(BookingRequest.is_open)).one() is wish.is_open

    def test_a_time_that_passed_is_not_taken(self, people: People, robin: Actor, ada: Actor) -> None:
        (offer,) = offered(people, robin, ada)
        with time_machine.travel(BEGINS, tick=False), pytest.raises(RuleBroken, match="has passed"):
            wishes.take(ada, offer.id)

    def test_two_clients_cannot_take_one_time(self, people: People, robin: Actor, ada: Actor) -> None:
        ben = people.actor(people.other_client_user)
        (of_ada,), (of_ben,) = offered(people, robin, ada), offered(people, robin, ben, time(15))
        wishes.take(ada, of_ada.id)
        assert wishes.taken_among([of_ada, of_ben]) == {of_ada.id, of_ben.id}, "fifteen minutes are both's"
        with pytest.raises(RuleBroken, match="Somebody else took"):
            wishes.take(ben, of_ben.id)
        assert db.session.query(Appointment).count() == 1

    def test_nobody_takes_or_sees_what_is_offered_to_another(
        self, people: People, robin: Actor, ada: Actor
    ) -> None:
        (offer,) = offered(people, robin, ada)
        with pytest.raises(NotFound):
            wishes.take(people.actor(people.other_client_user), offer.id)
        with pytest.raises(NotFound):
            wishes.withdraw(people.actor(people.other_client_user), offer.request_id)

    @pytest.mark.parametrize(
        ("times", "message"),
        [
            ([], "at least one"),
            ([{}, {}], "the same"),
            ([{"at": time(hour)} for hour in (9, 11, 13, 15)], "3 times"),
            ([{"day": date(2026, 11, 24)}], "still to come"),
            ([{"day": date(2027, 3, 28), "at": time(1, 30)}], "clocks go forward"),
            ([{"link": None}], "add the address"),
            ([{"link": "https://zoom.us.evil.example/j/1"}], "Use a room at"),
        ],
    )
    def test_times_that_cannot_be_are_not_offered(
        self, people: People, robin: Actor, ada: Actor, times: list[dict[str, object]], message: str
    ) -> None:
        wish = wishes.ask(ada, WISH)
        given = [a_time(people, **{"at": time(14, 30), **each}) for each in times]  # type: ignore[arg-type]
        with pytest.raises(RuleBroken, match=message):
            wishes.offer(robin, wish.id, given, None, wish.version)
        assert db.session.query(BookingOffer).count() == 0

    def test_with_somebody_whose_account_is_closed_no_time_is_offered(
        self, people: People, robin: Actor, ada: Actor
    ) -> None:
        wish, gone = wishes.ask(ada, WISH), people.owner.id
        with transaction():
            db.session.get_one(User, gone).deactivated_at = NOW
        with pytest.raises(RuleBroken, match="is closed"):
            wishes.offer(robin, wish.id, [a_time(people, with_id=gone)], None, wish.version)

    def test_two_who_answer_at_once_answer_once(self, people: People, robin: Actor, ada: Actor) -> None:
        wish = wishes.ask(ada, WISH)
        seen = wish.version
        wishes.offer(robin, wish.id, [a_time(people)], None, seen)
        with pytest.raises(Conflict):
            wishes.decline(people.actor(people.owner), wish.id, "No.", seen)

    def test_an_archived_client_asks_for_none(self, people: People, ada: Actor) -> None:
        with transaction():
            db.session.get_one(Client, people.client.id).status = ClientStatus.ARCHIVED
        with pytest.raises(RuleBroken, match="closed your record"):
            wishes.ask(ada, WISH)


class TestAnotherTime:
    """A client asks to move an appointment: it stands until they take another time, and stays the same."""

    @pytest.fixture
    def row(self, people: People, robin: Actor) -> Appointment:
        return settled(people, robin)

    def asked(self, people: People, robin: Actor, ada: Actor, row: Appointment, *at: time) -> BookingOffer:
        wish = wishes.ask(ada, replace(WISH, moves=row.id))
        wishes.offer(robin, wish.id, [a_time(people, each) for each in at], None, wish.version)
        return wishes.offered(wish)[0]

    def test_taken_it_moves_and_calendars_follow(
        self, people: People, robin: Actor, ada: Actor, row: Appointment, server: MemoryTransport
    ) -> None:
        sent(server)
        server.sent.clear()
        offer = self.asked(people, robin, ada, row, time(15))  # overlaps with itself alone
        assert wishes.taken_among([offer], row.id) == set()
        assert db.session.get_one(Appointment, row.id).starts_at == BEGINS, "it stands until one is taken"
        for _ in range(2):  # pressed twice
            moved = wishes.take(ada, offer.id)
        assert (moved.id, moved.starts_at, moved.sequence) == (row.id, BEGINS + HOUR / 2, 1)
        told = [mail for mail in sent(server) if "appointment" in mail["Subject"]]
        events = [calendar_of(mail).walk("VEVENT")[0] for mail in told]
        assert [(event["UID"].split("@")[0], event["SEQUENCE"]) for event in events] == [(str(row.id), 1)] * 2

    def test_handed_to_a_colleague_the_time_of_whoever_had_it_is_free(
        self, people: People, robin: Actor, ada: Actor, row: Appointment
    ) -> None:
        wish = wishes.ask(ada, replace(WISH, moves=row.id))
        wishes.offer(robin, wish.id, [a_time(people, with_id=people.owner.id)], None, wish.version)
        wishes.take(ada, wishes.offered(wish)[0].id)
        assert {mail.user_id for mail in mails(MailKind.APPOINTMENT)} >= {
            people.colleague.id,
            people.owner.id,
        }
        planning.make(robin, people.other_client.id, a_time(people), uuid.uuid4().hex)

    def test_called_off_meanwhile_what_is_taken_is_a_new_one(
        self, people: People, robin: Actor, ada: Actor, row: Appointment
    ) -> None:
        offer = self.asked(people, robin, ada, row, time(15))
        planning.call_off(robin, row.id)
        assert wishes.take(ada, offer.id).id != row.id
        assert [each.starts_at for each in planning.to_come(ada, people.client)] == [BEGINS + HOUR / 2]

    def test_moved_by_hand_the_wish_is_fulfilled(
        self, people: People, robin: Actor, ada: Actor, row: Appointment
    ) -> None:
        offer = self.asked(people, robin, ada, row, time(16))
        planning.move(robin, row.id, a_time(people, time(17)), row.version)
        with pytest.raises(RuleBroken, match="no longer offered"):
            wishes.take(ada, offer.id)
        assert wishes.open_ones(robin) == []
        assert db.session.get_one(Appointment, row.id).starts_at.hour == 17

    def test_what_is_not_to_come_or_not_theirs_is_not_moved(
        self, people: People, robin: Actor, ada: Actor, row: Appointment
    ) -> None:
        with pytest.raises(NotFound):
            wishes.ask(people.actor(people.other_client_user), replace(WISH, moves=row.id))
        planning.call_off(robin, row.id)
        with pytest.raises(RuleBroken, match="not to come any more"):
            wishes.ask(ada, replace(WISH, moves=row.id))


def test_of_two_who_press_in_one_moment_one_has_the_time(live_app: Flask) -> None:
    with live_app.app_context(), across_practices("a test"):
        people = make_people()
        robin = people.actor(people.colleague)
        both = [people.actor(user) for user in (people.client_user, people.other_client_user)]
        offers = [offered(people, robin, each)[0].id for each in both]
    told: list[str] = []

    def press(actor: Actor, offer_id: uuid.UUID) -> None:
        with live_app.app_context(), across_practices("a test"):
            try:
                wishes.take(actor, offer_id)
                told.append("taken")
            except RuleBroken as refused:
                told.append(refused.message)

    threads = [threading.Thread(target=press, args=each) for each in zip(both, offers, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(told) == 2
    assert told.count("taken") == 1, told
    with live_app.app_context(), across_practices("a test"):
        assert db.session.query(Appointment).count() == 1


class TestHours:
    def test_said_once_they_propose_what_is_free(self, people: People, robin: Actor) -> None:
        hours.save(robin, HoursDetails([OpenHours(1, time(14), time(16))], 30, "Room 2", ROOM))
        held = hours.of_user(robin, robin.user_id)
        assert (held.minutes, held.room) == (30, ROOM)
        settled(people, robin)  # from half past two to a quarter past three
        found = [each for each in hours.free_of(robin, robin.user_id, held) if each.date() == TUESDAY]
        assert [each.time() for each in found] == [time(14), time(15, 30)]

    def test_a_room_that_is_none_is_refused(self, robin: Actor) -> None:
        with pytest.raises(RuleBroken, match="Use a room at"):
            hours.save(robin, HoursDetails(room="https://evil.example/room"))


class TestMail:
    def test_both_get_a_file_with_one_uid_and_a_sequence_that_rises(
        self, people: People, robin: Actor, ada: Actor, server: MemoryTransport
    ) -> None:
        (offer,) = offered(people, robin, ada)
        row = wishes.take(ada, offer.id)
        first = [mail for mail in sent(server) if "appointment" in mail["Subject"]]
        assert {mail["To"] for mail in first} == {people.client.email, people.colleague.email}
        planning.move(robin, row.id, a_time(people, time(16)), row.version)
        planning.call_off(robin, row.id, "Robin is ill.")
        (last,) = sent(server)[len(server.sent) - 1 :]
        events = [calendar_of(mail).walk("VEVENT")[0] for mail in (*first, last)]
        assert len({event["UID"] for event in events}) == 1
        assert [event["SEQUENCE"] for event in events] == [0, 0, 2], "what waited of the move was called back"
        assert [calendar_of(mail)["METHOD"] for mail in (*first, last)] == ["REQUEST", "REQUEST", "CANCEL"]
        assert events[-1]["STATUS"] == "CANCELLED"
        assert "ill" not in last.as_string(), "a reason stands on the page alone"
        for mail in first:
            assert WISH.reason not in mail.as_string()

    def test_handed_to_a_colleague_it_goes_out_of_the_calendar_of_whoever_had_it(
        self, people: People, robin: Actor, ada: Actor, server: MemoryTransport
    ) -> None:
        (offer,) = offered(people, robin, ada)
        row = wishes.take(ada, offer.id)
        sent(server)
        server.sent.clear()
        planning.move(people.actor(people.assistant), row.id, a_time(people, with_id=people.owner.id), 1)
        methods = {mail["To"]: calendar_of(mail)["METHOD"] for mail in sent(server)}
        assert methods == {
            people.client.email: "REQUEST",
            people.owner.email: "REQUEST",
            people.colleague.email: "CANCEL",
        }

    def test_whoever_withdrew_consent_gets_none(
        self, people: People, robin: Actor, server: MemoryTransport
    ) -> None:
        settled(people, robin)
        with transaction():
            db.session.get_one(Client, people.client.id).consented_at = None
        assert sent(server) == []

    def test_the_day_before_and_an_hour_before_each_once_by_each_ones_clock(
        self, people: People, robin: Actor
    ) -> None:
        with transaction():
            db.session.get_one(Client, people.client.id).time_zone = "America/New_York"
        details = a_time(people, time(11))  # six in the morning where Ada is: she hears of it at eight
        row = planning.make(robin, people.client.id, details, uuid.uuid4().hex)
        told: list[tuple[int, int, bool]] = []
        at = NOW
        while at < row.starts_at + HOUR:
            with time_machine.travel(at, tick=False):
                before = {mail.id for mail in mails(MailKind.APPOINTMENT_REMINDER)}
                for _ in range(2):  # two workers, or one that looks again
                    telling.remind(at)
                new = [mail for mail in mails(MailKind.APPOINTMENT_REMINDER) if mail.id not in before]
                told += [(at.day, at.hour, mail.client_id is not None) for mail in new]
            at += HOUR
        assert sorted(told) == [(1, 10, False), (1, 10, True), (30, 11, False), (30, 13, True)]

    def test_moved_it_is_reminded_of_anew_and_called_off_not_at_all(
        self, people: People, robin: Actor, server: MemoryTransport
    ) -> None:
        row = settled(people, robin)
        sent(server)
        with time_machine.travel(BEGINS - timedelta(hours=23), tick=False):
            assert telling.remind(BEGINS - timedelta(hours=23)) == 2
            later = a_time(people, day=date(2026, 12, 3))
            planning.move(robin, row.id, later, row.version)
            assert mails(MailKind.APPOINTMENT_REMINDER) == []
        moved = BEGINS + timedelta(days=2)
        with time_machine.travel(moved - HOUR, tick=False):
            assert telling.remind(moved - HOUR) == 2
            planning.call_off(robin, row.id)
            assert mails(MailKind.APPOINTMENT_REMINDER) == []
            assert telling.remind(moved - HOUR) == 0

    def test_in_a_zone_that_was_changed_the_new_one_counts(self, people: People, robin: Actor) -> None:
        settled(people, robin)
        with transaction():
            db.session.get_one(Client, people.client.id).time_zone = "Pacific/Auckland"
        # 03:30 on Wednesday there: at eight the day before, which is 19:00 on Monday in London
        at = datetime(2026, 11, 30, 19, tzinfo=UTC)
        with time_machine.travel(at, tick=False):
            telling.remind(at)
        (mail,) = [each for each in mails(MailKind.APPOINTMENT_REMINDER) if each.client_id]
        assert mail.due_at == at


class TestOutcome:
    def test_held_or_missed_is_said_afterwards_and_put_right(self, people: People, robin: Actor) -> None:
        row = settled(people, robin)
        with pytest.raises(RuleBroken, match="still to come"):
            planning.settle(robin, row.id, AppointmentState.HELD, None)
        with time_machine.travel(BEGINS, tick=False):
            planning.settle(robin, row.id, AppointmentState.MISSED, "No word.")
            planning.settle(robin, row.id, AppointmentState.HELD, None)
            assert [each.state for each in planning.lately(robin, people.client)] == [AppointmentState.HELD]
            with pytest.raises(RuleBroken, match="is over"):
                planning.call_off(robin, row.id)

    def test_a_client_calls_off_their_own_and_brings_none_back(
        self, people: People, robin: Actor, ada: Actor
    ) -> None:
        row = settled(people, robin)
        planning.call_off(ada, row.id, "I have a cold.")
        assert {mail.user_id for mail in mails(MailKind.APPOINTMENT) if mail.user_id} == {people.colleague.id}
        with pytest.raises(NotFound):
            planning.bring_back(ada, row.id)
        with pytest.raises(NotFound):
            planning.settle(ada, row.id, AppointmentState.HELD, None)

    def test_the_time_of_one_that_was_called_off_is_free_until_it_is_brought_back(
        self, people: People, robin: Actor
    ) -> None:
        row = settled(people, robin)
        with pytest.raises(RuleBroken, match="another appointment then, from 14:30 to 15:15"):
            planning.make(robin, people.other_client.id, a_time(people, time(15)), uuid.uuid4().hex)
        planning.call_off(robin, row.id)
        planning.make(robin, people.other_client.id, a_time(people, time(15)), uuid.uuid4().hex)
        with pytest.raises(RuleBroken, match="another appointment then"):
            planning.bring_back(robin, row.id)
