"""The list of clients: searched, filtered, fifty at a time; ten thousand cost no more than a hundred."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, func, select, tuple_

from clinic.domain.attention import Reason
from clinic.domain.invitations import AccountStanding, account_standing
from clinic.domain.programs import TOGETHER
from clinic.domain.search import LONGEST_PIECE, search_words
from clinic.domain.types import ClientKind, ClientStatus, LogOutcome, ProgramStatus
from clinic.extensions import db
from clinic.models import (
    CheckinAnswer,
    Client,
    ClientGroup,
    GroupMember,
    Invitation,
    OpenReason,
    PracticeLog,
    Program,
    SearchPiece,
)
from clinic.models.base import given
from clinic.models.whose import is_nobodys
from clinic.services import rows
from clinic.services.actors import Actor
from clinic.services.attention.cases import ClientWithReasons, gathered
from clinic.services.clock import now
from clinic.services.reasons import said
from clinic.services.reasons.listed import of_clients, shows
from clinic.services.reasons.said import Said

PAGE = 50
COUNT_UP_TO = 1000  # counting on would cost more than the page
COUNT_FOUND_UP_TO = 200  # of a search, where each client counted is one whose name is read
MANY = 1000  # pieces that a word begins; where they are more, its clients are soon met in the list itself
MOST_WORDS = 6
ESCAPE = "\\"
LAST_SIGN = "\U0010ffff"  # no word goes on beyond it


class WhoseClients(StrEnum):
    """Whose clients, beside those of one colleague: everybody's, one's own, or those that nobody has yet."""

    ALL = "all"
    MINE = "mine"
    NOBODYS = "nobodys"


class Asking(StrEnum):
    """Only clients with a reason to look after them: any, or one that was handed to whoever looks."""

    ANY = "attention"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients, and from where on: the ones after or before a client of the list.

    Of those who ask for somebody the archived are shown with the active, as on the first page.
    """

    text: str = ""
    status: ClientStatus = ClientStatus.ACTIVE
    standing: AccountStanding | None = None
    asking: Asking | None = None
    group: uuid.UUID | None = None  # whoever stands in it
    whose: WhoseClients | uuid.UUID | None = None  # None: nobody said; all of them
    after: uuid.UUID | None = None
    before: uuid.UUID | None = None

    @property
    def is_narrowed(self) -> bool:
        is_all = self.whose in (None, WhoseClients.ALL)
        return bool(self.text or self.standing or self.asking) or not is_all


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One line of the list."""

    id: uuid.UUID
    name: str
    name_key: str  # equal where names look alike
    born_on: date | None
    phone: str | None
    kind: ClientKind
    group_name: str | None
    program: ProgramStatus | None
    last_practice: date | None
    last_answer: datetime | None
    standing: AccountStanding
    responsible_id: uuid.UUID | None
    asks: ClientWithReasons | None  # the reasons to look after them


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Some of the list, and where the neighbouring pages start; `count` is None beyond `counted_up_to`."""

    rows: Sequence[ClientLine]
    before: uuid.UUID | None
    after: uuid.UUID | None
    count: int | None
    counted_up_to: int = COUNT_UP_TO


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement looks like: how many words it searches, and whether it begins with their pieces."""

    words: int
    standing: AccountStanding | None
    asking: Asking | None
    in_group: bool
    is_nobodys: bool
    is_somebodys: bool
    by_pieces: bool


def page(actor: Actor, wanted: ClientFilter, known: int | None = None) -> ClientPage:
    """The clients of the actor's practice that are wanted, by name; `known`: how many, if it was counted."""
    backwards = wanted.before is not None and wanted.after is None
    words = search_words(wanted.text)[:MOST_WORDS]
    place, values = _place(actor, wanted), _values(actor, wanted, words)
    pieces = _pieces(values) if words else MANY + 1
    if not pieces:
        return ClientPage([], None, None, 0)
    shape = _shape(wanted, words, by_pieces=pieces <= PAGE)
    query = _lines(shape, moved=bool(place), backwards=backwards)
    found = rows.read(query, {**values, **place})
    more, moved = len(found) > PAGE, bool(place)
    lines = _with_reasons(actor, found[:PAGE], values["at"])
    if backwards:
        lines.reverse()
    before = lines[0].id if lines and (more if backwards else moved) else None
    after = lines[-1].id if lines and (moved if backwards else more) else None
    if not (before or after):
        return ClientPage(lines, None, None, len(lines))
    if known is not None:
        return ClientPage(lines, before, after, known)
    most = COUNT_FOUND_UP_TO if words else COUNT_UP_TO
    shape = replace(shape, by_pieces=pieces <= MANY)
    ((count,),) = rows.read(_count(shape, most), values)
    return ClientPage(lines, before, after, count if count <= most else None, most)


