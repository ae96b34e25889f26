"""The ledger of check-ins as the practice reads it, and the mail they are sent as."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload

from clinic.domain.greeting import first_name
from clinic.domain.mail_standing import MailSort, mail_standing_of, why_not_mailed
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.skipping import UNSENT
from clinic.domain.types import CheckinState, MailKind, OutboxState, SkipReason
from clinic.extensions import db
from clinic.mail import compose
from clinic.mail.compose import MailContent
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    Client,
    OutboxMessage,
    Program,
    has_open_flag,
)
from clinic.models.base import given, points_at
from clinic.models.whose import is_own, own_clients
from clinic.services import access, audit, links
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.speaking import spoken_here
from clinic.services.transaction import transaction

TROUBLE = (CheckinState.FAILED, CheckinState.IN_DOUBT)
RESENT = (*TROUBLE, CheckinState.KEPT)
MOST = 50
LOOK_BACK = timedelta(days=30)
RECENT = timedelta(days=14)
SKIPPED_SHOWN = timedelta(days=7)

_REASON = (
    select(CheckinEvent.reason)
    .where(points_at(CheckinEvent.checkin_id, Checkin))
    .order_by(CheckinEvent.happened_at.desc())
    .limit(1)
    .scalar_subquery()
)
_MAIL = (
    select(OutboxMessage.id)
    .where(points_at(OutboxMessage.checkin_id, Checkin), OutboxMessage.kind == MailKind.CHECKIN)
    .order_by(OutboxMessage.created_at.desc())
    .limit(1)
    .correlate(Checkin)
    .scalar_subquery()
)
_BEING_SENT = (
    exists()
    .where(
        points_at(OutboxMessage.checkin_id, Checkin),
        OutboxMessage.kind == MailKind.CHECKIN,
        OutboxMessage.state == OutboxState.LEASED,
    )
    .correlate(Checkin)
)
_ENTRIES = select(Checkin, CheckinAnswer, _REASON, _MAIL, _BEING_SENT).options(joinedload(Checkin.client))
_ANY = _ENTRIES.outerjoin(CheckinAnswer, points_at(CheckinAnswer.checkin_id, Checkin)).where(
    given(Checkin.practice_id)
)
_OF_CLIENT = (
    _ANY.where(given(Checkin.client_id))
    .order_by(Checkin.local_date.desc(), Checkin.due_at.desc())
    .limit(4 * MOST)
)


def _lately(*states: CheckinState) -> Select[Any]:
    return _ANY.where(Checkin.state.in_(states), Checkin.due_at >= bindparam("since")).limit(MOST)


_WAITING = _lately(CheckinState.WAITING, CheckinState.SENDING).order_by(Checkin.due_at)
_TROUBLE = (
    _lately(*TROUBLE)
    .where(or_(Checkin.state != CheckinState.IN_DOUBT, Checkin.reminded_at.is_(None)))
    .order_by(Checkin.due_at.desc())
)
_SKIPPED = _lately(CheckinState.SKIPPED, CheckinState.KEPT).order_by(Checkin.due_at.desc())
_ANSWERED = (
    # an outer join would read every check-in for the newest answers
    _ENTRIES.join(CheckinAnswer, points_at(CheckinAnswer.checkin_id, Checkin))
    .where(given(CheckinAnswer.practice_id), CheckinAnswer.answered_at >= bindparam("since"))
    .order_by(CheckinAnswer.answered_at.desc())
    .limit(MOST)
)
_PLANNED = (
    select(Client, Program.name, CheckinSchedule.next_due_at, has_open_flag(Client.practice_id, Client.id))
    .join(Program, points_at(CheckinSchedule.program_id, Program))
    .join(Client, points_at(Program.client_id, Client))
    .where(given(CheckinSchedule.practice_id), CheckinSchedule.next_due_at <= bindparam("until"))
    .order_by(CheckinSchedule.next_due_at)
    .limit(MOST)
)


class _Lists(NamedTuple):
    """The statements of a practice's check-in page."""

    planned: Any  # of several columns
    waiting: Select[Any]
    trouble: Select[Any]
    skipped: Select[Any]
    answers: Select[Any]


