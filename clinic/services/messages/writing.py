"""Messages written by a client and answered by the practice, each once, and taken back within a minute.

Who waits for an answer (`waits`) and what the thread says of itself change in the same transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.errors import Forbidden, NotFound, RuleBroken, must_hold
from clinic.domain.media import MediaKind, check_here
from clinic.domain.messages import (
    ARCHIVED,
    LONGEST_CALL_NOTE,
    LONGEST_MOMENT,
    TOO_LATE,
    MessageChannel,
    MessageFrom,
    may_take_back,
    problems,
    was_seen,
)
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import AnswerWait, Client, MediaFile, Message, MessageFile, Prescription, Program, Thread
from clinic.models.base import points_at
from clinic.services import access, audit, bulk, once, waits
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import drafts, telling
from clinic.services.transaction import one_at_a_time, transaction

_BY_MAIL = "by mail"
NO_VIDEO = say("This video is not in the thread. Open the page again.")


@dataclass(frozen=True, slots=True)
class ClientWords:
    """What a client writes: text, the move it asks about (as they have it), files that are here."""

    text: str
    prescription_id: uuid.UUID | None = None
    media_ids: Sequence[uuid.UUID] = ()


@dataclass(frozen=True, slots=True)
class VideoMoment:
    """A moment of a client's video that an answer is about, in milliseconds."""

    video_id: uuid.UUID
    at: int


@dataclass(frozen=True, slots=True)
class MailedWords:
    """What came as a reply to a mail: its text without quotes, its files, and when it came."""

    text: str
    came_at: datetime
    media_ids: Sequence[uuid.UUID] = ()


def write(actor: Actor, key: str, words: ClientWords) -> Message:
    """A message of the signed-in client; `key` names the form, so that two presses send it once."""
    with transaction():
        client = access.own_client(actor)
        if not client.is_active:
            raise RuleBroken(ARCHIVED)
        message_id = once.id_of(Message, actor.practice_id, key, client.id, words.text)
        if made := once.made_before(Message, actor.practice_id, message_id):
            return made
        if words.prescription_id is not None:
            _must_have(client, words.prescription_id)
        files = [_file_of(client, media_id, actor.user_id) for media_id in words.media_ids]
        must_hold(problems(words.text, [each.kind for each in files]))
        told = {"author_id": actor.user_id, "prescription_id": words.prescription_id}
        row, is_new = _add(
            client, message_id, MessageFrom.CLIENT, MessageChannel.PAGE, words.text, now(), **told
        )
        if is_new:
            _attach(row, files)
            waits.begin(client.practice_id, client.id, row.sent_at)
            audit.record(actor, "message.written", client_id=client.id, subject_id=row.id)
    return row


def came_by_mail(client: Client, key: str, words: MailedWords) -> Message:
    """A reply to a mail of ours, in the caller's transaction; `key` names the mail, which counts once."""
    message_id = once.id_of(Message, client.practice_id, key, client.id)
    files = [_file_of(client, media_id) for media_id in words.media_ids]
    row, is_new = _add(
        client,
        message_id,
        MessageFrom.CLIENT,
        MessageChannel.MAIL,
        words.text,
        words.came_at,
        author_id=client.user_id,
    )
    if is_new:
        _attach(row, files)
        waits.begin(client.practice_id, client.id, row.sent_at)
        about = {"client_id": client.id, "subject_id": row.id}
        audit.record_for(client.practice_id, client.name, "message.written", how=_BY_MAIL, **about)
    return row


def came_before(client: Client, key: str) -> bool:
    """Whether the mail of this key stands in the thread already."""
    message_id = once.id_of(Message, client.practice_id, key, client.id)
    return once.made_before(Message, client.practice_id, message_id) is not None


