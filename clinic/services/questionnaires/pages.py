"""What somebody may answer: the pages of an asking, opened by a link, by the client or by the practice.

A link never shows what was answered: whoever holds the mail could read it there.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from clinic.domain.asking import AnswerSource, AskChannel, AskState, may_change
from clinic.domain.errors import LinkProblem, NotFound
from clinic.domain.questionnaires import Questionnaire
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import LinkProblemKind, LinkPurpose
from clinic.extensions import db
from clinic.models import Client, Practice, QuestionnaireRequest, QuestionnaireResponse
from clinic.models.base import among, given
from clinic.models.questionnaire import in_reach
from clinic.services import access, links
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.questionnaires import asked as questionnaires

_REACHABLE = (
    select(QuestionnaireRequest)
    .where(
        given(QuestionnaireRequest.practice_id),
        in_reach(bindparam("client_id"), bindparam("now")),
    )
    .order_by(QuestionnaireRequest.asked_at)
)
_RESPONSES = (
    select(QuestionnaireResponse)
    .where(given(QuestionnaireResponse.practice_id), among(QuestionnaireResponse.request_id, "requests"))
    .order_by(QuestionnaireResponse.revision)
)
_CLIENT = (
    select(Client)
    .where(given(Client.practice_id), given(Client.id, "client_id"))
    .options(joinedload(Client.practice))
)
CLOSED = {AskState.REVOKED: LinkProblemKind.REVOKED, AskState.EXPIRED: LinkProblemKind.EXPIRED}


@dataclass(frozen=True, slots=True)
class QuestionnairePage:
    """One questionnaire of an asking: what it asks, and what was answered. `number` counts from 1."""

    number: int
    questionnaire: Questionnaire
    activities: tuple[str, ...]  # named before, and asked about again
    since: date | None
    is_first_visit: bool  # that day is the day of the first visit
    response: QuestionnaireResponse | None
    may_change: bool


@dataclass(frozen=True, slots=True)
class OpenedQuestions:
    """What somebody may answer."""

    request: QuestionnaireRequest
    client: Client
    practice: Practice
    pages: tuple[QuestionnairePage, ...]
    state: AskState

    @property
    def next_number(self) -> int | None:
        """The first page that is not answered."""
        return next((page.number for page in self.pages if page.response is None), None)

    def is_last(self, number: int) -> bool:
        """Whether every other page is answered."""
        return all(page.response is not None for page in self.pages if page.number != number)

    @property
    def is_done(self) -> bool:
        """Whether every page is answered."""
        return self.next_number is None

    @property
    def is_closed(self) -> bool:
        """Whether all was answered on an earlier day, so that nothing can be changed any more."""
        return self.is_done and not any(page.may_change for page in self.pages)

    @property
    def source(self) -> AnswerSource:
        """Where answers through this request's link come from."""
        return AnswerSource.TABLET if self.request.channel is AskChannel.CLINIC else AnswerSource.LINK

    def page(self, number: int) -> QuestionnairePage:
        """One page; NotFound for one that is not asked."""
        for page in self.pages:
            if page.number == number:
                return page
        raise NotFound


def open_link(secret: str) -> OpenedQuestions:
    """What a link opens, storing nothing; raises LinkProblem if it opens nothing. Three queries."""
    token = links.find(secret, LinkPurpose.QUESTIONNAIRE)
    query = select(QuestionnaireRequest).where(
        QuestionnaireRequest.practice_id == token.practice_id,
        QuestionnaireRequest.id == token.questionnaire_request_id,
    )
    opened = _opened(db.session.scalars(query).one())
    if opened.state in CLOSED:
        raise LinkProblem(CLOSED[opened.state])
    if not opened.client.is_active:  # the record is closed, on their own pages too
        raise LinkProblem(LinkProblemKind.REVOKED)
    return opened


def open_own(actor: Actor, request_id: uuid.UUID) -> OpenedQuestions:
    """A signed-in client's own questions; NotFound where they were taken back, ran out or asked elsewhere."""
    if actor.client_id is None:
        raise NotFound
    opened = _opened(access.questionnaire_request_for(actor, request_id))
    if opened.request.channel is AskChannel.CLINIC or opened.state in CLOSED:
        raise NotFound
    return opened


def open_for_staff(actor: Actor, request_id: uuid.UUID) -> OpenedQuestions:
    """The same for somebody of the practice, who may type answers."""
    access.staff_only(actor)
    return _opened(access.questionnaire_request_for(actor, request_id))


def open_of_own(actor: Actor) -> list[OpenedQuestions]:
    """What a signed-in client may answer, or change today. Three queries."""
    client = access.own_client(actor)
    requests = list(db.session.scalars(_REACHABLE, _own(actor)))
    held, practice = current_responses(requests), access.practice_of(actor)
    opened = [_put_together(each, client, practice, held) for each in requests]
    return [each for each in opened if not each.is_closed]


def current_responses(
    requests: Sequence[QuestionnaireRequest],
) -> dict[tuple[uuid.UUID, str], QuestionnaireResponse]:
    """What counts now, by asking and questionnaire."""
    if not requests:
        return {}
    asked = {"practice_id": requests[0].practice_id, "requests": [each.id for each in requests]}
    return {(row.request_id, row.questionnaire_key): row for row in db.session.scalars(_RESPONSES, asked)}


def _own(actor: Actor) -> dict[str, Any]:
    return {"practice_id": actor.practice_id, "client_id": actor.client_id, "now": now()}


def _opened(request: QuestionnaireRequest) -> OpenedQuestions:
    whose = {"practice_id": request.practice_id, "client_id": request.client_id}
    client = db.session.scalars(_CLIENT, whose).one()
    return _put_together(request, client, client.practice, current_responses([request]))


def _put_together(
    request: QuestionnaireRequest,
    client: Client,
    practice: Practice,
    held: Mapping[tuple[uuid.UUID, str], QuestionnaireResponse],
) -> OpenedQuestions:
    asked = zip(request.asks, questionnaires.questionnaires_of(request), strict=True)
    pages = tuple(
        _page(number, questionnaire, ask, held.get((request.id, questionnaire.id)), client)
        for number, (ask, questionnaire) in enumerate(asked, start=1)
    )
    answered = sum(page.response is not None for page in pages)
    return OpenedQuestions(request, client, practice, pages, questionnaires.state_of(request, answered))


def _page(
    number: int,
    questionnaire: Questionnaire,
    ask: Mapping[str, Any],
    row: QuestionnaireResponse | None,
    client: Client,
) -> QuestionnairePage:
    return QuestionnairePage(
        number=number,
        questionnaire=questionnaire,
        activities=tuple(ask.get("activities", ())),
        since=date.fromisoformat(ask["since"]) if "since" in ask else None,
        is_first_visit=bool(ask.get("first_visit")),
        response=row,
        may_change=row is None or _may_change(row, client),
    )


def _may_change(row: QuestionnaireResponse, client: Client) -> bool:
    zone = load_zone(client.time_zone)
    given_on = local_date(row.answered_at, zone)
    return row.source is not AnswerSource.TYPED and may_change(given_on, local_date(now(), zone))
