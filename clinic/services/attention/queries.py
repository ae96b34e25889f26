"""What the first page asks the database: each reason by an index, each capped, all in one statement."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from clinic.domain.attention import ENDING_SOON, INVITATION_PATIENCE, SILENCE, AttentionKind
from clinic.domain.programs import RUNNING
from clinic.domain.progress import PainChange, PainPoint, pain_up
from clinic.domain.skipping import UNANSWERED_AFTER, UNANSWERED_LIMIT
from clinic.domain.types import CheckinState, ClientStatus, ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Checkin,
    CheckinAnswer,
    Client,
    Invitation,
    PracticeDecline,
    PracticeLog,
    Program,
    ProgramEvent,
    QuestionnaireResponse,
    WarningFlag,
)
from clinic.models.base import UtcDateTime, points_at
from clinic.services.checkins import silence as checkin_silence

MOST = 50
LOOKED_AFTER = "client.looked_after"


@dataclass(frozen=True, slots=True)
class Found:
    """One reason found: the client, since when, and the record it is about."""

    kind: AttentionKind
    client_id: uuid.UUID
    name: str
    moment: datetime | None
    day: date | None
    subject_id: uuid.UUID
    extra: str | None


def find(practice_id: uuid.UUID, now: datetime, today: date) -> list[Found]:
    """Every reason but those of answers, at most fifty-one of each kind. One statement."""
    kinds = (
        _flags(practice_id),
        _screens(practice_id),
        _unanswered(practice_id, now),
        _bounced(practice_id),
        _declined(practice_id),
        _silent(practice_id, now, today),
        _invited(practice_id, now),
        _ending(practice_id, now, today),
    )
    whole = union_all(*(select(kind.subquery()) for kind in kinds))
    return [Found(AttentionKind(kind), *rest) for kind, *rest in db.session.execute(whole)]


def open_answers(practice_id: uuid.UUID) -> Sequence[tuple[CheckinAnswer, str]]:
    """Answers that nobody has dealt with, at most fifty-one, oldest first; the rules say what each asks for.

    Few are open: what asks for nobody is closed as it is stored.
    """
    newest = (
        select(CheckinAnswer, Client.name)
        .join(Client, _client(CheckinAnswer))
        .where(CheckinAnswer.practice_id == practice_id, CheckinAnswer.handled_at.is_(None), _active())
        .order_by(CheckinAnswer.answered_at.desc())
        .limit(MOST + 1)
    )
    return [(answer, name) for answer, name in db.session.execute(newest)][::-1]


def pain_up_of(
    practice_id: uuid.UUID, clients: Collection[uuid.UUID], zone: tzinfo
) -> dict[uuid.UUID, PainChange]:
    """The rise of pain of each of these clients whose pain is up. At most one query."""
    points: dict[uuid.UUID, list[PainPoint]] = defaultdict(list)
    query = (
        select(CheckinAnswer.client_id, CheckinAnswer.answered_at, CheckinAnswer.pain)
        .where(CheckinAnswer.practice_id == practice_id, CheckinAnswer.client_id.in_(clients))
        .order_by(CheckinAnswer.answered_at)
    )
    for client_id, at, pain in db.session.execute(query) if clients else ():
        points[client_id].append(PainPoint(at.astimezone(zone).date(), pain))
    rises = {client_id: pain_up(given) for client_id, given in points.items()}
    return {client_id: rise for client_id, rise in rises.items() if rise}


def _row(
    kind: AttentionKind,
    subject: Any,
    *,
    moment: Any = None,
    day: Any = None,
    extra: Any = None,
) -> Select[Any]:
    return select(
        literal(kind.value).label("kind"),
        Client.id.label("client_id"),
        Client.name.label("name"),
        (cast(null(), UtcDateTime()) if moment is None else moment).label("moment"),
        (cast(null(), Date()) if day is None else day).label("day"),
        subject.label("subject_id"),
        (cast(null(), String()) if extra is None else cast(extra, String())).label("extra"),
    ).limit(MOST + 1)


def _client(record: Any) -> ColumnElement[bool]:
    return and_(Client.practice_id == record.practice_id, Client.id == record.client_id)


def _active() -> ColumnElement[bool]:
    return Client.status == ClientStatus.ACTIVE


def _not_looked_after(kind: AttentionKind, since: Any) -> ColumnElement[bool]:
    return ~exists().where(
        points_at(AuditEvent.client_id, Client),
        AuditEvent.happened_at >= since,
        AuditEvent.action == LOOKED_AFTER,
        AuditEvent.details["kind"].as_string() == kind.value,
    )


def _flags(practice_id: uuid.UUID) -> Select[Any]:
    urgency = case((WarningFlag.tier == Tier.E, 0), (WarningFlag.tier == Tier.U, 1), else_=2)
    return (
        _row(AttentionKind.WARNING_SIGN, WarningFlag.id, moment=WarningFlag.raised_at, extra=WarningFlag.tier)
        .join(WarningFlag, _client(WarningFlag))
        .where(WarningFlag.practice_id == practice_id, WarningFlag.is_open)
        .order_by(urgency, WarningFlag.raised_at)
    )


def _screens(practice_id: uuid.UUID) -> Select[Any]:
    """Positive screens that nobody has dealt with; one that was corrected since counts no more."""
    corrected = aliased(QuestionnaireResponse)
    superseded = exists().where(
        corrected.practice_id == practice_id,
        corrected.request_id == QuestionnaireResponse.request_id,
        corrected.questionnaire_key == QuestionnaireResponse.questionnaire_key,
        corrected.revision > QuestionnaireResponse.revision,
    )
    kind, recorded = AttentionKind.SCREEN_POSITIVE, QuestionnaireResponse.recorded_at
    return (
        _row(kind, QuestionnaireResponse.id, moment=QuestionnaireResponse.answered_at)
        .join(QuestionnaireResponse, _client(QuestionnaireResponse))
        .where(
            QuestionnaireResponse.practice_id == practice_id,
            QuestionnaireResponse.screen_positive,
            ~superseded,
            _not_looked_after(kind, recorded),
        )
        .order_by(QuestionnaireResponse.answered_at)
    )


def _unanswered(practice_id: uuid.UUID, now: datetime) -> Select[Any]:
    later = aliased(Checkin)
    answered_since = exists().where(
        later.practice_id == practice_id,
        later.client_id == Checkin.client_id,
        func.coalesce(later.answered_at, later.due_at) > Checkin.due_at,
        later.state == CheckinState.ANSWERED,
    )
    runs = (
        select(Checkin.client_id, func.count().label("count"), func.min(Checkin.due_at).label("first"))
        .where(
            Checkin.id.in_(checkin_silence.unanswered_in(practice_id)),
            Checkin.due_at <= now - UNANSWERED_AFTER,
            ~answered_since,
        )
        .group_by(Checkin.client_id)
        .having(func.count() >= UNANSWERED_LIMIT)
        .subquery()
    )
    newest = (
        select(Checkin.id)
        .where(
            Checkin.practice_id == practice_id,
            Checkin.client_id == Client.id,
            checkin_silence.is_unanswered(),
        )
        .order_by(Checkin.local_date.desc())
        .limit(1)
        .correlate(Client)
        .scalar_subquery()
    )
    return (
        _row(AttentionKind.NOT_ANSWERED, newest, moment=runs.c.first, extra=runs.c.count)
        .join(runs, runs.c.client_id == Client.id)
        .where(Client.practice_id == practice_id, _active())
        .order_by(runs.c.first)
    )


def _bounced(practice_id: uuid.UUID) -> Select[Any]:
    return (
        _row(AttentionKind.BOUNCED, Client.id, moment=Client.bounced_at)
        .where(
            Client.practice_id == practice_id,
            _active(),
            Client.bounced_at.is_not(None),
            _not_looked_after(AttentionKind.BOUNCED, Client.bounced_at),
        )
        .order_by(Client.bounced_at)
    )


def _declined(practice_id: uuid.UUID) -> Select[Any]:
    """Practice that has fallen off, as the last look at everybody's weeks found it."""
    found = PracticeDecline
    figures = [found.before_done, found.before_of, found.now_done, found.now_of]
    told: ColumnElement[str] = cast(figures[0], String())
    for figure in figures[1:]:
        told = told.concat("/").concat(cast(figure, String()))
    return (
        _row(AttentionKind.PRACTICE_DROPPED, found.program_id, day=found.since, extra=told)
        .join(found, _client(found))
        .join(Program, points_at(found.program_id, Program))
        .where(
            found.practice_id == practice_id,
            Program.status == ProgramStatus.ACTIVE,
            _active(),
            _not_looked_after(AttentionKind.PRACTICE_DROPPED, found.noticed_at),
        )
        .order_by(found.since)
    )