def ids(actor: Actor, wanted: ClientFilter, most: int) -> list[uuid.UUID]:
    """The ids of all clients that are wanted, whatever page is shown, by name; so many at most."""
    words = search_words(wanted.text)[:MOST_WORDS]
    values = _values(actor, wanted, words)
    pieces = _pieces(values) if words else MANY + 1
    shape = _shape(wanted, words, by_pieces=pieces <= MANY)
    query = select(Client.id).where(*_which(shape)).order_by(Client.sort_key, Client.id).limit(most)
    return [row.id for row in rows.read(query, values)]


def groups(actor: Actor) -> list[str]:
    """The names of the practice's groups, in their order; none for whoever is not staff."""
    if not actor.is_staff:
        return []
    query = select(ClientGroup.name).where(ClientGroup.practice_id == actor.practice_id)
    return list(db.session.scalars(query.order_by(ClientGroup.name)))


def _shape(wanted: ClientFilter, words: Sequence[str], *, by_pieces: bool) -> _Shape:
    whose = wanted.whose
    return _Shape(
        len(words),
        wanted.standing,
        wanted.asking,
        in_group=wanted.group is not None,
        is_nobodys=whose is WhoseClients.NOBODYS,
        is_somebodys=whose is WhoseClients.MINE or isinstance(whose, uuid.UUID),
        by_pieces=by_pieces,
    )


def _values(actor: Actor, wanted: ClientFilter, words: Sequence[str]) -> dict[str, Any]:
    searched = {f"word_{number}": f"%{_escaped(word)}%" for number, word in enumerate(words)}
    begins = max(words, key=len, default="")[:LONGEST_PIECE]  # the longest is in the fewest names
    searched |= {"begins": begins, "ends": begins + LAST_SIGN}
    whose = {"practice_id": actor.practice_id, "status": wanted.status, "whose": actor.user_id}
    responsible = wanted.whose if isinstance(wanted.whose, uuid.UUID) else actor.user_id
    return {**whose, "at": now(), "group": wanted.group, "responsible": responsible, **searched}


def _pieces(values: Mapping[str, Any]) -> int:
    """How many pieces begin as the longest word does; beyond a thousand nobody counts."""
    ((count,),) = rows.read(_PIECES, values)
    return count


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
def _lines(shape: _Shape, *, moved: bool, backwards: bool) -> Select[Any]:
    query = _columns().where(*_which(shape))
    if moved:
        key, edge = bindparam("key", type_=Client.sort_key.type), bindparam("edge", type_=Client.id.type)
        here, there = tuple_(Client.sort_key, Client.id), tuple_(key, edge)
        # the pair alone makes SQLite read the index from its beginning
        start = Client.sort_key <= key if backwards else Client.sort_key >= key
        query = query.where(start, here < there if backwards else here > there)
    order = (Client.sort_key.desc(), Client.id.desc()) if backwards else (Client.sort_key, Client.id)
    return query.order_by(*order).limit(PAGE + 1)


@cache
def _count(shape: _Shape, most: int) -> Select[Any]:
    some = select(Client.id).where(*_which(shape)).limit(most + 1).subquery()
    return select(func.count()).select_from(some)


