"""The first page: who needs somebody of the practice, read from the list of reasons, and who answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from sqlalchemy import and_, bindparam, exists, or_, select

from clinic.domain.attention import OF_ANSWERS, AttentionKind
from clinic.domain.types import MistakeAnswer
from clinic.models import CheckinAnswer, Client, OpenReason
from clinic.models.base import one_of, points_at
from clinic.models.whose import is_own
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.attention.cases import ClientWithReasons, gathered
from clinic.services.clock import now, today_in
from clinic.services.reasons import listed, said

FIRST, MOST = 20, 500  # clients on the page as it opens, and when all are asked for
ANSWERS_SHOWN = timedelta(days=14)
ANSWERS_LISTED = 20


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """A recent answer that asks for nobody, and whose it is."""

    client_id: uuid.UUID
    name: str
    born_on: date | None
    answered_at: datetime
    days_practised: int | None
    pain: int | None
    mistake: MistakeAnswer | None
    contact_wanted: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class TodayPage:
    """The first page: the most pressing clients, how many there are in all, and who answered lately.

    Until the practice's list of reasons has been made, nobody can say who is on it.
    """

    at: datetime
    today: date
    is_made: bool
    listed: Sequence[ClientWithReasons]
    count: int
    answered: Sequence[RecentAnswer]


def today(actor: Actor, *, everybody: bool = False, mine: bool = False) -> TodayPage:
    """The practice's first page, with the first twenty or, asked for, with everybody up to five hundred.

    Staff only. Four queries and the practice, whatever its size. `mine` are the actor's own, as
    `domain/staffing` has it.
    """
    access.staff_only(actor)
    practice, at = access.practice_of(actor), now()
    whose = actor.user_id if mine else None
    found = listed.pressing(actor.practice_id, at, MOST if everybody else FIRST, whose)
    words = said.of(actor.practice_id, chain.from_iterable(found.reasons.values()))
    clients = [gathered(each, found.reasons[each.id], words, at) for each in found.clients]
    day = today_in(practice.time_zone)
    return TodayPage(at, day, practice.has_reasons, clients, found.count, _answered(actor, at, mine=mine))


_ASKS = exists().where(
    OpenReason.practice_id == CheckinAnswer.practice_id,
    OpenReason.client_id == CheckinAnswer.client_id,
    or_(
        OpenReason.kind == AttentionKind.WARNING_SIGN,
        and_(one_of(OpenReason.kind, OF_ANSWERS), OpenReason.subject_id == CheckinAnswer.id),
    ),
)
_ANSWERED = (
    select(
        CheckinAnswer.client_id,
        Client.name,
        Client.born_on,
        CheckinAnswer.answered_at,
        CheckinAnswer.days_practised,
        CheckinAnswer.pain,
        CheckinAnswer.mistake,
        CheckinAnswer.contact_wanted,
        CheckinAnswer.note,
    )
    .join(Client, points_at(CheckinAnswer.client_id, Client))
    .where(
        CheckinAnswer.practice_id == bindparam("practice_id"),
        CheckinAnswer.answered_at >= bindparam("since"),
        ~_ASKS,
    )
    .order_by(CheckinAnswer.answered_at.desc())
    .limit(ANSWERS_LISTED)
)


_OWN_ANSWERED = _ANSWERED.where(is_own())


def _answered(actor: Actor, at: datetime, *, mine: bool) -> list[RecentAnswer]:
    values = {"practice_id": actor.practice_id, "since": at - ANSWERS_SHOWN, "whose": actor.user_id}
    found = rows.read(_OWN_ANSWERED if mine else _ANSWERED, values)
    return [RecentAnswer(*row) for row in found]
