"""Who needs somebody of the practice: read from the list of reasons, and dealt with by name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, exists, or_, select

from clinic.domain.attention import AttentionKind, Reason, shown
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.types import MistakeAnswer
from clinic.extensions import db
from clinic.models import CheckinAnswer, Client, OpenReason, ReasonHandling
from clinic.models.base import points_at
from clinic.services import access, audit, rows
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.outbox import calling_back as checkins
from clinic.services.reasons import listed
from clinic.services.transaction import one_at_a_time, transaction

FIRST, MOST = 20, 500  # clients on the page as it opens, and when all are asked for
ANSWERS_SHOWN = timedelta(days=14)
ANSWERS_LISTED = 20
LONGEST_NOTE = 500
OF_ANSWERS = (AttentionKind.PAIN_UP, AttentionKind.CONTACT_WANTED)


@dataclass(frozen=True, slots=True)
class ReasonCase:
    """One reason as a form names it: what kind, and the record it is about."""

    kind: AttentionKind
    subject_id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.subject_id}"

    @classmethod
    def parse(cls, text: str) -> ReasonCase:
        """Read what `str` wrote; RuleBroken for anything else."""
        kind, _, subject = text.partition(":")
        try:
            return cls(AttentionKind(kind), uuid.UUID(subject))
        except ValueError:
            raise RuleBroken("This page is out of date. Please open it again.") from None


@dataclass(frozen=True, slots=True)
class ClientWithReasons:
    """A client on the list, with a reason of each kind, all that is to be dealt with, and the flag to see.

    The most pressing come first.
    """

    client_id: uuid.UUID
    name: str
    reasons: tuple[Reason, ...]
    cases: tuple[ReasonCase, ...]
    flag_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """A recent answer that asks for nobody, and whose it is."""

    client_id: uuid.UUID
    client_name: str
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


def today(actor: Actor, *, everybody: bool = False) -> TodayPage:
    """The practice's first page, with the first twenty or, asked for, with everybody up to five hundred.

    Staff only. Two queries and the practice, whatever its size.
    """
    access.staff_only(actor)
    practice, at = access.practice_of(actor), now()
    found = listed.pressing(actor.practice_id, at, MOST if everybody else FIRST)
    clients = [_listed(client_id, name, found.reasons[client_id], at) for client_id, name in found.clients]
    day = today_in(practice.time_zone)
    return TodayPage(at, day, practice.has_reasons, clients, found.count, _answered(actor, at))


def handle(actor: Actor, client_id: uuid.UUID, cases: Iterable[ReasonCase], note: str | None) -> None:
    """Somebody has looked after these reasons. A warning sign is none of them: it is cleared with a note.

    What is not open any more was dealt with by somebody else, or by itself: nothing is noted twice.
    """
    with transaction():
        client = access.client_for(actor, client_id)
        access.staff_only(actor)
        one_at_a_time(Client, client.id)
        for case in cases:
            _handle(actor, client, case, (note or "")[:LONGEST_NOTE])


def _listed(client_id: uuid.UUID, name: str, reasons: Sequence[Reason], at: datetime) -> ClientWithReasons:
    signs = [reason for reason in reasons if reason.kind is AttentionKind.WARNING_SIGN]
    cases = [ReasonCase(reason.kind, reason.subject_id) for reason in reasons if reason not in signs]
    flag_id = signs[0].subject_id if signs else None
    return ClientWithReasons(client_id, name, shown(reasons, at), tuple(cases), flag_id)


_ASKS = exists().where(
    OpenReason.practice_id == CheckinAnswer.practice_id,
    OpenReason.client_id == CheckinAnswer.client_id,
    or_(
        OpenReason.kind == AttentionKind.WARNING_SIGN,
        and_(OpenReason.kind.in_(OF_ANSWERS), OpenReason.subject_id == CheckinAnswer.id),
    ),
)
_ANSWERED = (
    select(
        CheckinAnswer.client_id,
        Client.name,
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


def _answered(actor: Actor, at: datetime) -> list[RecentAnswer]:
    values = {"practice_id": actor.practice_id, "since": at - ANSWERS_SHOWN}
    return [RecentAnswer(*row) for row in rows.read(_ANSWERED, values)]


def _handle(actor: Actor, client: Client, case: ReasonCase, note: str) -> None:
    about = _about(actor, client, case)
    if not _is_open(client, case):
        return
    if case.kind is AttentionKind.NOT_ANSWERED:
        checkins.close_unanswered(client.practice_id, client.id, f"looked after by {actor.name}")
    db.session.add(
        ReasonHandling(
            practice_id=client.practice_id,
            client_id=client.id,
            kind=case.kind,
            subject_id=case.subject_id,
            handled_at=now(),
            handled_by=actor.user_id,
            note=note or None,
        )
    )
    action = "checkin.handled" if case.kind in OF_ANSWERS else "client.looked_after"
    audit.record(actor, action, client_id=client.id, subject_id=about, kind=case.kind.value, note=note)


def _about(actor: Actor, client: Client, case: ReasonCase) -> uuid.UUID:
    """The record a case is about, as the audit names it; NotFound where it is not this client's."""
    subject = case.subject_id
    match case.kind:
        case AttentionKind.WARNING_SIGN:
            raise RuleBroken("A warning sign is cleared on its own page, with a note.")
        case AttentionKind.PAIN_UP | AttentionKind.CONTACT_WANTED:
            answer = access.answer_for(actor, subject)
            owner, subject = answer.client_id, answer.checkin_id
        case AttentionKind.NOT_ANSWERED:
            owner = access.checkin_for(actor, subject).client_id
        case AttentionKind.NEVER_SIGNED_IN:
            owner = access.invitation_for(actor, subject).client_id
        case AttentionKind.ENDING | AttentionKind.NOT_PRACTISED | AttentionKind.PRACTICE_DROPPED:
            owner = access.program_for(actor, subject).client_id
        case AttentionKind.SCREEN_POSITIVE:
            owner = access.questionnaire_response_for(actor, subject).client_id
        case AttentionKind.BOUNCED:
            owner = access.client_for(actor, subject).id
    if owner != client.id:
        raise NotFound
    return subject


def _is_open(client: Client, case: ReasonCase) -> bool:
    query = select(OpenReason.id).where(
        OpenReason.practice_id == client.practice_id,
        OpenReason.client_id == client.id,
        OpenReason.kind == case.kind,
        OpenReason.subject_id == case.subject_id,
    )
    return db.session.scalar(query) is not None
