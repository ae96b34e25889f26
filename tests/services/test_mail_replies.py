"""What people write back by mail reaches somebody: kept, called to, shown until read, and never twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.errors import NotFound
from clinic.domain.notices import NoticeKind
from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.message import message_id
from clinic.models import AuditEvent, MailReply, OutboxMessage, Practice, PracticeNotice
from clinic.services import links
from clinic.services.sending import delivery
from clinic.services.sending import intake as mail_intake
from clinic.services.sending import replies as sending_replies
from clinic.services.transaction import transaction
from tests.factories.mail import kept_mail
from tests.factories.people import People, make_practice
from tests.factories.returned import automatic, person

NUMB = "My left foot has gone numb since yesterday."


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def written(people: People, text: str = NUMB, *, head: str = "") -> bytes:
    """A mail from the address of the first client."""
    raw = person("Re: How is it going?", text).replace(
        b"ada@client.example", str(people.client.email).encode()
    )
    return raw.replace(b"Subject:", head.encode() + b"Subject:", 1)


def kept() -> list[MailReply]:
    return list(db.session.scalars(select(MailReply).order_by(MailReply.received_at)))


def unread(people: People) -> int:
    return db.session.get_one(Practice, people.practice.id, populate_existing=True).unread_replies


def test_a_reply_is_kept_for_the_practice_whose_client_wrote_it(people: People) -> None:
    assert mail_intake.take_in(written(people)).words == "written by somebody: kept for the practice"
    (reply,) = kept()
    assert (reply.practice_id, reply.client_id) == (people.practice.id, people.client.id)
    assert (reply.subject, reply.text, reply.is_answer) == ("Re: How is it going?", NUMB, False)
    assert unread(people) == 1
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.replied"))
    assert (event.client_id, event.subject_id) == (people.client.id, reply.id)
    assert NUMB not in str(event.details)
    assert db.session.scalars(select(PracticeNotice.kind)).all() == [NoticeKind.REPLIED]


@pytest.mark.parametrize("how", ["mark", "id"])
def test_what_it_answers_says_whose_it_is_whatever_the_sender_calls_themselves(
    people: People, how: str
) -> None:
    with transaction():
        mail = OutboxMessage(
            practice_id=people.practice.id,
            kind=MailKind.CHECKIN,
            dedupe_key="x",
            client_id=people.client.id,
            state=OutboxState.SENT,
            due_at=people.client.created_at,
            not_after=people.client.created_at,
            created_at=people.client.created_at,
        )
        db.session.add(mail)
    raw = person("Re: How is it going?", NUMB).replace(b"ada@client.example", b"ada@work.example")
    if how == "mark":
        raw = raw.replace(b"bounces@", f"bounces+{links.mark_of(mail.id)}@".encode())
    else:
        raw = f"In-Reply-To: {message_id(mail.id, 'clinic.example')}\r\n".encode() + raw
    mail_intake.take_in(raw)
    (reply,) = kept()
    assert (reply.client_id, reply.from_address) == (people.client.id, "ada@work.example")
    assert reply.is_answer


def test_everybody_who_hears_the_news_is_called_at_once_without_a_word_of_it(
    people: People, server: MemoryTransport
) -> None:
    mail_intake.take_in(written(people))
    delivery.run()
    called = {envelope.recipient for envelope in server.sent}
    assert called == {people.owner.email, people.colleague.email}
    for message in server.messages:
        assert message["Subject"] == "A client has answered by mail"
        assert "numb" not in str(message)
        assert people.client.name not in str(message)


def test_a_reply_handed_in_twice_is_one(people: People) -> None:
    for _ in range(2):
        mail_intake.take_in(written(people))
    assert len(kept()) == unread(people) == 1
    assert (
        len(list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == MailKind.REPLY)))) == 2
    )


def test_a_reply_waits_until_somebody_has_read_it(people: People) -> None:
    mail_intake.take_in(written(people))
    mail_intake.take_in(written(people, "And my right one."))
    (first, second) = kept()
    for _ in range(2):
        sending_replies.mark_read(people.actor(people.assistant), first.id)
    assert unread(people) == 1
    shown = sending_replies.received(people.actor(people.owner))
    assert [each.reply.id for each in shown] == [second.id, first.id]
    assert shown[1].reply.read_by == people.assistant.id
    read = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.reply_read")).all()
    assert [event.actor_id for event in read] == [people.assistant.id]


def test_no_other_practice_and_no_client_reads_it(people: People) -> None:
    mail_intake.take_in(written(people))
    (reply,) = kept()
    assert sending_replies.received(people.actor(people.stranger)) == []
    for user in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            sending_replies.mark_read(people.actor(user), reply.id)
    with pytest.raises(NotFound):
        sending_replies.received(people.actor(people.client_user))


def test_a_stranger_who_answers_the_only_practice_is_read_and_wakes_nobody(app: Flask) -> None:
    practice = make_practice()
    assert mail_intake.take_in(person("Buy now", "Cheap.")).words == "not a report: nothing to do"
    taken = mail_intake.take_in(person("Re: A question", "My knee hurts."))
    assert not taken.is_nobodys
    (reply,) = kept()
    assert (reply.practice_id, reply.client_id) == (practice.id, None)
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_a_stranger_among_several_practices_hears_that_nobody_reads_it(people: People) -> None:
    assert mail_intake.take_in(person("Re: How is it going?", NUMB)).is_nobodys
    assert not mail_intake.take_in(person("Buy now", "Cheap.")).is_nobodys
    assert kept() == []


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\r\n",
        "X-Autoreply: yes\r\n",
        "Precedence: bulk\r\n",
        "Return-Path: <>\r\n",
        "List-Id: <news.shop.example>\r\n",
    ],
)
def test_what_a_machine_answers_is_nobodys_reply_and_no_loop(people: People, head: str) -> None:
    mail_intake.take_in(written(people, head=head))
    mail_intake.take_in(automatic(""))
    assert kept() == []


def test_our_own_call_coming_back_here_ends_here(people: People, server: MemoryTransport) -> None:
    mail_intake.take_in(written(people))
    delivery.run()
    for envelope in server.sent:
        mail_intake.take_in(envelope.content)
    assert len(kept()) == 1


def test_what_cannot_be_stored_as_it_is_does_not_lose_the_rest(people: People) -> None:
    mail_intake.take_in(written(people, "Numb\x00 " + "x" * 50_000))
    (reply,) = kept()
    assert reply.text.startswith("Numb ")
    assert len(reply.text) == 20_000


def test_a_reply_in_other_letters_can_be_read(people: People) -> None:
    text = "Mein Fuß ist taub."
    raw = written(people, text, head="Content-Type: text/plain; charset=iso-8859-1\r\n")
    mail_intake.take_in(raw.replace(text.encode(), text.encode("latin-1")))
    assert kept()[0].text == text


def test_a_reply_of_marks_alone_is_read_without_them(people: People) -> None:
    html = f"<html><head><style>p {{color: red}}</style></head><body><p>{NUMB}</p></body></html>"
    mail_intake.take_in(written(people, html, head="Content-Type: text/html\r\n"))
    assert kept()[0].text == NUMB
