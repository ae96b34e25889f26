"""Reminders: exactly one, two local days later, and the ledger says why there was none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    LinkPurpose,
    OutboxState,
    ProgramStatus,
    SkipReason,
    Tier,
)
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import AuditEvent, Checkin, CheckinEvent, Client, OutboxMessage, Program, WarningFlag
from clinic.services import links
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import reminders as checkin_reminders
from clinic.services.checkins import schedules
from clinic.services.checkins.answers import CheckinReply
from clinic.services.clock import now
from clinic.services.outbox import calling_back as checkins
from clinic.services.outbox import promises as outbox
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, enrol_alongside, link_to, schedule_of
from tests.factories.mail import kept_mail
from tests.factories.people import People

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)  # a Monday
DUE = datetime(2026, 11, 9, 9, tzinfo=UTC)  # the next Monday at nine in London
REMIND = datetime(2026, 11, 11, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NO_ANSWER = SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT, None, "the server closed the connection")
REFUSED = SendOutcome(SendVerdict.PERMANENT, SmtpStage.DATA, 554, "5.7.1 we do not want this")
LATER = SendOutcome(SendVerdict.TEMPORARY, SmtpStage.RCPT, 450, "4.2.0 come back later")

Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def program(people: People, clock: Clock) -> Program:
    """Ada's program, with a check-in every Monday at nine."""
    return enrol(people, starts_on=date(2026, 11, 2))


def beat() -> None:
    """What a worker does again and again."""
    checkin_planning.plan_due(now())
    checkin_reminders.run(now())
    delivery.run()


@pytest.fixture
def sent(program: Program, clock: Clock, server: MemoryTransport) -> Checkin:
    """The first check-in, mailed on time."""
    clock.move_to(DUE)
    beat()
    return the_checkin()


def the_checkin() -> Checkin:
    db.session.expire_all()
    return db.session.scalars(select(Checkin).order_by(Checkin.local_date)).first()  # type: ignore[return-value]


def reminders() -> list[OutboxMessage]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "checkin_reminder")))


def history() -> list[str]:
    query = select(CheckinEvent).order_by(CheckinEvent.happened_at)
    return [f"{event.state.value}: {event.reason}".removesuffix(": ") for event in db.session.scalars(query)]


def test_two_days_later_at_the_same_time_there_is_one_reminder(
    sent: Checkin, clock: Clock, server: MemoryTransport
) -> None:
    clock.move_to(REMIND - MINUTE)
    beat()
    assert reminders() == []
    for _ in range(3):
        clock.move_to(REMIND)
        beat()
    (mail,) = reminders()
    assert (mail.state, mail.due_at, mail.day_key) == (
        OutboxState.SENT,
        REMIND,
        f"{sent.client_id.hex}:2026-11-11",
    )
    assert len(server.sent) == 2
    checkin = the_checkin()
    assert (checkin.state, checkin.sent_at, checkin.reminded_at) == (CheckinState.SENT, DUE, REMIND)
    assert history()[-1] == "sent: reminded"
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "checkin.reminded")).all()
    assert [event.subject_id for event in told] == [checkin.id]


def test_it_answers_the_first_mail_and_its_link_ends_with_the_checkin(
    sent: Checkin, clock: Clock, server: MemoryTransport
) -> None:
    clock.move_to(REMIND)
    beat()
    first, second = server.messages
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = second.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    secret = body.split("/c/")[1].split()[0]
    token = links.find(secret, LinkPurpose.CHECKIN)
    assert (token.checkin_id, token.expires_at) == (sent.id, DUE + 14 * DAY)
    assert "Mon 23 Nov" in body
    assert not [word for word in ("pain", "hip", "hinge", "back", "exercise") if word in body.lower()]


def answered(checkin: Checkin) -> None:
    link = link_to(checkin).removeprefix("/c/")
    checkin_answers.deny_signs(link)
    checkin_answers.answer(link, CheckinReply(5, 2, None, contact_wanted=False))


def test_an_answer_in_time_makes_it_needless(sent: Checkin, clock: Clock) -> None:
    clock.move_to(DUE + DAY)
    answered(sent)
    clock.move_to(REMIND)
    beat()
    assert reminders() == []
    assert "not reminded" not in " ".join(history())


def test_an_answer_calls_back_one_that_waits(sent: Checkin, clock: Clock) -> None:
    clock.move_to(REMIND)
    checkin_reminders.run(now())
    answered(the_checkin())
    delivery.run()
    (mail,) = reminders()
    assert (mail.state, mail.reason, mail.day_key) == (OutboxState.CANCELLED, "answered already", None)
    assert the_checkin().state is CheckinState.ANSWERED