def answer(
    actor: Actor,
    client_id: uuid.UUID,
    key: str,
    text: str,
    about: VideoMoment | None = None,
    seen: datetime | None = None,
) -> Message:
    """What the practice writes to a client; the client sees it once it can be taken back no more.

    `seen` is when the newest of the client's messages was sent that its writer had before them: what came
    later goes on waiting. None: they had all of it.
    """
    must_hold(problems(text))

    def moment_of(client: Client) -> dict[str, Any]:
        if about is None:
            return {}
        _must_be_in_thread(client, about)
        return {"video_id": about.video_id, "moment": about.at}

    how = MessageChannel.PAGE, AnsweredHow.MESSAGE, "answered"
    return _from_practice(actor, client_id, key, text, *how, moment_of, seen)


def tell(actor: Actor, client_id: uuid.UUID, key: str, text: str) -> Message:
    """What the practice tells a client of its own accord: nobody who waits for an answer has one by it."""
    must_hold(problems(text))
    return _from_practice(actor, client_id, key, text, MessageChannel.PAGE, None, "told")


def note_call(
    actor: Actor, client_id: uuid.UUID, key: str, text: str, seen: datetime | None = None
) -> Message:
    """That a client was answered by phone, and what was said; the practice alone reads it."""
    must_hold(problems(text, longest=LONGEST_CALL_NOTE))
    how = MessageChannel.PHONE, AnsweredHow.PHONE, "answered_by_phone"
    return _from_practice(actor, client_id, key, text, *how, seen=seen)


def take_back(actor: Actor, message_id: uuid.UUID) -> None:
    """Take back within a minute what the actor sent; its words are their draft again.

    The client waits again if it was the answer. Raises RuleBroken later; pressed twice it is once.
    """
    with transaction():
        row = access.thread_message_for(actor, message_id)
        if row.author_id != actor.user_id or row.sender is not MessageFrom.PRACTICE:
            raise Forbidden("Only who sent a message can take it back.")
        one_at_a_time(Message, row.id)
        db.session.refresh(row)
        if row.undone_at is not None:
            return
        if not may_take_back(row.sent_at, now()):
            raise RuleBroken(TOO_LATE)
        drafts.put_back(actor, row.client_id, row.text)
        row.text, row.undone_at = "", now()
        waits.go_on(row.practice_id, row.client_id, row.sent_at)
        audit.record(actor, "message.taken_back", client_id=row.client_id, subject_id=row.id)


def _from_practice(
    actor: Actor,
    client_id: uuid.UUID,
    key: str,
    text: str,
    channel: MessageChannel,
    how: AnsweredHow | None,
    verb: str,
    more: Callable[[Client], dict[str, Any]] = lambda client: {},
    seen: datetime | None = None,
) -> Message:
    with transaction():
        client = access.client_for(actor, client_id)
        message_id = once.id_of(Message, actor.practice_id, key, client.id, channel, text)
        if made := once.made_before(Message, actor.practice_id, message_id):
            return made
        told = {"author_id": actor.user_id, **more(client)}
        row, is_new = _add(client, message_id, MessageFrom.PRACTICE, channel, text, now(), **told)
        if is_new:
            if how is not None:
                _end_wait(actor, client.id, how, row.sent_at, seen)
            if channel is MessageChannel.PAGE:
                telling.tell(client, row.sent_at)
            if how is AnsweredHow.MESSAGE and row.video_id is None:
                drafts.drop(actor, client.id)
            audit.record(actor, f"message.{verb}", client_id=client.id, subject_id=row.id)
    return row


def _end_wait(
    actor: Actor, client_id: uuid.UUID, how: AnsweredHow, at: datetime, seen: datetime | None
) -> None:
    """Who waits is answered, as far as what they wrote was seen; what came later waits since it came."""
    wait = waits.of_client(actor.practice_id, client_id)
    if wait is None or not was_seen(wait.asked_at, seen):
        return
    unseen = [] if was_seen(wait.last_at, seen) else _unseen(wait, seen)
    waits.end(actor, client_id, how, at)
    for sent_at in unseen:
        waits.begin(actor.practice_id, client_id, sent_at)


