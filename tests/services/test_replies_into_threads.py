"""A reply to a mail of ours is a message of its client: once, without its quote, and held where in doubt."""

from __future__ import annotations

import errno
import os
from base64 import encodebytes
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.mail_replies import MOST_A_DAY, MOST_FROM_ONE
from clinic.domain.media import MediaKind, MediaState
from clinic.domain.messages import MessageChannel, MessageFrom
from clinic.domain.types import ClientStatus, MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import AnswerWait, Client, MailReply, MediaFile, Message, MessageFile, OutboxMessage
from clinic.services import links
from clinic.services.accounts.signing_in import actor_of
from clinic.services.clock import now
from clinic.services.messages import reading, writing
from clinic.services.sending import delivery
from clinic.services.sending import intake as mail_intake
from clinic.services.sending import replies as sending_replies
from clinic.services.transaction import transaction
from clinic.services.upkeep import housekeeping
from tests.factories.mail import kept_mail
from tests.factories.media import picture
from tests.factories.people import People
from tests.factories.returned import person
from tests.visitor import Visitor

QUOTE = "\n\nOn Sat, 28 Nov 2026 at 09:00, Harbour <no-reply@clinic.example> wrote:\n> Hello Ada\n"
SUNDAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def sent_mail(client: Client) -> OutboxMessage:
    with transaction():
        mail = OutboxMessage(
            practice_id=client.practice_id,
            kind=MailKind.MESSAGE_WAITS,
            dedupe_key="x",
            client_id=client.id,
            state=OutboxState.SENT,
            due_at=client.created_at,
            not_after=client.created_at,
            created_at=client.created_at,
        )
        db.session.add(mail)
    return mail


def reply(client: Client, text: str, sender: str | None = None) -> bytes:
    """A mail with the mark of one of ours, from the client's own address or another one."""
    mark = links.mark_of((_mail_of(client) or sent_mail(client)).id)
    raw = person("Re: There is a message for you", text + QUOTE)
    raw = raw.replace(b"ada@client.example", (sender or str(client.email)).encode())
    return raw.replace(b"bounces@", f"bounces+{mark}@".encode())


def _mail_of(client: Client) -> OutboxMessage | None:
    return db.session.scalars(select(OutboxMessage).filter_by(client_id=client.id, dedupe_key="x")).first()


def by_mail(client: Client) -> list[str]:
    query = select(Message.text).filter_by(client_id=client.id, channel=MessageChannel.MAIL)
    return list(db.session.scalars(query.order_by(Message.sent_at)))


def held() -> list[MailReply]:
    return list(db.session.scalars(select(MailReply)))


