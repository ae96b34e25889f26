"""Without a mail server nothing is called sent, and whom no mail reached is told on their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from clinic.domain.asking import AskChannel
from clinic.domain.notices import NoticeKind
from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, OutboxMessage, User, WarningFlag
from clinic.services import notices, warnings
from clinic.services.accounts import sessions
from clinic.services.clock import now
from clinic.services.questionnaires import answering
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, make_program, make_version, promise_checkin
from tests.factories.people import People
from tests.factories.questionnaires import ask, feeling
from tests.visitor import Visitor
from tests.web.practitioner.test_attention import queries
from tests.web.practitioner.test_clients import text

Visit = Callable[..., Visitor]
STANDING = "No mail server is set: mail is kept here, not sent"
ALERT = "Warning sign of Ada Northcote: it could not be mailed to you."
SEEN = "I have seen this"


def flagged(people: People) -> WarningFlag:
    return warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])


def press_seen(browser: Visitor) -> None:
    page = browser.get("/clients").text
    until = page.split('name="until" value="')[1].split('"')[0]
    assert browser.post("/news/seen", {"until": until, "back": "/clients"}, status=303).location == "/clients"


@pytest.mark.parametrize(
    "path", ["/today", "/clients", "/routines", "/check-ins", "/practice", "/your-account"]
)
def test_every_page_of_the_staff_says_so_with_the_next_act(people: People, visit: Visit, path: str) -> None:
    with transaction():
        people.elsewhere.is_demo = True
    page = visit(people.owner).get(path).text
    assert STANDING in page
    assert 'href="/practice/mail">Set up mail</a>' in page
    colleague = visit(people.colleague).get(path).text
    assert "Please ask the owner to set up mail." in colleague
    assert STANDING not in visit(people.client_user).get("/my").text


@pytest.mark.usefixtures("mail_server")
def test_with_one_there_is_nothing_to_say(people: People, visit: Visit) -> None:
    assert STANDING not in visit(people.owner).get("/today").text


@pytest.mark.usefixtures("mail_server")
def test_answers_that_reach_nobody_are_said(people: People, visit: Visit) -> None:
    with transaction():
        people.practice.email = None
    page = visit(people.owner).get("/today").text
    assert "Answers to your mails reach nobody: the practice has no email address." in page


def test_an_invitation_is_kept_and_called_kept(people: People, visit: Visit) -> None:
    with transaction():
        people.client.user_id = None
    browser = visit(people.owner)
    browser.post(f"/clients/{people.client.id}/invitation", status=303)
    page = text(browser.get(f"/clients/{people.client.id}/details"))
    assert f"The invitation to {people.client.email} is kept here, not sent: no mail server is set." in page
    assert "waits and is not sent: no mail server is set" in page
    delivery.run()
    assert db.session.scalars(select(OutboxMessage.state)).all() == [OutboxState.KEPT]
    page = text(browser.get(f"/clients/{people.client.id}/details"))
    assert "kept here, not sent: no mail server is set" in page
    assert "Mailed to" not in page
    assert "Mail kept here, not sent" in text(browser.get(f"/clients/{people.client.id}/timeline"))


def test_an_invitation_whose_mail_is_not_on_record_is_not_called_mailed(people: People, visit: Visit) -> None:
    with transaction():
        people.client.user_id = None
    browser = visit(people.owner)
    browser.post(f"/clients/{people.client.id}/invitation", status=303)
    db.session.execute(delete(OutboxMessage))
    page = text(browser.get(f"/clients/{people.client.id}/details"))
    assert "is kept here, not sent: no mail server is set, works until" in page
    assert "Mailed to" not in page


def test_a_check_in_is_kept_and_nobody_is_called_silent(people: People, visit: Visit) -> None:
    with transaction():
        for name, value in AWAKE.items():
            setattr(people.client, name, value)
        program = make_program(people.client, make_version(people.practice), people.owner)
        promise_checkin(people.client, program)
    delivery.run()
    checkin = db.session.scalars(select(Checkin)).one()
    assert (checkin.state, checkin.sent_at, checkin.remind_at) == (CheckinState.KEPT, None, None)
    browser = visit(people.owner)
    for page in ("/check-ins", f"/clients/{people.client.id}/check-ins"):
        words = text(browser.get(page))
        assert "Kept here, not sent" in words
        assert "Send again" not in words
    assert "Check-in kept here, not sent" in text(browser.get(f"/clients/{people.client.id}/timeline"))


@pytest.mark.usefixtures("mail_server")
def test_what_was_kept_can_be_sent_once_there_is_a_server(people: People, visit: Visit) -> None:
    with transaction():
        program = make_program(people.client, make_version(people.practice), people.owner)
        mail = promise_checkin(people.client, program)
        mail.state = OutboxState.KEPT
        db.session.execute(update(Checkin).values(state=CheckinState.KEPT))
    browser = visit(people.owner)
    assert f"/mail/{mail.id}/resend" in browser.get("/check-ins").text
    browser.post(f"/mail/{mail.id}/resend", status=303)
    assert db.session.get_one(OutboxMessage, mail.id).state is OutboxState.READY


def test_flashes_say_kept(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    browser.post("/check-ins/preview/send", status=303)
    assert "The preview is kept here, not sent: no mail server is set." in browser.get("/today").text
    browser.post("/your-account/morning-mail", {"wanted": "y"}, status=303)
    assert "No mail leaves here" in browser.get("/your-account").text


def test_a_forgotten_password_is_not_promised_a_mail(people: People, visit: Visit) -> None:
    known, unknown = (
        text(visit().post("/forgotten-password", {"email": address}, status=200))
        for address in (people.owner.email, "nobody@harbour.example")
    )
    assert "No mail goes out from here" in known
    assert "on its way" not in known
    assert known.replace(people.owner.email, "x") == unknown.replace("nobody@harbour.example", "x")


def test_an_alert_that_was_kept_stands_on_every_page_until_its_reader_has_seen_it(
    people: People, visit: Visit
) -> None:
    flag = flagged(people)
    delivery.run()
    owner, colleague = visit(people.owner), visit(people.colleague)
    for path in ("/today", "/clients", "/practice", f"/clients/{people.client.id}"):
        page = owner.get(path).text
        assert ALERT in page
        assert f'href="/flags/{flag.id}">Review</a>' in page
    press_seen(owner)
    assert ALERT not in owner.get("/clients").text
    assert ALERT in colleague.get("/clients").text
    press_seen(colleague)
    assert ALERT not in colleague.get("/clients").text
    seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "news.seen")).all()
    assert {(event.actor_id, event.subject_id) for event in seen} == {
        (people.owner.id, flag.id),
        (people.colleague.id, flag.id),
    }
    assert SEEN not in visit(people.client_user).get("/my").text


def test_answers_that_ask_for_somebody_today_stand_there_too(people: People, visit: Visit) -> None:
    request = ask(people, "phq2", channel=AskChannel.PAGES)
    answering.answer_own(people.actor(people.client_user), request.id, 1, feeling(2, 2))
    delivery.run()
    owner = visit(people.owner)
    page = owner.get("/clients").text
    assert "A client’s answers ask for somebody today: it could not be mailed to you." in page
    assert "PHQ-2 screen positive" in owner.get("/today").text
    press_seen(owner)
    assert "ask for somebody today" not in owner.get("/clients").text


def test_looking_at_a_page_is_not_having_seen(people: People, visit: Visit) -> None:
    flagged(people)
    delivery.run()
    browser = visit(people.owner)
    assert all(ALERT in browser.get("/clients").text for _ in range(3))


def test_what_came_after_the_page_was_drawn_stays(people: People, visit: Visit) -> None:
    flagged(people)
    delivery.run()
    browser = visit(people.owner)
    page = browser.get("/clients").text
    until = page.split('name="until" value="')[1].split('"')[0]
    warnings.name_on_own_page(people.actor(people.other_client_user), ["saddle"])
    delivery.run()
    browser.post("/news/seen", {"until": until, "back": "//evil.example"}, status=303)
    page = browser.get("/clients").text
    assert ALERT not in page
    assert "Warning sign of Bela Forde: it could not be mailed to you." in page


def test_an_alert_that_a_colleague_has_dealt_with_is_heard(people: People, visit: Visit) -> None:
    flag = flagged(people)
    delivery.run()
    warnings.clear(people.actor(people.colleague), flag.id, "Seen by the doctor.")
    assert ALERT not in visit(people.owner).get("/clients").text


def test_the_page_of_a_sign_says_who_was_mailed(people: People, visit: Visit) -> None:
    flag = flagged(people)
    delivery.run()
    page = text(visit(people.owner).get(f"/flags/{flag.id}"))
    assert "The alert is kept here, not sent: no mail server is set." in page
    assert "was mailed" not in page
    with transaction():
        db.session.execute(update(OutboxMessage).values(state=OutboxState.SENT))
    page = text(visit(people.owner).get(f"/flags/{flag.id}"))
    assert "Every owner and practitioner was mailed a link to this record." in page


@pytest.mark.usefixtures("mail_server")
@pytest.mark.parametrize(
    ("state", "waited", "told"),
    [
        (OutboxState.READY, timedelta(minutes=1), False),
        (OutboxState.READY, timedelta(minutes=11), True),
        (OutboxState.FAILED, timedelta(0), True),
        (OutboxState.IN_DOUBT, timedelta(0), True),
        (OutboxState.SENT, timedelta(hours=1), False),
    ],
)
def test_an_alert_the_server_did_not_take_is_told_too(
    people: People, visit: Visit, state: OutboxState, waited: timedelta, told: bool
) -> None:
    flagged(people)
    with transaction():
        db.session.execute(update(OutboxMessage).values(state=state, due_at=now() - waited))
    assert (ALERT in visit(people.owner).get("/clients").text) is told


def test_the_news_of_a_morning_that_did_not_go_out_is_told(people: People, visit: Visit) -> None:
    with transaction():
        notices.tell(people.practice.id, NoticeKind.BOUNCED, client_id=people.client.id)
    notices.send_due((now() + timedelta(days=1)).replace(hour=12))
    assert db.session.scalars(select(OutboxMessage.kind)).first() == MailKind.PRACTICE_NOTICE
    delivery.run()
    page = visit(people.owner).get("/clients").text
    assert "could not be mailed to you: 1 address does not take mail." in page


def test_telling_costs_no_page_a_question_where_there_is_nothing_to_tell(people: People, app: Flask) -> None:
    with transaction():
        secret = sessions.begin(db.session.get_one(User, people.owner.id), persistent=False)
    assert queries(lambda: sessions.find(secret)) == 1


def test_a_sign_tells_the_client_to_call_where_nobody_is_told(people: People, visit: Visit) -> None:
    with transaction():
        make_program(people.client, make_version(people.practice), people.owner)
    flagged(people)
    page = text(visit(people.client_user).get("/my"))
    assert "Your practice is told now" not in page
    assert "No mail goes to them, so please call." in page
