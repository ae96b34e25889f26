"""The thread of a client as each side reads it, with what was said elsewhere, and until where it was read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, literal, null, or_, select, union_all, update

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.media import MediaKind, MediaState
from clinic.domain.messages import MessageChannel, MessageFrom, is_shown_to_client
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    MediaFile,
    Message,
    MessageFile,
    PracticeLog,
    Prescription,
    Program,
    Thread,
    ThreadRead,
    User,
)
from clinic.models.base import UtcDateTime, given, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

PAGE = 40
NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)
FAR = timedelta(days=1)  # no message comes from later than that
_BEFORE: Any = bindparam("before", type_=UtcDateTime())
_MOST: Any = bindparam("most", type_=db.Integer)


class SaidWhere(StrEnum):
    """Where something was said that stands in the thread without being a message."""

    LOG = "log"
    CHECKIN = "checkin"


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """Words that are kept where they were said: of which day, and about what move, if about one."""

    where: SaidWhere
    at: datetime
    text: str
    day: date
    move: str = ""


class ThreadFileRow(NamedTuple):
    """A photo or a video that came with a message, as it is kept (`models.MediaFile`)."""

    id: uuid.UUID
    kind: MediaKind
    state: MediaState
    said: str | None
    width: int | None
    height: int | None
    poster_id: uuid.UUID | None


class ThreadMessage(NamedTuple):
    """A message as it is kept (`models.Message`), with its author, and the move that it is about."""

    id: uuid.UUID
    sender: MessageFrom
    channel: MessageChannel
    author_id: uuid.UUID | None
    author: str | None
    text: str
    sent_at: datetime
    undone_at: datetime | None
    about: str | None
    video_id: uuid.UUID | None
    moment: int | None  # milliseconds
    files: Sequence[ThreadFileRow] = ()


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A part of a thread, the newest first, and the instant before which there is more; None at its end."""

    lines: Sequence[ThreadMessage | SaidElsewhere]
    before: datetime | None

    @property
    def asked_until(self) -> datetime:
        """When the newest message of the client that stands here was sent; of older ones, none is missing."""
        asked = (each for each in self.lines if isinstance(each, ThreadMessage))
        oldest = _at(self.lines[-1]) if self.before else NOTHING_YET
        return next((each.sent_at for each in asked if each.sender is MessageFrom.CLIENT), oldest)


_MESSAGES = (
    select(
        Message.id,
        Message.sender,
        Message.channel,
        Message.author_id,
        User.name,
        Message.text,
        Message.sent_at,
        Message.undone_at,
        Prescription.content["name"].as_string(),
        Message.video_id,
        Message.moment,
    )
    .outerjoin(User, points_at(Message.author_id, User))
    .outerjoin(Prescription, points_at(Message.prescription_id, Prescription))
    .where(given(Message.practice_id), given(Message.client_id), Message.sent_at < _BEFORE)
    .order_by(Message.sent_at.desc(), Message.id.desc())
    .limit(_MOST)
)
_FILES = (
    select(
        MessageFile.message_id,
        MediaFile.id,
        MediaFile.kind,
        MediaFile.state,
        MediaFile.said,
        MediaFile.width,
        MediaFile.height,
        MediaFile.poster_id,
    )
    .join(Message, points_at(MessageFile.message_id, Message))
    .join(MediaFile, points_at(MessageFile.media_id, MediaFile))
    .where(
        given(MessageFile.practice_id),
        given(MessageFile.client_id),
        Message.sent_at >= bindparam("oldest", type_=UtcDateTime()),
        Message.sent_at < _BEFORE,
    )
    .order_by(MessageFile.position)
)
_IN_LOGS = (
    select(
        literal(SaidWhere.LOG.value).label("place"),
        PracticeLog.logged_at.label("at"),
        PracticeLog.note,
        PracticeLog.local_date.label("day"),
        Prescription.content["name"].as_string().label("move"),
    )
    .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.note.is_not(None),
        PracticeLog.logged_at < _BEFORE,
    )
    .order_by(PracticeLog.logged_at.desc())
    .limit(_MOST)
    .subquery()
)
_IN_CHECKINS = (
    select(
        literal(SaidWhere.CHECKIN.value),
        CheckinAnswer.answered_at,
        CheckinAnswer.note,
        Checkin.local_date,
        cast(null(), Text),
    )
    .join(Checkin, points_at(CheckinAnswer.checkin_id, Checkin))
    .where(
        given(CheckinAnswer.practice_id),
        given(CheckinAnswer.client_id),
        CheckinAnswer.note.is_not(None),
        CheckinAnswer.answered_at < _BEFORE,
    )
    .order_by(CheckinAnswer.answered_at.desc())
    .limit(_MOST)
    .subquery()
)
_SAID = union_all(select(_IN_LOGS), select(_IN_CHECKINS))
_WHEN = select(Message.sent_at).where(given(Message.practice_id), given(Message.client_id), given(Message.id))


def of_client(actor: Actor, client_id: uuid.UUID, before: datetime | None = None) -> ThreadPage:
    """What stands in a client's thread, the newest first; staff only. Three queries."""
    access.staff_only(actor)
    return _page(actor.practice_id, client_id, before, is_own=False)


