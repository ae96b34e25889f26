"""The practice's inbox: who waits for an answer, the longest first, and whose waiting ended how."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.errors import NotFound, RuleBroken, must_hold
from clinic.domain.staffing import here_problems
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import AnswerWait, Client, ReplyDraft, Thread, ThreadRead, User
from clinic.models.base import UtcDateTime, given, points_at
from clinic.models.whose import is_own
from clinic.services import access, audit, rows, waits
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import reading, writing
from clinic.services.transaction import transaction

FIRST, MOST = 50, 500  # who waits, on the page as it opens and when all are asked for
COUNTED = 1000  # beyond that nobody counts
ANSWERED_SHOWN, ANSWERED_FOR = 20, timedelta(days=30)
BACK_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class WaitingClient:
    """A client who waits; `name` and `born_on` tell them apart, `draft_at` is when the reader last wrote."""

    wait_id: uuid.UUID
    client_id: uuid.UUID
    name: str
    born_on: date | None
    phone: str | None
    responsible: str | None
    asked_at: datetime
    last_at: datetime
    due_at: datetime | None
    draft_at: datetime | None
    read_until: datetime | None  # of the reader
    assigned_to: str | None


@dataclass(frozen=True, slots=True)
class AnsweredClient:
    """A client whose waiting ended lately."""

    wait_id: uuid.UUID
    client_id: uuid.UUID
    name: str
    born_on: date | None
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime
    how: AnsweredHow
    by: str


@dataclass(frozen=True, slots=True)
class InboxPage:
    """What the inbox shows at an instant; `count` stops at a thousand."""

    at: datetime
    waiting: Sequence[WaitingClient]
    count: int
    answered: Sequence[AnsweredClient]


_RESPONSIBLE, _ASSIGNED = aliased(User), aliased(User)
_HERE = and_(given(AnswerWait.practice_id), AnswerWait.answered_at.is_(None))
_THREAD = and_(Thread.practice_id == Client.practice_id, Thread.client_id == Client.id)


def _is_mine() -> ColumnElement[bool]:
    """That somebody was told to answer, and is `whose`; else that the client is theirs, or nobody's."""
    told = Thread.assigned_to_id
    return or_(told == bindparam("whose", type_=Client.id.type), and_(told.is_(None), is_own()))


_WAITING: Any = (
    select(
        *(AnswerWait.id, AnswerWait.client_id, Client.name, Client.born_on, Client.phone),
        *(_RESPONSIBLE.name, AnswerWait.asked_at, AnswerWait.last_at, AnswerWait.due_at),
        select(ReplyDraft.saved_at)
        .where(
            ReplyDraft.practice_id == AnswerWait.practice_id,
            ReplyDraft.client_id == AnswerWait.client_id,
            ReplyDraft.user_id == bindparam("reader", type_=ReplyDraft.user_id.type),
        )
        .scalar_subquery(),
        select(ThreadRead.read_until)
        .where(
            ThreadRead.practice_id == AnswerWait.practice_id,
            ThreadRead.client_id == AnswerWait.client_id,
            ThreadRead.user_id == bindparam("reader", type_=ThreadRead.user_id.type),
        )
        .scalar_subquery(),
        _ASSIGNED.name,
    )
    .join(Client, points_at(AnswerWait.client_id, Client))
    .outerjoin(_RESPONSIBLE, points_at(Client.responsible_id, _RESPONSIBLE))
    .outerjoin(Thread, _THREAD)
    .outerjoin(_ASSIGNED, points_at(Thread.assigned_to_id, _ASSIGNED))
    .where(_HERE)
    .order_by(AnswerWait.asked_at, AnswerWait.id)
    .limit(bindparam("most", type_=db.Integer))
)
_ANSWERED: Any = (
    select(
        *(AnswerWait.id, AnswerWait.client_id, Client.name, Client.born_on, AnswerWait.asked_at),
        *(AnswerWait.due_at, AnswerWait.answered_at, AnswerWait.how, User.name),
    )
    .join(Client, points_at(AnswerWait.client_id, Client))
    .join(User, points_at(AnswerWait.answered_by, User))
    .where(given(AnswerWait.practice_id), AnswerWait.answered_at >= bindparam("since", type_=UtcDateTime()))
    .order_by(AnswerWait.answered_at.desc(), AnswerWait.id)
    .limit(ANSWERED_SHOWN)
)