def words_of_messages(people: People) -> list[OutboxMessage]:
    query = select(OutboxMessage).filter_by(kind=MailKind.MESSAGE_WAITS).order_by(OutboxMessage.due_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def test_a_reply_stands_in_the_thread_once_without_the_quote_and_its_client_waits(people: People) -> None:
    raw = reply(people.client, "It clicks on the left.")
    for _ in range(2):  # handed in twice
        mail_intake.take_in(raw)
    assert by_mail(people.client) == ["It clicks on the left."]
    assert not held()
    (message,) = reading.of_client(people.actor(people.colleague), people.client.id).lines
    assert message.sender is MessageFrom.CLIENT
    assert (
        db.session.scalars(select(AnswerWait).filter_by(client_id=people.client.id)).one().answered_at is None
    )
    called = db.session.scalars(select(OutboxMessage).filter_by(kind=MailKind.REPLY)).all()
    assert {each.user_id for each in called} == {people.owner.id, people.colleague.id}


def test_a_reply_from_another_address_is_held_until_somebody_takes_it_in(people: People) -> None:
    mail_intake.take_in(reply(people.client, "It clicks.", "ada@work.example"))
    (waiting,) = held()
    assert not by_mail(people.client)
    with pytest.raises(NotFound):
        sending_replies.take_in(people.actor(people.stranger), waiting.id)
    for _ in range(2):
        sending_replies.take_in(people.actor(people.colleague), waiting.id)
    assert by_mail(people.client) == ["It clicks."]
    db.session.refresh(waiting)
    assert waiting.read_by == people.colleague.id


def test_a_reply_to_an_archived_record_is_held_and_cannot_be_taken_in(people: People) -> None:
    raw = reply(people.client, "Are you there?")
    people.client.status = ClientStatus.ARCHIVED
    db.session.commit()
    mail_intake.take_in(raw)
    (waiting,) = held()
    with pytest.raises(RuleBroken, match="archived"):
        sending_replies.take_in(people.actor(people.colleague), waiting.id)
    assert not by_mail(people.client)


def test_two_machines_that_answer_each_other_do_not_fill_a_thread(people: People) -> None:
    for number in range(MOST_A_DAY + 3):
        mail_intake.take_in(reply(people.client, f"Round {number}."))
    assert len(by_mail(people.client)) == MOST_A_DAY
    assert len(held()) == 3


def test_a_reply_of_a_megabyte_comes_in_cut(people: People) -> None:
    mail_intake.take_in(reply(people.client, "It clicks. " * 100_000))
    (text,) = by_mail(people.client)
    assert len(text) == 5000
    assert text.endswith("too long to be kept here.]")


def test_a_client_is_told_once_a_day_that_something_waits_and_of_none_of_it(
    people: People, server: MemoryTransport
) -> None:
    staff = people.actor(people.colleague)
    with time_machine.travel(SUNDAY, tick=False) as clock:
        writing.answer(staff, people.client.id, "a", "Your left heel lifts.")
        writing.answer(staff, people.client.id, "b", "And breathe out.")
        delivery.run()
        assert not server.sent, "it can still be taken back"
        clock.move_to(SUNDAY + 2 * MINUTE)
        delivery.run()
        assert [envelope.recipient for envelope in server.sent] == [people.client.email]
        (mail,) = server.messages
        assert mail["Subject"] == "There is a message for you"
        assert "heel" not in str(mail)
        writing.answer(staff, people.client.id, "c", "One thing more.")
        clock.move_to(SUNDAY + HOUR)
        delivery.run()
        assert len(server.sent) == 1, "one a day"
        clock.move_to(SUNDAY + DAY)
        delivery.run()
        assert len(server.sent) == 2


def test_what_was_taken_back_or_read_meanwhile_is_told_to_nobody(
    people: People, server: MemoryTransport
) -> None:
    staff = people.actor(people.colleague)
    with time_machine.travel(SUNDAY, tick=False) as clock:
        wrong = writing.answer(staff, people.client.id, "a", "For somebody else.")
        writing.take_back(staff, wrong.id)
        clock.move_to(SUNDAY + 2 * MINUTE)
        delivery.run()
        assert not server.sent
    with time_machine.travel(SUNDAY + DAY, tick=False) as clock:
        right = writing.answer(staff, people.client.id, "b", "For you.")
        clock.move_to(SUNDAY + DAY + 2 * MINUTE)
        reading.mark_own_read(actor_of(people.client_user), right.id)
        delivery.run()
        assert not server.sent


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (datetime(2026, 11, 29, 22, 30, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 11, 29, 3, tzinfo=UTC), datetime(2026, 11, 29, 8, tzinfo=UTC)),
    ],
)
def test_nobody_is_told_at_night(people: People, written: datetime, told: datetime) -> None:
    people.client.waking_from, people.client.waking_until = time(8), time(20)
    db.session.commit()
    with time_machine.travel(written, tick=False):
        writing.answer(people.actor(people.colleague), people.client.id, "a", "Good night.")
    (mail,) = words_of_messages(people)
    assert mail.due_at == told


def test_who_has_no_account_gets_no_word_that_opens_nothing(people: People) -> None:
    writing.answer(people.actor(people.colleague), people.other_client.id, "a", "Hello.")
    assert [mail.client_id for mail in words_of_messages(people)] == (
        [people.other_client.id] if people.other_client.user_id else []
    )


