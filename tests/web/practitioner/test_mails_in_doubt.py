"""Mails that may have arrived are settled with one press, and what can be taken back is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, CheckinEvent, OutboxMessage, Program
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, sent_checkin
from tests.factories.people import People
from tests.visitor import Visitor

BOARD, DOUBTS = "/check-ins", "/check-ins/doubts"
LOST = "the machine that was sending it was lost at 09:14 on Mon 9 Nov: it may have arrived"


@pytest.fixture
def staff(people: People, visit: Callable[..., Visitor]) -> Visitor:
    return visit(people.colleague)


@pytest.fixture
def doubts(people: People, mail_server: object) -> list[OutboxMessage]:
    """A mail in doubt to each of two clients."""
    with transaction():
        for client in (people.client, people.other_client):
            client.waking_from, client.waking_until = time.min, time.max
    return [in_doubt(enrol(people)), in_doubt(enrol(people, people.other_client))]


def in_doubt(program: Program) -> OutboxMessage:
    checkin = sent_checkin(program, state=CheckinState.IN_DOUBT, at=now() - timedelta(hours=3))
    with transaction() as session:
        mail = outbox.promise(
            program.practice_id, "checkin", checkin.id.hex, client_id=program.client_id, checkin_id=checkin.id
        )
        assert mail is not None
        mail.state, mail.reason = OutboxState.IN_DOUBT, LOST
        about = {"practice_id": program.practice_id, "checkin_id": checkin.id}
        session.add(CheckinEvent(**about, state=checkin.state, reason=LOST, happened_at=now()))
    return mail


def press(staff: Visitor, act: str, mails: list[OutboxMessage]) -> str:
    chosen = {"act": act, "mails": [str(mail.id) for mail in mails]}
    page = staff.get(staff.post(DOUBTS, chosen, status=303).location)
    db.session.expire_all()
    return page.text


def stand(mails: list[OutboxMessage]) -> list[tuple[OutboxState, CheckinState]]:
    return [(mail.state, db.session.get_one(Checkin, mail.checkin_id).state) for mail in mails]


def told(action: str) -> int:
    return len(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all())


DOUBTFUL = (OutboxState.IN_DOUBT, CheckinState.IN_DOUBT)
ARRIVED = (OutboxState.SENT, CheckinState.SENT)
WAITING = (OutboxState.READY, CheckinState.WAITING)


def test_the_page_says_what_is_known_and_offers_all_of_them_ticked(
    people: People, staff: Visitor, doubts: list[OutboxMessage]
) -> None:
    page = staff.get(BOARD).text
    assert page.count(LOST[0].upper() + LOST[1:]) == 2
    assert all(f'value="{mail.id}"' in page for mail in doubts)
    assert page.count(" checked") == 2


def test_one_alone_has_its_own_button(people: People, staff: Visitor, mail_server: object) -> None:
    in_doubt(enrol(people))
    page = staff.get(BOARD).text
    assert "Send it again anyway" in page
    assert DOUBTS not in page


def test_what_arrived_is_noted_with_one_press_and_taken_back_with_another(
    staff: Visitor, doubts: list[OutboxMessage]
) -> None:
    sent_at = [db.session.get_one(Checkin, mail.checkin_id).sent_at for mail in doubts]
    page = press(staff, "arrived", doubts)
    assert "2 mails noted as arrived." in page
    assert stand(doubts) == [ARRIVED] * 2
    assert [db.session.get_one(Checkin, mail.checkin_id).sent_at for mail in doubts] == sent_at
    assert "Undo" in page
    assert told("mail.arrived") == 2

    page = press(staff, "undo", doubts)
    assert "2 mails in doubt again" in page
    assert page.count(f"Taken back by Robin Vale: {LOST}") == 2, "what is known is not lost"
    assert stand(doubts) == [DOUBTFUL] * 2


def test_undo_as_the_page_sends_it(staff: Visitor, doubts: list[OutboxMessage]) -> None:
    press(staff, "arrived", doubts)
    staff.post(DOUBTS, {"act": "undo", "mails": " ".join(str(mail.id) for mail in doubts)}, status=303)
    db.session.expire_all()
    assert stand(doubts) == [DOUBTFUL] * 2


def test_those_that_are_ticked_go_out_again(staff: Visitor, doubts: list[OutboxMessage]) -> None:
    page = press(staff, "again", doubts[:1])
    assert "It is on its way again." in page
    assert stand(doubts) == [WAITING, DOUBTFUL]
    assert told("mail.resent") == 1
    press(staff, "again", doubts)
    assert stand(doubts) == [WAITING] * 2
    assert told("mail.resent") == 2


def test_a_client_who_may_not_be_mailed_holds_up_nobody_else(
    people: People, staff: Visitor, doubts: list[OutboxMessage]
) -> None:
    with transaction():
        people.client.unsubscribed_at = now()
    page = press(staff, "again", doubts)
    assert people.client.name in page
    assert stand(doubts) == [DOUBTFUL, WAITING]


def test_what_was_settled_meanwhile_stays_as_it_is(staff: Visitor, doubts: list[OutboxMessage]) -> None:
    press(staff, "again", doubts)
    assert "were settled before" in press(staff, "arrived", doubts)
    assert stand(doubts) == [WAITING] * 2


def test_what_the_server_took_is_never_in_doubt_again(staff: Visitor, doubts: list[OutboxMessage]) -> None:
    with transaction():
        doubts[0].state, doubts[0].reason = OutboxState.SENT, None
    assert "were settled before" in press(staff, "undo", doubts[:1])
    assert doubts[0].state is OutboxState.SENT


def test_an_answer_that_came_meanwhile_stays(staff: Visitor, doubts: list[OutboxMessage]) -> None:
    press(staff, "arrived", doubts)
    with transaction():
        db.session.get_one(Checkin, doubts[0].checkin_id).state = CheckinState.ANSWERED
    press(staff, "undo", doubts)
    assert stand(doubts)[0][1] is CheckinState.ANSWERED


@pytest.mark.parametrize("act", ["arrived", "again", "undo"])
def test_another_practices_mail_is_passed_by(
    people: People, visit: Callable[..., Visitor], doubts: list[OutboxMessage], act: str
) -> None:
    assert "Nothing was changed" in press(visit(people.stranger), act, doubts)
    assert stand(doubts) == [DOUBTFUL] * 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "arrived"}, "No mail is ticked"),
        ({"act": "burn", "mails": ["0" * 32]}, "out of date"),
        ({"act": "arrived", "mails": ["x"]}, "out of date"),
        ({}, "out of date"),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(
    staff: Visitor, doubts: list[OutboxMessage], sent: dict[str, object], said: str
) -> None:
    assert said in staff.get(staff.post(DOUBTS, sent, status=303).location).text
    db.session.expire_all()
    assert stand(doubts) == [DOUBTFUL] * 2
