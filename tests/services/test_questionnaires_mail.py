"""The mail that asks a client: what it says, what its link opens, and what keeps it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.domain.errors import RuleBroken
from clinic.domain.types import OutboxState, Tier
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import OutboxMessage, QuestionnaireRequest, WarningFlag
from clinic.services.clients import subscriptions
from clinic.services.clock import now
from clinic.services.questionnaires import answering as questionnaire_answering
from clinic.services.questionnaires import asked as questionnaires
from clinic.services.questionnaires import asking as questionnaire_asking
from clinic.services.questionnaires import pages as questionnaire_pages
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, kept_mail
from tests.factories.people import People
from tests.factories.questionnaires import activities, ask, pain, typed

HEALTH = re.compile(r"pain|back|PHQ|RMDQ|scale|disab|depress|socks|score|hip|question(naire)", re.IGNORECASE)


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    """A mail server of ours that keeps what it gets."""
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def asked(people: People) -> QuestionnaireRequest:
    """Ada is asked by mail, at whatever time of day."""
    typed(people, ask(people, "psfs"), activities(socks=2))
    with transaction():
        people.client.waking_from, people.client.waking_until = AWAKE["waking_from"], AWAKE["waking_until"]
    return ask(people, "nprs", "psfs", "phq2", channel=AskChannel.MAIL)


def words(server: MemoryTransport) -> str:
    (mail,) = server.messages
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def state() -> tuple[OutboxState, str | None]:
    db.session.expire_all()
    mail = db.session.scalars(select(OutboxMessage)).one()
    return mail.state, mail.reason


def test_it_says_who_asks_and_nothing_of_health(
    server: MemoryTransport, people: People, asked: QuestionnaireRequest
) -> None:
    assert delivery.run() == 1
    (mail,) = server.messages
    assert mail["Subject"] == "A few questions from Harbour Chiropractic"
    assert mail["To"] == people.client.email
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    told = words(server)
    assert "Hello Ada" in told
    assert not HEALTH.search(re.sub(r"https?://\S+", "", told))
    status = questionnaires.asked_one(people.actor(people.colleague), asked.id).mail
    assert status is not None
    assert status.state is OutboxState.SENT


def test_its_link_opens_these_questions_and_its_end_stops_such_mail(
    server: MemoryTransport, people: People, asked: QuestionnaireRequest
) -> None:
    delivery.run()
    told = words(server)
    secret = re.search(r"/q/([\w-]+)", told)
    assert secret is not None
    opened = questionnaire_pages.open_link(secret[1])
    assert opened.request.id == asked.id
    stop = re.search(r"/u/(\S+)", told)
    assert stop is not None
    subscriptions.stop_by_link(stop[1])
    db.session.expire_all()
    assert people.client.messages_stopped_at is not None
    assert people.client.unsubscribed_at is None
    with pytest.raises(RuleBroken, match="has stopped these mails"):
        ask(people, "nprs", channel=AskChannel.MAIL)


def _stop(people: People, asked: QuestionnaireRequest) -> None:
    people.client.messages_stopped_at = now()


def _flag(people: People, asked: QuestionnaireRequest) -> None:
    db.session.add(
        WarningFlag(
            practice_id=people.practice.id,
            client_id=people.client.id,
            tier=Tier.E,
            question_keys=["numb"],
            raised_at=now(),
        )
    )


def _bounce(people: People, asked: QuestionnaireRequest) -> None:
    people.client.bounced_at = now()


KEPT_BACK: dict[str, tuple[Callable[[People, QuestionnaireRequest], None], str]] = {
    "stopped meanwhile": (_stop, "unsubscribed"),
    "a warning sign meanwhile": (_flag, "warning sign"),
    "the address does not work": (_bounce, "address"),
}


@pytest.mark.parametrize("why", KEPT_BACK)
def test_it_is_kept_back(
    server: MemoryTransport, people: People, asked: QuestionnaireRequest, why: str
) -> None:
    happen, reason = KEPT_BACK[why]
    with transaction():
        happen(people, asked)
    delivery.run()
    assert server.sent == []
    ended, told = state()
    assert ended is OutboxState.CANCELLED
    assert reason in (told or "")


def test_answered_or_taken_back_it_is_not_sent_any_more(
    server: MemoryTransport, people: People, asked: QuestionnaireRequest
) -> None:
    own = people.actor(people.client_user)
    questionnaire_answering.answer_own(own, asked.id, 1, pain())
    questionnaire_asking.revoke(people.actor(people.colleague), asked.id)
    assert delivery.run() == 0
    assert server.sent == []
