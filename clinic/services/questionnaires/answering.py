"""Storing answers: from a mailed link or a tablet, from own pages, or typed by somebody of the practice.

Each page is stored as it is sent; the same page sent again changes nothing, another answer on the same day is
a new revision. The practice puts right what was answered there, with a reason.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from clinic.domain.asking import IN_PRACTICE, OPEN, AnswerSource
from clinic.domain.errors import Conflict, LinkProblem, RuleBroken
from clinic.domain.types import LinkProblemKind, LinkPurpose, MailKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import QuestionnaireRequest, QuestionnaireResponse
from clinic.services import access, audit, links
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.questionnaires import mail as questionnaire_mail
from clinic.services.questionnaires.given import GivenAnswers, check
from clinic.services.questionnaires.pages import (
    OpenedQuestions,
    QuestionnairePage,
    current_responses,
    open_for_staff,
    open_link,
    open_own,
)
from clinic.services.transaction import transaction

LONGEST_REASON = 500
CHANGED_BY_CLIENT = "Changed by the client on the same day"


@dataclass(frozen=True, slots=True)
class Origin:
    """How answers came in; for a correction also why, and when they were first given."""

    source: AnswerSource
    typist: uuid.UUID | None = None
    reason: str | None = None
    answered_at: datetime | None = None


def answer_link(secret: str, number: int, given: GivenAnswers) -> None:
    """Store what was sent through a link."""
    with transaction():
        token = links.find(secret, LinkPurpose.QUESTIONNAIRE)
        _lock(token.practice_id, token.questionnaire_request_id)
        opened = open_link(secret)
        _by_client(opened, number, given, opened.source)


def answer_own(actor: Actor, request_id: uuid.UUID, number: int, given: GivenAnswers) -> None:
    """Store what a signed-in client sent from their own pages."""
    with transaction():
        _lock(actor.practice_id, request_id)
        _by_client(open_own(actor, request_id), number, given, AnswerSource.PAGES)


def answer_for(
    actor: Actor, request_id: uuid.UUID, number: int, given: GivenAnswers
) -> QuestionnaireResponse:
    """Store what somebody of the practice typed; Conflict where it was answered otherwise meanwhile."""
    access.staff_only(actor)
    with transaction():
        _lock(actor.practice_id, request_id)
        opened = open_for_staff(actor, request_id)
        page = opened.page(number)
        if page.response is not None:
            if not given.is_in(page.response):
                raise Conflict
            return page.response
        if opened.state not in OPEN:
            raise RuleBroken(say("These questions are not open any more."))
        row = _add(opened, page, given, Origin(AnswerSource.TYPED, actor.user_id))
        _finish(opened.request)
        audit.record(actor, "questionnaire.answered", **_told(opened, page))
    return row


def correct(
    actor: Actor, response_id: uuid.UUID, seen: int, given: GivenAnswers, reason: str
) -> QuestionnaireResponse:
    """Put right what was answered in the practice, with a reason; what stood before stays readable."""
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise RuleBroken(say("Say why this is put right."), "reason")
    with transaction():
        row = access.questionnaire_response_for(actor, response_id)
        _lock(row.practice_id, row.request_id)
        opened = open_for_staff(actor, row.request_id)
        page = next(each for each in opened.pages if each.questionnaire.id == row.questionnaire_key)
        current = page.response
        assert current is not None
        if current.source not in IN_PRACTICE:
            raise RuleBroken(say("The client answered this. Ask again instead."))
        if given.is_in(current):
            return current
        if current.revision != seen:
            raise Conflict
        origin = Origin(AnswerSource.TYPED, actor.user_id, why, current.answered_at)
        corrected = _add(opened, page, given, origin)
        audit.record(actor, "questionnaire.corrected", reason=why, **_told(opened, page))
    return corrected


def _lock(practice_id: uuid.UUID, request_id: uuid.UUID | None) -> None:
    # twenty answers at once come one after the other; SQLite has one writer anyway
    db.session.scalars(
        select(QuestionnaireRequest)
        .where(QuestionnaireRequest.practice_id == practice_id, QuestionnaireRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _by_client(opened: OpenedQuestions, number: int, given: GivenAnswers, source: AnswerSource) -> None:
    page = opened.page(number)
    if page.response is not None and given.is_in(page.response):
        return
    if not page.may_change:
        raise LinkProblem(LinkProblemKind.USED)
    reason = CHANGED_BY_CLIENT if page.response is not None else None
    row = _add(opened, page, given, Origin(source, reason=reason))
    if row.screen_positive:  # whoever types answers in has them in front of them
        event = f"screen:{opened.request.id.hex}:{row.questionnaire_key}"
        outbox.call_somebody(row.practice_id, MailKind.SCREEN_ALERT, event)
    _finish(opened.request)
    action = "questionnaire.corrected" if reason else "questionnaire.answered"
    audit.record_for(opened.request.practice_id, opened.client.name, action, **_told(opened, page))


def _add(
    opened: OpenedQuestions, page: QuestionnairePage, given: GivenAnswers, origin: Origin
) -> QuestionnaireResponse:
    check(page, given)
    made, at = page.questionnaire, now()
    row = QuestionnaireResponse(
        id=uuid.uuid4(),
        practice_id=opened.request.practice_id,
        request_id=opened.request.id,
        client_id=opened.client.id,
        questionnaire_key=made.id,
        questionnaire_version=made.version,
        revision=page.response.revision + 1 if page.response else 1,
        answers=dict(given.answers),
        activities=list(given.activities) or None,
        since=page.since,
        scores=made.scores(given.answers),
        screen_positive=made.is_positive(given.answers),
        answered_at=origin.answered_at or at,
        recorded_at=at,
        source=origin.source,
        entered_by=origin.typist,
        reason=origin.reason,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _finish(request: QuestionnaireRequest) -> None:
    """Close the asking once its last questionnaire is answered."""
    answered = {key for _, key in current_responses([request])}
    if request.finished_at is None and {each["key"] for each in request.asks} <= answered:
        request.finished_at = now()
        questionnaire_mail.call_back(request, "answered already")


def _told(opened: OpenedQuestions, page: QuestionnairePage) -> dict[str, Any]:
    return {
        "client_id": opened.client.id,
        "subject_id": opened.request.id,
        "name": page.questionnaire.name,
    }
