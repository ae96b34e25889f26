"""News for the practice: told once, gathered into one mail a morning, with counts and no names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.notices import NoticeKind
from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import AuditEvent, OutboxMessage, PracticeNotice, User
from clinic.services import notices
from clinic.services.outbox import promises as outbox
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.mail import kept_mail
from tests.factories.people import People

# London, in winter: the morning of the 24th is 08:00 UTC
EVENING = datetime(2026, 11, 23, 19, tzinfo=UTC)
BEFORE = datetime(2026, 11, 24, 7, 59, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEXT = MORNING + timedelta(days=1)


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def tell(people: People, *kinds: NoticeKind, at: datetime = EVENING, key: str = "") -> None:
    with time_machine.travel(at, tick=False), transaction():
        for kind in kinds:
            notices.tell(people.practice.id, kind, client_id=people.client.id, key=key)


def send(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        return notices.send_due(at)


def promised() -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == MailKind.PRACTICE_NOTICE)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def readers() -> set[str]:
    return {db.session.get_one(User, mail.user_id).name for mail in promised()}


def test_whatever_happened_it_is_one_mail_to_each_who_decides(people: People) -> None:
    tell(people, NoticeKind.CONTACT, NoticeKind.BOUNCED, NoticeKind.BOUNCED, NoticeKind.TAPERING)
    assert send(BEFORE) == 0
    assert send(MORNING) == 2
    assert readers() == {people.owner.name, people.colleague.name}  # no assistant, nobody elsewhere
    assert send(MORNING + timedelta(minutes=1)) == 0


def test_without_news_there_is_no_mail(people: People) -> None:
    assert send(MORNING) == 0
    assert promised() == []


def test_news_of_the_day_waits_for_the_next_morning(people: People) -> None:
    tell(people, NoticeKind.CONTACT)
    send(MORNING)
    tell(people, NoticeKind.BOUNCED, at=NOON)
    assert send(NOON + timedelta(minutes=1)) == 0
    assert send(NEXT) == 2
    assert notices.counts(people.practice.id, NEXT.date()) == {NoticeKind.BOUNCED: 1}


def test_a_sweep_that_comes_late_still_sends_the_mornings_news_once(people: People) -> None:
    tell(people, NoticeKind.CONTACT)
    assert send(NOON) == 2
    tell(people, NoticeKind.BOUNCED, at=NOON)
    assert send(NOON + timedelta(hours=3)) == 0


def test_the_same_event_is_news_once(people: People) -> None:
    for _ in range(3):
        tell(people, NoticeKind.CONTACT, key="answer-1")
    tell(people, NoticeKind.CONTACT, key="answer-2")
    send(MORNING)
    assert notices.counts(people.practice.id, MORNING.date()) == {NoticeKind.CONTACT: 2}


def fail_after_telling(people: People) -> None:
    with transaction():
        notices.tell(people.practice.id, NoticeKind.CONTACT)
        raise ZeroDivisionError


def test_news_that_is_rolled_back_was_never_told(people: People) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after_telling(people)
    assert db.session.scalars(select(PracticeNotice)).all() == []


def test_the_mail_holds_counts_a_link_and_no_name(people: People, server: MemoryTransport) -> None:
    tell(people, NoticeKind.CONTACT, NoticeKind.UNANSWERED, NoticeKind.UNANSWERED)
    send(MORNING)
    with time_machine.travel(MORNING, tick=False):
        assert delivery.run() == 2
    for envelope in server.sent:
        text = envelope.content.decode()
        assert "1 client would like to hear from you" in text
        assert "2 clients have not answered two check-ins" in text
        assert "/today" in text
        for client in (people.client, people.other_client):
            assert client.name not in text
            assert client.name.split()[0] not in text


def test_somebody_who_does_not_want_it_gets_none(people: People) -> None:
    notices.want(people.actor(people.owner), False)
    tell(people, NoticeKind.CONTACT)
    assert send(MORNING) == 1
    assert readers() == {people.colleague.name}
    assert notices.wanted(people.actor(people.owner)) is False
    trail = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("notice.%"))).all()
    assert trail == ["notice.declined"]


def test_switched_off_what_waits_is_called_back(people: People) -> None:
    tell(people, NoticeKind.CONTACT)
    send(MORNING)
    notices.want(people.actor(people.owner), False)
    states = {db.session.get_one(User, mail.user_id).name: mail.state for mail in promised()}
    assert states == {
        people.owner.name: OutboxState.CANCELLED,
        people.colleague.name: OutboxState.READY,
    }


def test_each_practice_has_a_morning_of_its_own(people: People) -> None:
    with transaction():
        people.elsewhere.time_zone = "America/New_York"
    with time_machine.travel(EVENING, tick=False), transaction():
        notices.tell(people.elsewhere.id, NoticeKind.CONTACT)
    tell(people, NoticeKind.CONTACT)
    send(MORNING)
    assert readers() == {people.owner.name, people.colleague.name}
    send(datetime(2026, 11, 24, 13, 1, tzinfo=UTC))
    assert people.stranger.name in readers()


def test_two_sweeps_at_once_are_one_mail_because_the_key_says_so(people: People) -> None:
    tell(people, NoticeKind.CONTACT)
    send(MORNING)
    with transaction() as session:
        for notice in session.scalars(select(PracticeNotice)):
            notice.told_on = None  # as if the other sweep had not seen what this one wrote
    assert send(MORNING) == 0
    assert len(promised()) == 2


def in_trouble(at: datetime, waiting: timedelta) -> None:
    with time_machine.travel(at, tick=False):
        heartbeats.beat(heartbeats.MAIL_SERVER, "refused at auth 535: wrong password")
        user = db.session.scalars(select(User)).first()
        assert user is not None
        with transaction():
            outbox.promise(user.practice_id, "test_mail", "waits", user_id=user.id, due_at=at - waiting)


def test_a_mail_server_that_refuses_for_long_is_news_once_a_day(people: People) -> None:
    in_trouble(EVENING, timedelta(minutes=16))
    for minutes in (0, 5, 10):
        send(EVENING + timedelta(minutes=minutes))
    kinds = db.session.scalars(
        select(PracticeNotice.kind).where(PracticeNotice.practice_id == people.practice.id)
    ).all()
    assert kinds == [NoticeKind.MAIL_PAUSED]
    send(MORNING)
    assert notices.counts(people.practice.id, date(2026, 11, 24)) == {NoticeKind.MAIL_PAUSED: 1}


def test_a_hiccup_of_the_mail_server_is_no_news(people: People) -> None:
    in_trouble(EVENING, timedelta(minutes=5))
    send(EVENING)
    assert db.session.scalars(select(PracticeNotice)).all() == []
