"""Clients who wait for an answer: since when, until when it was promised, and how their waiting ended.

Each call belongs to the transaction in which a message is written, answered or taken back.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, ScalarSelect, Update, and_, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.answer_promise import AnsweredHow, AnswerPromise
from clinic.domain.attention import AttentionKind
from clinic.extensions import db
from clinic.models import AnswerWait, Practice, ThreadRead
from clinic.models.answer_wait import OPEN
from clinic.models.base import given
from clinic.services import bulk
from clinic.services.actors import Actor
from clinic.services.reasons.marks import touch

UNREAD_COUNTED = 100
_PROMISE: Any = select(
    *(Practice.answer_days, Practice.works_on, Practice.time_zone),
    *(Practice.closed_from, Practice.closed_until),
).where(given(Practice.id, "practice_id"))


def promise_of(practice_id: uuid.UUID) -> AnswerPromise:
    """How soon a practice answers, as it says now. One query."""
    days, works_on, zone, *closed = db.session.execute(_PROMISE, {"practice_id": practice_id}).one()
    return AnswerPromise(days, works_on, ZoneInfo(zone), *closed)


def unread_by(
    practice_id: InstrumentedAttribute[uuid.UUID], user_id: InstrumentedAttribute[uuid.UUID]
) -> ScalarSelect[int]:
    """How many wait whose newest words somebody of the practice has not read, up to `UNREAD_COUNTED`.

    For a statement that every page sends: it looks at no more rows than wait for an answer.
    """
    around = (practice_id.class_, user_id.class_)
    read = (
        select(ThreadRead.id)
        .where(
            ThreadRead.practice_id == practice_id,
            ThreadRead.user_id == user_id,
            ThreadRead.client_id == AnswerWait.client_id,
            ThreadRead.read_until >= AnswerWait.last_at,
        )
        .correlate(AnswerWait, *around)
    )
    unread = (
        select(AnswerWait.id)
        .where(AnswerWait.practice_id == practice_id, AnswerWait.answered_at.is_(None), ~read.exists())
        .correlate(*around)
        .limit(UNREAD_COUNTED)
    )
    return select(func.count()).select_from(unread.subquery()).scalar_subquery()


def is_waiting(practice_id: uuid.UUID, client_id: uuid.UUID) -> bool:
    """Whether a client waits for an answer. One query."""
    return db.session.scalar(select(AnswerWait.id).where(_open(practice_id, client_id))) is not None


def begin(practice_id: uuid.UUID, client_id: uuid.UUID, at: datetime) -> None:
    """A client wrote something that waits for an answer; who waits already goes on waiting since then."""
    _touch(practice_id, client_id)
    again = update(AnswerWait).where(_open(practice_id, client_id)).values(last_at=_later(at))
    if _changed(again) or _inserted(practice_id, client_id, at):
        return
    _changed(again)  # begun by another message in the same moment


def end(actor: Actor, client_id: uuid.UUID, how: AnsweredHow, at: datetime) -> bool:
    """A client waits no more; False where they did not wait."""
    _touch(actor.practice_id, client_id)
    values = {"answered_at": at, "answered_by": actor.user_id, "how": how}
    return _changed(update(AnswerWait).where(_open(actor.practice_id, client_id)).values(values))


def of_client(practice_id: uuid.UUID, client_id: uuid.UUID) -> AnswerWait | None:
    """That a client waits, held for whoever is about to end it; None where they do not. One query."""
    query = select(AnswerWait).where(_open(practice_id, client_id)).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def go_on(practice_id: uuid.UUID, client_id: uuid.UUID, answered_at: datetime) -> bool:
    """The answer of an instant was taken back: they wait since they asked; False where it ended none."""
    ended = and_(
        AnswerWait.practice_id == practice_id,
        AnswerWait.client_id == client_id,
        AnswerWait.answered_at == answered_at,
    )
    row = db.session.scalars(select(AnswerWait).where(ended).with_for_update()).one_or_none()
    if row is None:
        return False
    _touch(practice_id, client_id)
    since = select(AnswerWait.last_at).where(_open(practice_id, client_id))
    last_at = db.session.scalar(since) or row.last_at
    # what was written meanwhile belongs to the same waiting
    _run(delete(AnswerWait).where(_open(practice_id, client_id)))
    row.answered_at = row.answered_by = row.how = None
    row.last_at = last_at
    db.session.flush()
    return True


def _touch(practice_id: uuid.UUID, client_id: uuid.UUID) -> None:
    """Whether somebody waits longer than promised is a reason to look after them."""
    touch(practice_id, [client_id], AttentionKind.ANSWER_LATE)


def _inserted(practice_id: uuid.UUID, client_id: uuid.UUID, at: datetime) -> bool:
    about = {"id": uuid.uuid4(), "practice_id": practice_id, "client_id": client_id}
    row = {**about, "asked_at": at, "last_at": at, "due_at": promise_of(practice_id).due_at(at)}
    unique = ("practice_id", "client_id")
    made = (
        bulk.insert_into(AnswerWait)
        .values(row)
        .on_conflict_do_nothing(index_elements=unique, index_where=OPEN)
    )
    return _run(made) > 0


def _later(at: datetime) -> ColumnElement[datetime]:
    """The later of two instants: messages need not be kept in the order in which they were sent."""
    which = func.greatest if bulk.on_postgres() else func.max
    return which(AnswerWait.last_at, at, type_=AnswerWait.last_at.type)


def _open(practice_id: uuid.UUID, client_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(
        AnswerWait.practice_id == practice_id,
        AnswerWait.client_id == client_id,
        AnswerWait.answered_at.is_(None),
    )


def _changed(change: Update) -> bool:
    return _run(change) > 0


def _run(change: Any) -> int:
    done = db.session.execute(change.execution_options(synchronize_session="fetch"))
    assert isinstance(done, CursorResult)
    return done.rowcount
