"""The list of clients: searched, filtered, fifty at a time; ten thousand cost no more than a hundred."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, select, tuple_

from clinic.domain.attention import Reason, shown
from clinic.domain.invitations import AccountStanding, account_standing
from clinic.domain.search import fold
from clinic.domain.types import ClientKind, ClientStatus, LogOutcome, ProgramStatus
from clinic.extensions import db
from clinic.models import CheckinAnswer, Client, Invitation, PracticeLog, Program
from clinic.models.base import given
from clinic.services import rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.reasons.listed import of_clients

PAGE = 50
COUNT_UP_TO = 1000  # counting on would cost more than the page
MOST_WORDS = 6
ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients, and from where on: the ones after or before a client of the list."""

    text: str = ""
    status: ClientStatus = ClientStatus.ACTIVE
    standing: AccountStanding | None = None
    after: uuid.UUID | None = None
    before: uuid.UUID | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.standing)


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One line of the list."""

    id: uuid.UUID
    name: str
    kind: ClientKind
    group_name: str | None
    program: ProgramStatus | None
    last_practice: date | None
    last_answer: datetime | None
    standing: AccountStanding
    reasons: Sequence[Reason]  # to look after them, the most pressing first


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Some of the list, and where the neighbouring pages start; `count` is None beyond 1,000."""

    rows: Sequence[ClientLine]
    before: uuid.UUID | None
    after: uuid.UUID | None
    count: int | None


def page(actor: Actor, wanted: ClientFilter) -> ClientPage:
    """The clients of the actor's practice that are wanted, by name."""
    backwards = wanted.before is not None and wanted.after is None
    words = fold(wanted.text).split()[:MOST_WORDS]
    place, values = _place(actor, wanted), _values(actor, wanted, words)
    query = _lines(len(words), wanted.standing, moved=bool(place), backwards=backwards)
    found = rows.read(query, {**values, **place})
    more, moved = len(found) > PAGE, bool(place)
    at = values["now"]
    asking = of_clients(actor.practice_id, [row.id for row in found[:PAGE]], at)
    lines = [_listed(row, shown(asking.get(row.id, ()), at), at) for row in found[:PAGE]]
    if backwards:
        lines.reverse()
    before = lines[0].id if lines and (more if backwards else moved) else None
    after = lines[-1].id if lines and (moved if backwards else more) else None
    if not (before or after):
        return ClientPage(lines, None, None, len(lines))
    ((count,),) = rows.read(_count(len(words), wanted.standing), values)
    return ClientPage(lines, before, after, count if count <= COUNT_UP_TO else None)


def _values(actor: Actor, wanted: ClientFilter, words: Sequence[str]) -> dict[str, Any]:
    searched = {f"word_{number}": f"%{_escaped(word)}%" for number, word in enumerate(words)}
    return {"practice_id": actor.practice_id, "status": wanted.status, "now": now(), **searched}


def _escaped(word: str) -> str:
    for special in (ESCAPE, "%", "_"):
        word = word.replace(special, ESCAPE + special)
    return word


def _place(actor: Actor, wanted: ClientFilter) -> dict[str, Any]:
    """The client the page starts beside, if that one is of this practice."""
    edge = wanted.after or wanted.before
    if edge is None:
        return {}
    key = db.session.scalar(_KEY, {"practice_id": actor.practice_id, "id": edge})
    return {} if key is None else {"key": key, "edge": edge}


_KEY = select(Client.sort_key).where(given(Client.practice_id), given(Client.id))


# A statement of this size takes longer to put together than to run, so each shape of it is made once.
@cache
def _lines(words: int, standing: AccountStanding | None, *, moved: bool, backwards: bool) -> Select[Any]:
    query = _columns().where(*_which(words, standing))
    if moved:
        key, edge = bindparam("key", type_=Client.sort_key.type), bindparam("edge", type_=Client.id.type)
        here, there = tuple_(Client.sort_key, Client.id), tuple_(key, edge)
        # the pair alone makes SQLite read the index from its beginning
        start = Client.sort_key <= key if backwards else Client.sort_key >= key
        query = query.where(start, here < there if backwards else here > there)
    order = (Client.sort_key.desc(), Client.id.desc()) if backwards else (Client.sort_key, Client.id)
    return query.order_by(*order).limit(PAGE + 1)


@cache
def _count(words: int, standing: AccountStanding | None) -> Select[Any]:
    some = select(Client.id).where(*_which(words, standing)).limit(COUNT_UP_TO + 1).subquery()
    return select(func.count()).select_from(some)


def _which(words: int, standing: AccountStanding | None) -> list[ColumnElement[bool]]:
    which = [given(Client.practice_id), given(Client.status)]
    which += [Client.search_key.like(bindparam(f"word_{number}"), escape=ESCAPE) for number in range(words)]
    if standing is not None:
        which.append(_stands(standing))
    return which


def _columns() -> Select[Any]:
    return select(
        Client.id,
        Client.name,
        Client.kind,
        Client.group_name,
        Client.user_id,
        _program().label("program"),
        _last_practice().label("last_practice"),
        _last_answer().label("last_answer"),
        _invited_until().label("invited_until"),
    )


def _of_client(kind: type[Any]) -> ColumnElement[bool]:
    return and_(kind.practice_id == Client.practice_id, kind.client_id == Client.id)


def _program() -> Any:
    newest = (Program.status == ProgramStatus.ENDED, Program.assigned_at.desc())
    return select(Program.status).where(_of_client(Program)).order_by(*newest).limit(1).scalar_subquery()


def _last_practice() -> Any:
    practised = select(PracticeLog.local_date).where(
        _of_client(PracticeLog), PracticeLog.outcome != LogOutcome.NOT_DONE
    )
    return practised.order_by(PracticeLog.local_date.desc()).limit(1).scalar_subquery()


def _last_answer() -> Any:
    return select(func.max(CheckinAnswer.answered_at)).where(_of_client(CheckinAnswer)).scalar_subquery()


def _open_invitation() -> ColumnElement[bool]:
    return and_(_of_client(Invitation), Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


def _invited_until() -> Any:
    return select(func.max(Invitation.expires_at)).where(_open_invitation()).scalar_subquery()


def _stands(standing: AccountStanding) -> ColumnElement[bool]:
    invited = exists().where(_open_invitation())
    lasting = exists().where(_open_invitation(), Invitation.expires_at > bindparam("now"))
    without = Client.user_id.is_(None)
    return {
        AccountStanding.HAS_ACCOUNT: Client.user_id.is_not(None),
        AccountStanding.INVITED: and_(without, lasting),
        AccountStanding.LAPSED: and_(without, invited, ~lasting),
        AccountStanding.NOT_INVITED: and_(without, ~invited),
    }[standing]


def _listed(row: Row[Any], reasons: Sequence[Reason], at: datetime) -> ClientLine:
    return ClientLine(
        id=row.id,
        name=row.name,
        kind=row.kind,
        group_name=row.group_name,
        program=row.program,
        last_practice=row.last_practice,
        last_answer=row.last_answer,
        standing=account_standing(
            has_account=row.user_id is not None, invited_until=row.invited_until, now=at
        ),
        reasons=reasons,
    )