def on_client(**values: object) -> Callable[[Program], None]:
    def change(program: Program) -> None:
        client = db.session.get_one(Client, program.client_id)
        for name, value in values.items():
            setattr(client, name, value)

    return change


def status(value: ProgramStatus) -> Callable[[Program], None]:
    def change(program: Program) -> None:
        db.session.get_one(Program, program.id).status = value

    return change


def flagged(program: Program) -> None:
    db.session.add(
        WarningFlag(
            practice_id=program.practice_id,
            client_id=program.client_id,
            tier=Tier.S,
            question_keys=["cough"],
            raised_at=now(),
        )
    )


AGAINST = [
    (on_client(unsubscribed_at=NOON), "the client has unsubscribed"),
    (on_client(bounced_at=NOON), "the address does not take mail"),
    (on_client(status=ClientStatus.ARCHIVED), "the client is archived"),
    (status(ProgramStatus.PAUSED), "the program is paused"),
    (status(ProgramStatus.ENDED), "the program has ended"),
    (flagged, "a warning sign is open"),
]


@pytest.mark.parametrize("change, reason", AGAINST, ids=[row[1] for row in AGAINST])
@pytest.mark.parametrize("when", ["before it is planned", "after it is promised"])
def test_what_stands_against_it_is_in_the_ledger_and_the_checkin_stays_sent(
    sent: Checkin,
    program: Program,
    clock: Clock,
    server: MemoryTransport,
    change: Callable[[Program], None],
    reason: str,
    when: str,
) -> None:
    clock.move_to(REMIND)
    if when == "after it is promised":
        checkin_reminders.run(now())
    with transaction():
        change(program)
    beat()
    assert len(server.sent) == 1
    checkin = the_checkin()
    assert (checkin.state, checkin.skip_reason, checkin.reminded_at) == (CheckinState.SENT, None, None)
    assert history()[-1] == f"sent: not reminded: {reason}"


def test_holding_a_program_calls_its_reminder_back(sent: Checkin, program: Program, clock: Clock) -> None:
    clock.move_to(REMIND)
    checkin_reminders.run(now())
    with transaction():
        schedules.hold(db.session.get_one(Program, program.id), SkipReason.PAUSED, "The program was paused.")
    (mail,) = reminders()
    assert mail.state is OutboxState.CANCELLED
    assert the_checkin().state is CheckinState.SENT
    assert history()[-1] == "sent: not reminded: The program was paused."


def test_a_checkin_in_doubt_is_covered_by_its_reminder(
    program: Program, clock: Clock, server: MemoryTransport
) -> None:
    clock.move_to(DUE)
    server.outcomes = [NO_ANSWER]
    beat()
    assert the_checkin().state is CheckinState.IN_DOUBT
    clock.move_to(REMIND)
    beat()
    assert [mail.state for mail in reminders()] == [OutboxState.SENT]
    assert (the_checkin().state, the_checkin().reminded_at) == (CheckinState.IN_DOUBT, REMIND)


def test_a_checkin_that_is_sent_again_after_its_reminder_has_no_second_one(
    people: People, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    clock.move_to(DUE)
    server.outcomes = [NO_ANSWER]
    beat()
    clock.move_to(REMIND)
    beat()
    clock.move_to(REMIND + DAY)
    first = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "checkin")).one()
    outbox.resend(people.actor(people.owner), first)
    beat()
    assert the_checkin().state is CheckinState.SENT
    clock.move_to(REMIND + 3 * DAY)
    beat()
    assert len(reminders()) == 1
    assert len(server.sent) == 2, (
        "the reminder, and what was sent again; the one in doubt the server never took"
    )


@pytest.mark.parametrize("outcome, words", [(REFUSED, "not reminded"), (LATER, "the reminder waits")])
def test_a_reminder_that_is_refused_leaves_the_checkin_as_it_was(
    sent: Checkin, clock: Clock, server: MemoryTransport, outcome: SendOutcome, words: str
) -> None:
    clock.move_to(REMIND)
    server.outcomes = [outcome]
    beat()
    assert (the_checkin().state, the_checkin().reminded_at) == (CheckinState.SENT, None)
    assert words in history()[-1]
    assert str(outcome.code) in history()[-1]


def test_a_reminder_in_doubt_counts_as_one(sent: Checkin, clock: Clock, server: MemoryTransport) -> None:
    clock.move_to(REMIND)
    server.outcomes = [NO_ANSWER]
    beat()
    assert (the_checkin().state, the_checkin().reminded_at) == (CheckinState.SENT, REMIND)
    clock.move_to(REMIND + DAY)
    beat()
    assert len(reminders()) == 1


