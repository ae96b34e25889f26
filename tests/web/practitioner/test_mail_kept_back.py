"""What is told of a mail that does not go out: before it is asked for, while it waits, and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import time
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.asking import AskChannel
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import CheckinSchedule, Client, OutboxMessage, User, WarningFlag
from clinic.services import warnings
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol
from tests.factories.mail import kept_mail
from tests.factories.people import People
from tests.factories.questionnaires import ask
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WISH = {
    "key": "0" * 31 + "1",
    "keys": ["nprs"],
    "since-day": "12",
    "since-month": "1",
    "since-year": "2026",
}
SIGN = "A warning sign of Ada Northcote is open. An owner or a practitioner clears it first."


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    with transaction():  # so that tests pass at night
        people.client.waking_from, people.client.waking_until = time.min, time.max
    return visit(people.colleague)


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def text(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.get_data(as_text=True))).split())


def record(people: People, section: str = "") -> str:
    return f"/clients/{people.client.id}{section}"


def name_a_sign(people: People) -> WarningFlag:
    return warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])


def promised(kind: str) -> int:
    query = select(func.count()).where(OutboxMessage.kind == kind)
    return db.session.scalar(query) or 0


def mail_of(kind: str) -> OutboxMessage:
    db.session.expire_all()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)).one()


def test_with_a_warning_sign_open_questions_are_not_asked_by_mail_and_the_form_says_so_before(
    people: People, staff: Visitor
) -> None:
    name_a_sign(people)
    at = record(people, "/questionnaires/ask")
    told = f"{SIGN} Until then, ask in the practice."
    assert told in text(staff.get(at))
    page = text(staff.post(at, {**WISH, "channel": "mail"}, status=422))
    assert page.count(told) > 1, "beside the choice, and as what is wrong"
    assert "on their way" not in page
    assert promised("questionnaire") == 0
    assert "Nothing asked yet" in text(staff.get(record(people, "/questionnaires")))
    staff.post(at, {**WISH, "channel": "clinic"}, status=303)


@pytest.mark.usefixtures("mail_server")
def test_a_sign_named_after_asking_keeps_the_mail_back_and_the_pages_say_so(
    people: People, staff: Visitor, server: MemoryTransport
) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    pages = (f"/questionnaires/{request.id}", record(people, "/questionnaires"))
    for page in pages:
        assert "mail goes out" in text(staff.get(page))
    flag = name_a_sign(people)
    for page in pages:
        assert "mail kept back: a warning sign is open" in text(staff.get(page))
        assert "goes out" not in text(staff.get(page))
    delivery.run()
    assert mail_of("questionnaire").state is OutboxState.CANCELLED
    for page in pages:
        assert "mail not sent: a warning sign is open" in text(staff.get(page))
    timeline = text(staff.get(record(people, "/timeline")))
    assert re.search(r"Mail not sent .*a warning sign is open", timeline)
    assert SIGN in text(staff.get(pages[0]))
    assert "Mail the link again" not in text(staff.get(pages[0]))
    answer = staff.post(f"{pages[0]}/resend", status=303)
    assert SIGN in text(staff.get(answer.location))
    assert promised("questionnaire") == 1
    warnings.clear(people.actor(people.colleague), flag.id, "Seen by the doctor.")
    assert "Mail the link again" in text(staff.get(pages[0]))
    staff.post(f"{pages[0]}/resend", status=303)
    assert promised("questionnaire") == 2


STATES = [
    (OutboxState.READY, "mail goes out"),
    (OutboxState.LEASED, "mail goes out"),
    (OutboxState.SENT, "mail sent"),
    (OutboxState.IN_DOUBT, "mail may have arrived"),
    (OutboxState.FAILED, "mail not sent: because"),
    (OutboxState.CANCELLED, "mail not sent: because"),
    (OutboxState.EXPIRED, "mail not sent: because"),
]


@pytest.mark.usefixtures("mail_server")
@pytest.mark.parametrize("state, words", STATES)
def test_each_end_of_a_mail_has_its_words(
    people: People, staff: Visitor, state: OutboxState, words: str
) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    with transaction():
        mail = mail_of("questionnaire")
        mail.state, mail.reason = state, "because"
    assert words in text(staff.get(f"/questionnaires/{request.id}"))


@pytest.fixture
def invited(people: People, staff: Visitor) -> Client:
    """Ada, who has no account yet, is invited by mail."""
    with transaction():
        people.client.user_id = None
        db.session.delete(db.session.get_one(User, people.client_user.id))
    staff.post(record(people, "/invitation"), status=303)
    return people.client


def raised(people: People) -> None:
    with transaction():
        warnings.raise_flag(people.client, ["saddle"])


def test_an_invitation_goes_out_though_a_warning_sign_is_open(
    people: People, staff: Visitor, server: MemoryTransport, invited: Client
) -> None:
    raised(people)
    page = text(staff.get(record(people, "/details")))
    assert "Send again" in page
    assert "kept back" not in page
    delivery.run()
    assert mail_of("invitation").state is OutboxState.SENT
    assert "Mailed to" in text(staff.get(record(people, "/details")))


def test_an_invitation_to_somebody_who_takes_back_their_consent_is_kept_back_and_told_so(
    people: People, staff: Visitor, server: MemoryTransport, invited: Client
) -> None:
    with transaction():
        people.client.consented_at = people.client.consent_recorded_by = None
    page = text(staff.get(record(people, "/details")))
    assert "kept back: the client has not agreed to mail, works until" in page
    assert "The consent of Ada Northcote is not recorded." in page
    assert "Send again" not in page
    delivery.run()
    assert server.sent == []
    assert mail_of("invitation").state is OutboxState.CANCELLED
    assert "not sent: the client has not agreed to mail" in text(staff.get(record(people, "/details")))


def test_an_invitation_taken_back_before_its_mail_went_is_not_told_as_mailed(
    people: People, staff: Visitor, invited: Client
) -> None:
    invitation_id = mail_of("invitation").invitation_id
    staff.post(f"/invitations/{invitation_id}/revoke", status=303)
    page = text(staff.get(record(people, "/details")))
    assert re.search(r"Mail to \S+ of [\w ]+ not sent, taken back on", page)
    assert "Mailed to" not in page


def test_the_checkins_of_somebody_who_is_not_mailed_say_why_and_offer_no_sending(
    people: People, staff: Visitor
) -> None:
    enrol(people)
    assert "Send a check-in now" in text(staff.get(record(people, "/check-ins")))
    with transaction():
        people.client.unsubscribed_at = now()
    page = text(staff.get(record(people, "/check-ins")))
    assert "No check-ins go out Ada Northcote has stopped these mails." in page
    assert "Send a check-in now" not in page


def test_todays_plan_says_which_checkin_would_not_go_out(people: People, staff: Visitor) -> None:
    program = enrol(people)
    with transaction() as session:
        row = session.scalars(select(CheckinSchedule).where(CheckinSchedule.program_id == program.id)).one()
        row.next_due_at = now()
    assert "kept back" not in text(staff.get("/check-ins"))
    name_a_sign(people)
    assert "kept back: a warning sign is open" in text(staff.get("/check-ins"))


def test_a_failed_mail_is_not_sent_again_to_somebody_who_may_not_be_mailed(
    people: People, staff: Visitor
) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    with transaction():
        mail = mail_of("questionnaire")
        mail.state, mail.reason = OutboxState.FAILED, "550 no such mailbox"
        people.client.bounced_at = now()
    answer = staff.post(f"/mail/{mail.id}/resend", status=303)
    page = text(staff.get(answer.location))
    assert "Mail to Ada Northcote does not arrive." in page
    assert "on its way" not in page
    assert mail_of("questionnaire").state is OutboxState.FAILED
    assert "mail not sent: 550 no such mailbox" in text(staff.get(f"/questionnaires/{request.id}"))


def test_a_client_reads_on_their_own_page_why_no_mail_comes(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    waits = "They wait until your practice has looked at the warning sign it knows of."
    assert waits not in text(browser.get("/account/check-in-mail"))
    name_a_sign(people)
    assert text(browser.get("/account/check-in-mail")).count(waits) == 2
    with transaction():
        people.client.messages_stopped_at = now()
    page = text(browser.get("/account/check-in-mail"))
    assert page.count(waits) == 1
    assert "Questionnaires do not come by mail." in page