def own(actor: Actor, before: datetime | None = None) -> ThreadPage:
    """The signed-in client's thread, the newest first, as far as they see it. Three queries."""
    if actor.client_id is None:
        raise NotFound
    return _page(actor.practice_id, actor.client_id, before, is_own=True)


def asked_about(actor: Actor, prescription_id: uuid.UUID) -> Prescription:
    """A move that the signed-in client has or had, to ask about. One query."""
    query = (
        select(Prescription)
        .join(Program, points_at(Prescription.program_id, Program))
        .where(
            Prescription.id == prescription_id,
            Program.practice_id == actor.practice_id,
            Program.client_id == actor.client_id,
        )
    )
    row = db.session.scalars(query).one_or_none()
    if row is None or actor.client_id is None:
        raise NotFound
    return row


_READ_UNTIL = select(Thread.client_read_until).where(given(Thread.practice_id), given(Thread.client_id))


def own_read_until(actor: Actor) -> datetime | None:
    """When the newest message that the signed-in client has seen was sent. One query."""
    whose = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    return db.session.scalar(_READ_UNTIL, whose)


def thread_of(actor: Actor, client_id: uuid.UUID) -> Thread | None:
    """The thread of a client; None where nobody has written yet. Staff only. One query."""
    access.staff_only(actor)
    query = select(Thread).where(Thread.practice_id == actor.practice_id, Thread.client_id == client_id)
    return db.session.scalars(query).one_or_none()


def mark_read(actor: Actor, client_id: uuid.UUID, until: uuid.UUID) -> None:
    """Somebody of the practice has read a thread up to this message; what was read stays read."""
    with transaction() as session:
        client = access.client_for(actor, client_id)
        at = _when(actor.practice_id, client.id, until)
        mine = ThreadRead.practice_id == actor.practice_id, ThreadRead.user_id == actor.user_id
        query = select(ThreadRead).where(*mine, ThreadRead.client_id == client.id).with_for_update()
        row = session.scalars(query).one_or_none()
        if row is None:
            about = {"practice_id": actor.practice_id, "user_id": actor.user_id, "client_id": client.id}
            session.add(ThreadRead(**about, read_until=at))
        elif row.read_until < at:
            row.read_until = at


def mark_own_read(actor: Actor, until: uuid.UUID) -> None:
    """The signed-in client has read their thread up to this message."""
    with transaction() as session:
        client = access.own_client(actor)
        at = _when(actor.practice_id, client.id, until)
        whose = Thread.practice_id == client.practice_id, Thread.client_id == client.id
        unread = or_(Thread.client_read_until.is_(None), Thread.client_read_until < at)
        session.execute(update(Thread).where(*whose, unread).values(client_read_until=at))


def _when(practice_id: uuid.UUID, client_id: uuid.UUID, message_id: uuid.UUID) -> datetime:
    at: datetime | None = db.session.scalar(
        _WHEN, {"practice_id": practice_id, "client_id": client_id, "id": message_id}
    )
    if at is None:
        raise RuleBroken(say("This page is out of date. Please open it again."))
    return at


def _page(
    practice_id: uuid.UUID, client_id: uuid.UUID, before: datetime | None, *, is_own: bool
) -> ThreadPage:
    at = now()
    values = {
        "practice_id": practice_id,
        "client_id": client_id,
        "before": before or at + FAR,
        "most": PAGE + 1,
    }
    found: list[ThreadMessage | SaidElsewhere] = [
        each
        for each in _messages(values)
        if not is_own or is_shown_to_client(each.sender, each.channel, each.sent_at, each.undone_at, at)
    ]
    said = rows.read(_SAID, values)
    found += _each_once(said)
    found.sort(key=_at, reverse=True)
    if len(found) <= PAGE:
        return ThreadPage(found, None)
    last = _at(found[PAGE - 1])
    # what was said in one moment stays together
    lines = [each for each in found if _at(each) >= last]
    return ThreadPage(lines, last if len(lines) < len(found) else None)


def _messages(values: dict[str, Any]) -> list[ThreadMessage]:
    found = [ThreadMessage._make((*row, ())) for row in rows.read(_MESSAGES, values)]
    if not found:
        return found
    files: dict[uuid.UUID, list[ThreadFileRow]] = {}
    for message_id, *kept in rows.read(_FILES, {**values, "oldest": found[-1].sent_at}):
        files.setdefault(message_id, []).append(ThreadFileRow._make(kept))
    return [each._replace(files=files[each.id]) if each.id in files else each for each in found]


def _each_once(said: Any) -> list[SaidElsewhere]:
    """A note that was given with several moves of a day is told once, and is about none of them alone."""
    kept: dict[tuple[SaidWhere, date, str], SaidElsewhere] = {}
    for row in said:
        each = SaidElsewhere(SaidWhere(row[0]), row[1], row[2] or "", row[3], row[4] or "")
        before = kept.get(about := (each.where, each.day, each.text))
        is_about_one = before is None or before.move == each.move
        kept[about] = each if is_about_one else replace(each, move="")
    return [each for each in kept.values() if each.text]


def _at(line: ThreadMessage | SaidElsewhere) -> datetime:
    return line.sent_at if isinstance(line, ThreadMessage) else line.at