def with_files(raw: bytes, *files: tuple[str, bytes, str]) -> bytes:
    """The same mail with files behind its words: name, bytes, and a line of their head besides."""
    head, _, body = raw.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-"))]
    kept += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="cut"']
    parts = [b"--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body]
    for name, data, more in files:
        kind = f'--cut\r\nContent-Type: application/octet-stream; name="{name}"\r\n{more}'
        parts.append(f"{kind}Content-Transfer-Encoding: base64\r\n\r\n".encode() + encodebytes(data))
    return b"\r\n".join(kept) + b"\r\n\r\n" + b"\r\n".join(parts) + b"--cut--\r\n"


def photo(number: int = 0) -> tuple[str, bytes, str]:
    return f"hip {number}.jpg", picture(), "Content-Disposition: attachment\r\n"


def test_photos_and_a_video_come_with_a_reply_and_the_rest_is_named(
    people: People, visit: Callable[..., Visitor]
) -> None:
    film = ("squat.mov", b"\0\0\0\x18ftypisom" + bytes(3_000_000), "")
    logo = ("logo.png", picture(), "Content-ID: <a@b>\r\n")
    paper = ("scan.pdf", b"%PDF-1.4 " + bytes(900), "")
    photos = [photo(number) for number in range(6)]
    raw = with_files(reply(people.client, "Look at my hip."), logo, *photos, film, paper)
    for _ in range(2):
        mail_intake.take_in(raw)
    (text,) = by_mail(people.client)
    assert text.startswith("Look at my hip.\n\n[Not kept of this mail: ")
    for named in ("hip 5.jpg (a message takes five photos", "scan.pdf (a message takes photos and a video)"):
        assert named in text
    assert "logo.png" not in text
    (message,) = db.session.scalars(select(Message))
    kinds = [(each.media.kind, each.media.state) for each in message.files]
    assert kinds == [(MediaKind.PICTURE, MediaState.READY)] * 5 + [(MediaKind.VIDEO, MediaState.WAITING)]
    assert db.session.scalar(select(func.count()).select_from(MediaFile)) == 6
    shown = message.files[0].media
    assert (shown.client_id, shown.sent_by) == (people.client.id, None)
    visit(people.colleague).get(f"/media/{shown.id}")
    visit(people.client_user).get(f"/my/media/{shown.id}")
    visit(people.other_client_user).get(f"/my/media/{shown.id}", status=404)


def test_photos_without_a_word_are_a_message(people: People) -> None:
    raw = with_files(reply(people.client, ""), photo())
    mail_intake.take_in(raw.replace(QUOTE.encode(), b""))
    (message,) = db.session.scalars(select(Message))
    assert (len(message.files), message.text) == (1, "")


def test_a_photo_that_no_page_can_show_is_refused_with_the_gates_words(people: People) -> None:
    heic = ("IMG_1.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "")
    broken = ("cut.jpg", picture()[:200], "")
    mail_intake.take_in(with_files(reply(people.client, "Look."), heic, broken))
    (text,) = by_mail(people.client)
    assert "IMG_1.HEIC (" in text
    assert "HEIC picture" in text or "damaged" in text
    assert "cut.jpg (The picture is cut off or damaged" in text
    assert not db.session.scalars(select(MessageFile)).all()


def test_words_come_in_where_files_cannot_be_kept_now(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        mail_intake.take_in(with_files(reply(people.client, "My foot is numb."), photo()))
    (text,) = by_mail(people.client)
    assert text.startswith("My foot is numb.\n\n[Not kept of this mail: hip 0.jpg (files cannot")


def test_files_of_a_mail_that_is_held_are_told_to_be_missing(people: People) -> None:
    mail_intake.take_in(with_files(reply(people.client, "Look.", "ada@work.example"), photo()))
    (waiting,) = held()
    assert "Files came with this mail. They are not kept" in waiting.text
    assert not db.session.scalars(select(MediaFile)).all()


def test_a_flood_of_mail_to_read_calls_somebody_once_an_hour_and_ends(people: People) -> None:
    def calls() -> int:
        return len(db.session.scalars(select(OutboxMessage).filter_by(kind=MailKind.REPLY)).all())

    def flood(numbers: range) -> None:
        for number in numbers:
            mail_intake.take_in(reply(people.client, f"Round {number}.", "ada@work.example"))

    with time_machine.travel(SUNDAY, tick=False) as clock:
        flood(range(3))
        assert calls() == 2, "the owner and the colleague, once"
        for each in held():
            sending_replies.mark_read(people.actor(people.colleague), each.id)
        flood(range(3, 6))
        assert calls() == 4, "what came after somebody had read calls again"
        clock.shift(HOUR)
        flood(range(6, 6 + MOST_FROM_ONE))
        assert calls() == 6
        assert mail_intake.take_in(reply(people.client, "More.", "ada@work.example")).is_nobodys
        assert len(held()) == 6 + MOST_FROM_ONE


def test_our_own_mail_in_a_circle_is_kept_by_nobody(people: People, app: Flask) -> None:
    sender = app.config["SETTINGS"].mail_from
    mail_intake.take_in(reply(people.client, "Hello.", sender))
    assert not held()
    assert not by_mail(people.client)


def test_what_is_thrown_away_can_be_brought_back_for_a_day(people: People) -> None:
    mail_intake.take_in(reply(people.client, "Cheap.", "ada@work.example"))
    (spam,) = held()
    actor = people.actor(people.assistant)
    with pytest.raises(NotFound):
        sending_replies.throw_away(people.actor(people.stranger), spam.id)
    for _ in range(2):
        sending_replies.throw_away(actor, spam.id)
    assert not sending_replies.received(actor)
    assert [each.reply.id for each in sending_replies.thrown_away(actor)] == [spam.id]
    assert people.practice.unread_replies == 0
    with pytest.raises(RuleBroken, match="Bring it back"):
        sending_replies.take_in(actor, spam.id)
    housekeeping.tidy(now())
    sending_replies.bring_back(actor, spam.id)
    assert people.practice.unread_replies == 1
    sending_replies.throw_away(actor, spam.id)
    housekeeping.tidy(now() + DAY + MINUTE)
    assert not held()


def test_a_mail_handed_in_again_after_the_days_limit_is_no_second_one(people: People) -> None:
    first = reply(people.client, "Round 0.")
    mail_intake.take_in(first)
    for number in range(1, MOST_A_DAY):
        mail_intake.take_in(reply(people.client, f"Round {number}."))
    mail_intake.take_in(first)
    assert not held()