_ALL = _Lists(_PLANNED, _WAITING, _TROUBLE, _SKIPPED, _ANSWERED)
_OWN = _Lists(
    _PLANNED.where(is_own()), *(query.where(Checkin.client_id.in_(own_clients())) for query in _ALL[1:])
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger. `reason` is of its newest change; `message_id` is of its mail."""

    checkin: Checkin
    answer: CheckinAnswer | None
    reason: str
    message_id: uuid.UUID | None = None
    in_hand: bool = False  # a sender has its mail

    @property
    def state(self) -> CheckinState:
        """Where it stands; what waits and is in a sender's hands is being sent."""
        is_being_sent = self.in_hand and self.checkin.state in UNSENT
        return CheckinState.SENDING if is_being_sent else self.checkin.state

    @property
    def can_be_resent(self) -> bool:
        """Failed, kept here, or in doubt with no reminder that covers it, and with a mail to send again."""
        checkin = self.checkin
        covered = checkin.state is CheckinState.IN_DOUBT and checkin.reminded_at is not None
        return checkin.state in RESENT and not covered and self.message_id is not None


@dataclass(frozen=True, slots=True)
class ComingCheckin:
    """A check-in that is to come; `kept_back` is why it would not go out if it were due now."""

    client_id: uuid.UUID
    name: str
    born_on: date | None
    program_name: str
    due_at: datetime | None
    kept_back: SkipReason | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All that a practice's check-in page shows, each list cut off at fifty."""

    planned: Sequence[ComingCheckin]
    waiting: Sequence[LedgerEntry]
    trouble: Sequence[LedgerEntry]
    skipped: Sequence[LedgerEntry]
    answers: Sequence[LedgerEntry]


def for_client(actor: Actor, client_id: uuid.UUID) -> Sequence[LedgerEntry]:
    """The ledger of one client of the practice, newest first, with answers; staff only. One query."""
    access.staff_only(actor)
    return _read(_OF_CLIENT, actor, client_id=client_id)


def overview(actor: Actor, until: datetime, *, mine: bool = False) -> Overview:
    """The practice's check-ins, planned up to an instant; staff only. Five queries.

    `mine` are those of the actor's own clients, and of those that nobody is responsible for.
    """
    access.staff_only(actor)
    lists, at = _OWN if mine else _ALL, now()
    return Overview(
        planned=_planned(lists.planned, actor, until),
        waiting=_read(lists.waiting, actor, since=at - LOOK_BACK),
        trouble=_read(lists.trouble, actor, since=at - LOOK_BACK),
        skipped=_read(lists.skipped, actor, since=at - SKIPPED_SHOWN),
        answers=_read(lists.answers, actor, since=at - RECENT),
    )


def preview(actor: Actor) -> MailContent:
    """The check-in mail as a client gets it, but for its links, which lead nowhere; staff only."""
    access.staff_only(actor)
    practice = access.practice_of(actor)
    home = links.address("public.home.index")
    return compose.checkin(
        compose.Letterhead(practice.name, practice.phone, practice.emergency_number, spoken_here().code),
        first_name=first_name(actor.name),
        link=home,
        until=local_date(now() + links.CHECKIN_LIFETIME, load_zone(practice.time_zone)),
        stop_link=home,
    )


def preview_to_self(actor: Actor) -> None:
    """Mail that preview to the practitioner who asks; staff only."""
    user = access.user_for(actor, actor.user_id)
    with transaction():
        outbox.promise_preview(user)
        audit.record(actor, "checkin.previewed")


def _read(query: Select[Any], actor: Actor, **wanted: Any) -> list[LedgerEntry]:
    asked = {"practice_id": actor.practice_id, "whose": actor.user_id, **wanted}
    rows = db.session.execute(query, asked)
    return [
        LedgerEntry(checkin, answer, reason or "", mail, in_hand)
        for checkin, answer, reason, mail, in_hand in rows
    ]


def _planned(query: Any, actor: Actor, until: datetime) -> list[ComingCheckin]:
    numbers_set = access.practice_of(actor).numbers_set
    asked = {"practice_id": actor.practice_id, "whose": actor.user_id, "until": until}
    rows = db.session.execute(query, asked)
    return [_coming(*row, numbers_set=numbers_set) for row in rows]


def _coming(
    client: Client, program: str, due_at: datetime | None, warning_open: bool, *, numbers_set: bool
) -> ComingCheckin:
    standing = mail_standing_of(client, numbers_set=numbers_set, warning_open=bool(warning_open))
    kept_back = why_not_mailed(standing, MailSort.CHECKIN)
    return ComingCheckin(client.id, client.name, client.born_on, program, due_at, kept_back)