def _silent(practice_id: uuid.UUID, now: datetime, today: date) -> Select[Any]:
    since = today - SILENCE
    last = (
        select(func.max(PracticeLog.local_date))
        .where(PracticeLog.practice_id == practice_id, PracticeLog.client_id == Client.id)
        .correlate(Client)
        .scalar_subquery()
    )
    reported = exists().where(
        PracticeLog.practice_id == practice_id,
        PracticeLog.client_id == Client.id,
        PracticeLog.local_date > since,
    )
    changed = exists().where(
        ProgramEvent.practice_id == practice_id,
        ProgramEvent.program_id == Program.id,
        ProgramEvent.action.is_not(None),
        ProgramEvent.effective_on > since,
    )
    return (
        _row(AttentionKind.NOT_PRACTISED, Program.id, day=func.coalesce(last, Program.starts_on))
        .join(Program, _client(Program))
        .where(
            Program.practice_id == practice_id,
            Program.status == ProgramStatus.ACTIVE,
            Program.starts_on <= since,
            _active(),
            ~reported,
            ~changed,
            _not_looked_after(AttentionKind.NOT_PRACTISED, now - SILENCE),
        )
        # in no order: the search ends with the fifty-first
    )


def _invited(practice_id: uuid.UUID, now: datetime) -> Select[Any]:
    return (
        _row(AttentionKind.NEVER_SIGNED_IN, Invitation.id, moment=Invitation.created_at)
        .join(Invitation, _client(Invitation))
        .where(
            Invitation.practice_id == practice_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.created_at < now - INVITATION_PATIENCE,
            Client.user_id.is_(None),
            _active(),
            _not_looked_after(AttentionKind.NEVER_SIGNED_IN, Invitation.created_at),
        )
        .order_by(Invitation.created_at.desc())
    )


def _ending(practice_id: uuid.UUID, now: datetime, today: date) -> Select[Any]:
    return (
        _row(AttentionKind.ENDING, Program.id, day=Program.ends_on)
        .join(Program, _client(Program))
        .where(
            Program.practice_id == practice_id,
            Program.status.in_(RUNNING),
            Program.ends_on.between(today, today + ENDING_SOON),
            _active(),
            _not_looked_after(AttentionKind.ENDING, now - ENDING_SOON),
        )
        .order_by(Program.ends_on)
    )
