"""Whoever has stopped opens no page: a check-in's mail asks why, once in each silence; one press tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.types import LogOutcome, ProgramStatus, StopReason
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import AuditEvent, PracticeStop, Program
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import reminders as checkin_reminders
from clinic.services.checkins.answers import CheckinReply
from clinic.services.clock import now
from clinic.services.programs import diary
from clinic.services.sending import delivery
from tests.factories.checkins import enrol
from tests.factories.mail import kept_mail
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
FIRST = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday, at nine where Ada lives
ASKS = "Have you stopped for now?"
HEALTH = ("pain", "hurt", "better", "confident", "hip", "hinge", "back", "exercise", "symptom", "no time")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(FIRST, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def program(people: People) -> Program:
    """Ada's program from that Monday on, with a check-in every week."""
    people.practice.phone = "020 7946 0000"
    return enrol(people, starts_on=FIRST.date())


@pytest.fixture
def asked(
    program: Program, server: MemoryTransport, clock: time_machine.Coordinates
) -> Callable[..., list[int]]:
    """Let days go by, with a worker; on which of them a mail asked why.

    `logs` are days with a log, `answers` those on which a check-in is answered.
    """

    def until(
        people: People, last: int, *, logs: Sequence[int] = (), answers: Sequence[int] = (), since: int = 1
    ) -> list[int]:
        found = []
        for number in range(since, last + 1):
            clock.move_to(FIRST + number * DAY)
            before = len(server.sent)
            checkin_planning.plan_due(now())
            checkin_reminders.run(now())
            delivery.run()
            if any(ASKS in text_of(mail) for mail in server.messages[before:]):
                found.append(number)
            if number in answers:
                answer(server)
            if number in logs:
                log(people, (FIRST + number * DAY).date())
        return found

    return until


def log(people: People, day: date) -> None:
    diary.log_day(people.actor(people.client_user), day, DiaryEntry(LogOutcome.DONE))


def answer(server: MemoryTransport) -> None:
    """The check-in that was mailed last."""
    secret = re.findall(r"/c/([\w-]+)\s", text_of(server.messages[-1]))[0]
    checkin_answers.deny_signs(secret)
    checkin_answers.answer(secret, CheckinReply(0, 2, None, contact_wanted=False))


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def link_in(server: MemoryTransport) -> str:
    """The page that the last mail which asks leads to."""
    mail = next(each for each in reversed(server.messages) if ASKS in text_of(each))
    (path,) = re.findall(r"https?://[^/\s]+(/c/\S+/why)\s", text_of(mail))
    assert f'{path}"' in text_of(mail, "html")
    return str(path)


def stops() -> list[StopReason]:
    db.session.expire_all()
    return [each.reason for each in db.session.scalars(select(PracticeStop))]


def test_the_first_mail_of_a_silence_asks_and_no_other(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport
) -> None:
    assert asked(people, 35, answers=[14, 21]) == [14]
    assert len(server.sent) == 7, "on days 7, 9, 14, 21, 28, 30 and 35"


def test_a_new_silence_is_asked_about_anew(people: People, asked: Callable[..., list[int]]) -> None:
    assert asked(people, 49, logs=[15], answers=[21, 28]) == [14, 35], (
        "day 29 is quiet again, and day 35 the next check-in"
    )


def test_the_reminder_asks_where_it_is_the_first_mail_of_the_silence(
    people: People, asked: Callable[..., list[int]]
) -> None:
    assert asked(people, 30, logs=[1]) == [16]


def test_who_was_silent_and_mailed_before_mails_asked_is_asked_at_their_next_silence(
    people: People, asked: Callable[..., list[int]], visit: Visit
) -> None:
    asked(people, 27, answers=[14, 21])  # as an older release mailed: whether a mail asked is kept nowhere
    assert asked(people, 40, since=28, answers=[28, 35]) == [], (
        "mails came and were left alone: none presses now"
    )
    assert "You have not logged for two weeks" in visit(people.client_user).get("/my").text
    assert asked(people, 70, since=41, logs=[41], answers=[42, 49, 56, 63]) == [56], "once, as anybody"


def test_whoever_practises_or_has_said_why_on_the_page_is_not_asked(
    people: People, asked: Callable[..., list[int]], visit: Visit
) -> None:
    assert asked(people, 13, logs=range(1, 8)) == []
    assert asked(people, 20, since=14) == []
    visit(people.client_user).post("/my/stopping", {"because": "no_time"}, status=303)
    assert asked(people, 40, since=21) == []