def _unseen(wait: AnswerWait, seen: datetime | None) -> list[datetime]:
    query = select(Message.sent_at).where(
        Message.practice_id == wait.practice_id,
        Message.client_id == wait.client_id,
        Message.sender == MessageFrom.CLIENT,
        Message.sent_at > wait.asked_at,
    )
    return [at for at in db.session.scalars(query.order_by(Message.sent_at)) if not was_seen(at, seen)]


def _add(
    client: Client,
    message_id: uuid.UUID,
    sender: MessageFrom,
    channel: MessageChannel,
    text: str,
    at: datetime,
    **told: Any,
) -> tuple[Message, bool]:
    row = Message(
        id=message_id,
        practice_id=client.practice_id,
        client_id=client.id,
        thread_id=_thread_of(client, at),
        sender=sender,
        channel=channel,
        text=text.strip(),
        sent_at=at,
        **told,
    )
    return once.add(row)


def _thread_of(client: Client, at: datetime) -> uuid.UUID:
    """The thread of a client, begun where there is none; held, so that both writing at once are in order."""
    begun = {"id": uuid.uuid4(), "practice_id": client.practice_id, "client_id": client.id}
    row = {**begun, "begun_at": at, "last_at": at}
    unique = ("practice_id", "client_id")
    db.session.execute(bulk.insert_into(Thread).values(row).on_conflict_do_nothing(index_elements=unique))
    whose = Thread.practice_id == client.practice_id, Thread.client_id == client.id
    thread_id, last_at = db.session.execute(
        select(Thread.id, Thread.last_at).where(*whose).with_for_update()
    ).one()
    if last_at < at:
        db.session.execute(update(Thread).where(*whose).values(last_at=at))
    return uuid.UUID(str(thread_id))


def _must_have(client: Client, prescription_id: uuid.UUID) -> None:
    """NotFound where a move is none of this client's."""
    query = (
        select(Prescription.id)
        .join(Program, points_at(Prescription.program_id, Program))
        .where(
            Prescription.id == prescription_id,
            Program.practice_id == client.practice_id,
            Program.client_id == client.id,
        )
    )
    if db.session.scalar(query) is None:
        raise NotFound


def _file_of(client: Client, media_id: uuid.UUID, sent_by: uuid.UUID | None = None) -> MediaFile:
    """A photo or a video of this client's that is here and goes with no message yet."""
    whose = MediaFile.practice_id == client.practice_id, MediaFile.client_id == client.id
    row = db.session.scalars(select(MediaFile).where(MediaFile.id == media_id, *whose)).one_or_none()
    if row is None or row.kind not in (MediaKind.PICTURE, MediaKind.VIDEO) or row.sent_by != sent_by:
        raise NotFound
    check_here(row.state, row.said)
    if db.session.scalar(select(MessageFile.id).where(MessageFile.media_id == row.id)):
        raise RuleBroken(say("This file went with another message already."), "file")
    return row


def _attach(row: Message, files: Sequence[MediaFile]) -> None:
    for position, file in enumerate(files):
        db.session.add(
            MessageFile(
                practice_id=row.practice_id,
                client_id=row.client_id,
                message_id=row.id,
                media_id=file.id,
                position=position,
            )
        )


def _must_be_in_thread(client: Client, about: VideoMoment) -> None:
    query = (
        select(MediaFile.seconds)
        .join(MessageFile, points_at(MessageFile.media_id, MediaFile))
        .where(
            MediaFile.id == about.video_id,
            MediaFile.kind == MediaKind.VIDEO,
            MessageFile.practice_id == client.practice_id,
            MessageFile.client_id == client.id,
        )
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise RuleBroken(NO_VIDEO)
    lasts = (found.seconds + 1) * 1000 if found.seconds else LONGEST_MOMENT
    if not 0 <= about.at <= min(lasts, LONGEST_MOMENT):
        raise RuleBroken(say("The video does not last so long."))