def test_a_worker_that_dies_with_a_reminder_leaves_the_checkin_sent(sent: Checkin, clock: Clock) -> None:
    from clinic.services.sending.claims import claim

    clock.move_to(REMIND)
    checkin_reminders.run(now())
    assert len(claim("me", real_server=True, smtputf8=True).letters) == 1
    assert the_checkin().state is CheckinState.SENT


@pytest.mark.parametrize(
    "late, is_sent", [(timedelta(hours=23), True), (timedelta(hours=25), False), (4 * DAY, False)]
)
def test_a_late_reminder_is_left_out(
    sent: Checkin, clock: Clock, server: MemoryTransport, late: timedelta, is_sent: bool
) -> None:
    clock.move_to(REMIND + late)
    beat()
    assert (len(server.sent) == 2) is is_sent
    if not is_sent:
        assert "sent: not reminded: it was more than a day late" in history()


def test_after_a_week_off_nobody_has_two_mails(sent: Checkin, clock: Clock, server: MemoryTransport) -> None:
    clock.move_to(DUE + timedelta(days=7, hours=2))
    beat()
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["checkin", "checkin"]
    assert len(server.sent) == 2


def test_a_newer_checkin_takes_its_place(program: Program, clock: Clock, server: MemoryTransport) -> None:
    clock.move_to(DUE)
    beat()
    with transaction():
        sooner = schedule_of(program)
        sooner.weekday, sooner.next_on, sooner.next_due_at = 2, REMIND.date(), REMIND
    clock.move_to(REMIND + MINUTE)
    beat()
    assert reminders() == []
    assert len(server.sent) == 2
    assert "sent: not reminded: the client has had a mail today" in history()


def test_one_mail_a_day_holds_between_two_programs(
    sent: Checkin, program: Program, clock: Clock, server: MemoryTransport
) -> None:
    other = enrol_alongside(program)
    with transaction():
        row = schedule_of(other)
        row.weekday, row.next_on, row.next_due_at = 2, REMIND.date(), REMIND
    clock.move_to(REMIND)
    beat()
    assert reminders() == []
    assert len(server.sent) == 2


def test_whoever_closes_the_run_calls_the_reminder_back(sent: Checkin, clock: Clock) -> None:
    clock.move_to(REMIND)
    checkin_reminders.run(now())
    with transaction():
        checkins.close_unanswered(sent.practice_id, sent.client_id, "looked after")
    assert [mail.state for mail in reminders()] == [OutboxState.CANCELLED]
    beat()
    assert the_checkin().state is CheckinState.EXPIRED


NIGHTS = [
    ("Europe/Warsaw", date(2026, 3, 27), "2026-03-29T01:30", "03:30"),
    ("Europe/Warsaw", date(2026, 10, 23), "2026-10-25T00:30", "02:30"),
    ("America/New_York", date(2026, 3, 6), "2026-03-08T07:30", "03:30"),
    ("America/New_York", date(2026, 10, 30), "2026-11-01T07:30", "02:30"),
    ("Australia/Lord_Howe", date(2026, 10, 2), "2026-10-03T15:30", "02:30"),
    ("Australia/Lord_Howe", date(2026, 4, 3), "2026-04-04T16:00", "02:30"),
    ("Asia/Kolkata", date(2026, 3, 27), "2026-03-28T21:00", "02:30"),
]


@pytest.mark.parametrize("zone, day, due, shown", NIGHTS, ids=[f"{row[0]} {row[1]}" for row in NIGHTS])
def test_over_a_clock_change_it_comes_at_the_same_time_of_day(
    people: People, server: MemoryTransport, zone: str, day: date, due: str, shown: str
) -> None:
    sent_at = datetime.combine(day, time(2, 30), ZoneInfo(zone)).astimezone(UTC)
    with time_machine.travel(sent_at - 3 * DAY, tick=False) as clock:
        program = enrol(people, starts_on=day - 7 * DAY)
        with transaction():
            client = db.session.get_one(Client, program.client_id)
            client.time_zone, client.waking_from, client.waking_until = zone, time.min, time.max
            row = schedule_of(program)
            row.weekday, row.at_time, row.next_on, row.next_due_at = day.weekday(), time(2, 30), day, sent_at
        clock.move_to(sent_at)
        beat()
        expected = datetime.fromisoformat(due).replace(tzinfo=UTC)
        clock.move_to(expected - MINUTE)
        beat()
        assert len(server.sent) == 1
        clock.move_to(expected)
        beat()
    assert len(server.sent) == 2
    assert expected.astimezone(ZoneInfo(zone)).strftime("%H:%M") == shown