def test_the_mail_and_the_address_tell_nothing_of_health(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport
) -> None:
    asked(people, 14)
    mail = server.messages[-1]
    address = link_in(server)
    html = re.sub(r"<[^>]+>", " ", text_of(mail, "html"))
    for said in (str(mail["Subject"]), text_of(mail), html, address):
        assert not [words for words in HEALTH if re.search(rf"\b{words}\b", said.lower())]


def test_looking_writes_nothing_and_one_press_tells(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport, visit: Visit
) -> None:
    asked(people, 14)
    link, anybody = link_in(server), visit()
    for _ in range(3):
        page = anybody.get(link).text
        assert page.count('name="because"') == 5
        assert anybody.client.head(link).status_code == 200
    assert stops() == []
    assert ASKS not in visit(people.client_user).get("/my").text
    assert "You have not logged for two weeks" in visit(people.client_user).get("/my").text

    assert anybody.post(link, {"because": "no_time"}, status=303).location == link
    assert stops() == [StopReason.NO_TIME]
    thanks = anybody.get(link).text
    assert "Thank you for telling us" in thanks
    assert "You said" not in thanks
    assert "You have not logged for two weeks" not in visit(people.client_user).get("/my").text
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "practice.stopped")).one()
    assert (told.client_id, told.details["reason"]) == (people.client.id, "no_time")
    assert asked(people, 30, since=15) == [], "once, over page and mail together"


def test_it_hurts_reaches_today_as_it_does_from_the_page(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport, visit: Visit
) -> None:
    asked(people, 14)
    link, anybody = link_in(server), visit()
    anybody.post(link, {"because": "hurts"}, status=303)
    anybody.post(link, {"because": "hurts"}, status=303)
    page = anybody.get(link).text
    assert "look at the warning signs" in page
    assert "020 7946 0000" in page
    assert len(reasons_on(visit(people.colleague).get("/today").text)) == 1
    enrol(people, people.other_client, starts_on=FIRST.date())
    visit(people.other_client_user).post("/my/stopping", {"because": "hurts"}, status=303)
    by_mail, on_the_page = reasons_on(visit(people.colleague).get("/today").text)
    assert by_mail == on_the_page


def reasons_on(page: str) -> list[str]:
    """What Today says of clients who stopped because it hurts, each with since when."""
    found = re.findall(r"Stopped because it hurts.*?</li>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def test_what_was_said_is_put_right_the_same_day(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport, visit: Visit
) -> None:
    asked(people, 14)
    link, anybody = link_in(server), visit()
    anybody.post(link, {"because": "better"}, status=303)
    assert anybody.get(f"{link}?change=1").text.count('name="because"') == 5
    anybody.post(link, {"because": "confident"}, status=303)
    assert stops() == [StopReason.CONFIDENT]
    for because in ({}, {"because": "moved"}, {"because": "ended_by_practice"}):
        anybody.post(link, because, status=422)
    assert stops() == [StopReason.CONFIDENT]


def test_an_answered_checkin_asks_on_its_last_page(
    people: People, asked: Callable[..., list[int]], server: MemoryTransport, visit: Visit
) -> None:
    asked(people, 14)
    link, anybody = link_in(server).removesuffix("/why"), visit()
    anybody.post(link, {"none": "y"}, status=303)
    anybody.post(f"{link}/questions", {"days": "0", "pain": "2", "contact": "no"}, status=303)
    assert ASKS in anybody.get(link).text
    anybody.post(f"{link}/why", {"because": "not_suitable"}, status=303)
    assert ASKS not in anybody.get(link).text
    assert stops() == [StopReason.NOT_SUITABLE]


def test_nothing_is_asked_where_nothing_runs_or_a_warning_sign_waits(
    people: People, program: Program, asked: Callable[..., list[int]], server: MemoryTransport, visit: Visit
) -> None:
    asked(people, 14)
    link, anybody = link_in(server), visit()
    program.status = ProgramStatus.PAUSED
    db.session.commit()
    assert "no program that is running" in anybody.get(link).text
    anybody.post(link, {"because": "better"}, status=422)
    program.status = ProgramStatus.ACTIVE
    db.session.commit()
    anybody.post(link.removesuffix("/why"), {"signs": "saddle"}, status=303)
    assert anybody.get(link, status=303).location == link.removesuffix("/why")
    assert stops() == []


def test_a_link_of_nobody_opens_nothing(people: People, visit: Visit) -> None:
    visit().get(f"/c/{'x' * 32}/why", status=404)