def _counted(waiting: Select[Any]) -> Select[Any]:
    """How many rows there are, up to a thousand: an inbox that nobody reads costs no more than that."""
    return select(func.count()).select_from(waiting.limit(COUNTED).subquery())


_COUNT = _counted(select(AnswerWait.id).where(_HERE))
_OWN_COUNT = _counted(
    select(AnswerWait.id)
    .join(Client, points_at(AnswerWait.client_id, Client))
    .outerjoin(Thread, _THREAD)
    .where(_HERE, _is_mine())
)
_OWN_WAITING, _OWN_ANSWERED = _WAITING.where(_is_mine()), _ANSWERED.where(is_own())


def inbox(actor: Actor, *, everybody: bool = False, mine: bool = False) -> InboxPage:
    """Who waits, the longest first, and whose waiting ended lately; staff only. Three queries.

    `mine` are the actor's own clients, and those of nobody.
    """
    access.staff_only(actor)
    at = now()
    values = {
        "practice_id": actor.practice_id,
        "whose": actor.user_id,
        "reader": actor.user_id,
        "most": MOST if everybody else FIRST,
        "since": at - ANSWERED_FOR,
    }
    waiting = rows.read(_OWN_WAITING if mine else _WAITING, values)
    answered = rows.read(_OWN_ANSWERED if mine else _ANSWERED, values)
    counted: Any = rows.read(_OWN_COUNT if mine else _COUNT, values)
    return InboxPage(
        at,
        [WaitingClient(*row) for row in waiting],
        counted[0][0],
        [AnsweredClient(*row) for row in answered],
    )


def needs_no_answer(actor: Actor, wait_id: uuid.UUID, seen: datetime) -> AnswerWait:
    """What was written asks for nothing; refused where more came since it was `seen`. Twice is once."""
    with transaction():
        wait = access.wait_for(actor, wait_id)
        if wait.answered_at is None:
            _must_have_seen(wait, seen)
            waits.end(actor, wait.client_id, AnsweredHow.NEEDLESS, now())
            audit.record(actor, "wait.needless", client_id=wait.client_id, subject_id=wait.id)
    return wait


def answered_by_phone(actor: Actor, wait_id: uuid.UUID, seen: datetime, key: str, said: str) -> None:
    """Somebody was called, and what was said stands in their thread, for the practice alone to read.

    Refused where they wrote more since it was `seen`; `key` names the form, so that twice is once.
    """
    wait = access.wait_for(actor, wait_id)
    if wait.answered_at is None:
        _must_have_seen(wait, seen)
    writing.note_call(actor, wait.client_id, key, said, seen)


def _must_have_seen(wait: AnswerWait, seen: datetime) -> None:
    if wait.last_at > seen:
        raise RuleBroken(say("They wrote again meanwhile. Read that first."))


def assign(actor: Actor, wait_id: uuid.UUID, user_id: uuid.UUID | None) -> str | None:
    """Say who of the practice answers a client; None: whoever comes. Returns their name. Staff only."""
    with transaction():
        wait = access.wait_for(actor, wait_id)
        colleague = access.colleague_for(actor, user_id) if user_id else None
        if colleague is not None:
            must_hold(here_problems(colleague.name, "who", is_open=colleague.is_open))
        thread = reading.thread_of(actor, wait.client_id)
        if thread is None:
            raise NotFound
        if thread.assigned_to_id != user_id:
            thread.assigned_to_id = user_id
            told = {"to": colleague.name if colleague else None}
            audit.record(actor, "thread.assigned", client_id=wait.client_id, subject_id=thread.id, **told)
        return colleague.name if colleague else None


def go_on_waiting(actor: Actor, wait_id: uuid.UUID) -> AnswerWait:
    """Take back, within half an hour, that somebody was called or waits for nothing; a note stays."""
    with transaction():
        wait = access.wait_for(actor, wait_id)
        if wait.answered_at is None:
            return wait
        if wait.how is AnsweredHow.MESSAGE or now() - wait.answered_at > BACK_WITHIN:
            raise RuleBroken(say("This can be taken back no more."))
        waits.go_on(wait.practice_id, wait.client_id, wait.answered_at)
        audit.record(actor, "wait.goes_on", client_id=wait.client_id, subject_id=wait.id)
    return wait