def _which(shape: _Shape) -> list[ColumnElement[bool]]:
    """The rule is the words; pieces only say with which clients to begin.

    They bring the practice along: named once more, it makes SQLite begin with the list all the same.
    """
    which = [
        _begins_so() if shape.by_pieces else given(Client.practice_id),
        _asks(shape.asking) if shape.asking else given(Client.status),
    ]
    which += [
        Client.search_key.like(bindparam(f"word_{number}"), escape=ESCAPE) for number in range(shape.words)
    ]
    if shape.in_group:
        which.append(_IS_MEMBER)
    if shape.is_somebodys:
        which.append(given(Client.responsible_id, "responsible"))
    if shape.is_nobodys:
        which.append(is_nobodys())
    if shape.standing is not None:
        which.append(_stands(shape.standing))
    return which


# one client at a time, in the order of the list: from the members on, all would be read to show fifty
_IS_MEMBER = (
    select(GroupMember.id)
    .where(
        GroupMember.practice_id == Client.practice_id,
        GroupMember.client_id == Client.id,
        given(GroupMember.group_id, "group"),
        GroupMember.left_at.is_(None),
    )
    .exists()
)


def _begins_so() -> ColumnElement[bool]:
    whose = select(SearchPiece.practice_id, SearchPiece.person_id).where(*_PIECE)
    return tuple_(Client.practice_id, Client.id).in_(whose)


_PIECE = (
    given(SearchPiece.practice_id),
    SearchPiece.piece >= bindparam("begins"),
    SearchPiece.piece < bindparam("ends"),
)
_SOME_PIECES = select(SearchPiece.person_id).where(*_PIECE).limit(MANY + 1).subquery()
_PIECES = select(func.count()).select_from(_SOME_PIECES)


def _columns() -> Select[Any]:
    return select(
        Client.id,
        Client.name,
        Client.sort_key,
        Client.born_on,
        Client.phone,
        Client.kind,
        Client.group_name,
        Client.user_id,
        Client.responsible_id,
        _program().label("program"),
        _last_practice().label("last_practice"),
        _last_answer().label("last_answer"),
        _invited_until().label("invited_until"),
    )


def _of_client(kind: type[Any]) -> ColumnElement[bool]:
    return and_(kind.practice_id == Client.practice_id, kind.client_id == Client.id)


def _program() -> Any:
    """Of several the one that runs, as of the worker's last round."""
    first = (case(*((Program.status == each, rank) for rank, each in enumerate(TOGETHER))), Program.id)
    return select(Program.status).where(_of_client(Program)).order_by(*first).limit(1).scalar_subquery()


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


def _asks(asking: Asking) -> ColumnElement[bool]:
    """The clients of the first page, from the same rows."""
    which = [shows(OpenReason)]
    which += [OpenReason.handed_to == bindparam("whose")] if asking is Asking.MINE else []
    return Client.id.in_(select(OpenReason.client_id).where(*which))


def _stands(standing: AccountStanding) -> ColumnElement[bool]:
    invited = exists().where(_open_invitation())
    lasting = exists().where(_open_invitation(), Invitation.expires_at > bindparam("at"))
    without = Client.user_id.is_(None)
    return {
        AccountStanding.HAS_ACCOUNT: Client.user_id.is_not(None),
        AccountStanding.INVITED: and_(without, lasting),
        AccountStanding.LAPSED: and_(without, invited, ~lasting),
        AccountStanding.NOT_INVITED: and_(without, ~invited),
    }[standing]


def _with_reasons(actor: Actor, rows: Sequence[Row[Any]], at: datetime) -> list[ClientLine]:
    asking = of_clients(actor.practice_id, [row.id for row in rows], at)
    words = said.of(actor.practice_id, chain.from_iterable(asking.values()))
    return [_listed(row, asking.get(row.id, ()), words, at) for row in rows]


def _listed(row: Row[Any], reasons: Sequence[Reason], words: Said, at: datetime) -> ClientLine:
    return ClientLine(
        id=row.id,
        name=row.name,
        name_key=row.sort_key,
        born_on=row.born_on,
        phone=row.phone,
        kind=row.kind,
        group_name=row.group_name,
        program=row.program,
        last_practice=row.last_practice,
        last_answer=row.last_answer,
        standing=account_standing(
            has_account=row.user_id is not None, invited_until=row.invited_until, now=at
        ),
        responsible_id=row.responsible_id,
        asks=gathered(row, reasons, words, at) if reasons else None,
    )
