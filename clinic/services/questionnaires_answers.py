"""Answering: through a mailed link, on a tablet in the practice, on one's own pages, or typed by somebody.

A link never shows what was answered: whoever holds the mail could read it there. Each page is stored as it is
sent; the same page sent again changes nothing, another answer on the same day is a new revision.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from clinic.catalogue.questionnaires import Kind, Questionnaire
from clinic.domain import scoring
from clinic.domain.errors import Conflict, LinkProblem, NotFound, RuleBroken
from clinic.domain.questionnaires import IN_PRACTICE, OPEN, AnswerSource, AskChannel, AskState, may_change
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import LinkProblemKind, LinkPurpose
from clinic.extensions import db
from clinic.models import Client, Practice, QuestionnaireRequest, QuestionnaireResponse
from clinic.services import access, audit, links, questionnaires, questionnaires_asking
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

LONGEST_ACTIVITY = 120
LONGEST_REASON = 500
CHANGED_BY_CLIENT = "Changed by the client on the same day"


@dataclass(frozen=True, slots=True)
class Given:
    """Answers as a form read them: a number or None by question, and the activities that were named."""

    answers: Mapping[str, int | None]
    activities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One questionnaire of an asking: what it asks, and what was answered. `number` counts from 1."""

    number: int
    questionnaire: Questionnaire
    activities: tuple[str, ...]  # named before, and asked about again
    since: date | None
    is_first_visit: bool  # that day is the day of the first visit
    response: QuestionnaireResponse | None
    may_change: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody may answer."""

    request: QuestionnaireRequest
    client: Client
    practice: Practice
    pages: tuple[Page, ...]
    state: AskState
    today: date

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

    def page(self, number: int) -> Page:
        """One page; NotFound for one that is not asked."""
        for page in self.pages:
            if page.number == number:
                return page
        raise NotFound


def open_link(secret: str) -> Opened:
    """What a link opens, storing nothing; raises LinkProblem if it opens nothing. Three queries."""
    token = links.find(secret, LinkPurpose.QUESTIONNAIRE)
    assert token.questionnaire_request_id is not None
    return _by_link(token.practice_id, token.questionnaire_request_id)


def open_own(actor: Actor, request_id: uuid.UUID) -> Opened:
    """A signed-in client's own questions; NotFound where they were taken back, ran out or asked elsewhere."""
    return _own(actor, request_id, lock=False)


def open_for_staff(actor: Actor, request_id: uuid.UUID) -> Opened:
    """The same for somebody of the practice, who may type answers."""
    access.staff_only(actor)
    return _opened(access.questionnaire_request_for(actor, request_id), on_paper=True)


def open_of_own(actor: Actor) -> list[Opened]:
    """What a signed-in client may answer, or change today. Three queries."""
    client = access.own_client(actor)
    today = local_date(now(), load_zone(client.time_zone))
    query = (
        select(QuestionnaireRequest)
        .where(
            QuestionnaireRequest.practice_id == client.practice_id,
            QuestionnaireRequest.client_id == client.id,
            QuestionnaireRequest.channel != AskChannel.CLINIC,
            QuestionnaireRequest.revoked_at.is_(None),
            QuestionnaireRequest.expires_at > now(),
        )
        .order_by(QuestionnaireRequest.asked_at)
    )
    requests = list(db.session.scalars(query))
    held = _current(requests)
    practice = access.practice_of(actor)
    opened = [_put_together(each, client, practice, held, today, on_paper=False) for each in requests]
    return [each for each in opened if not each.is_closed]


def is_waited_for(actor: Actor) -> bool:
    """Whether the practice waits for an answer that a signed-in client can give. One query."""
    query = (
        select(QuestionnaireRequest.id)
        .where(
            QuestionnaireRequest.practice_id == actor.practice_id,
            QuestionnaireRequest.client_id == actor.client_id,
            QuestionnaireRequest.channel != AskChannel.CLINIC,
            QuestionnaireRequest.finished_at.is_(None),
            QuestionnaireRequest.revoked_at.is_(None),
            QuestionnaireRequest.expires_at > now(),
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None


def answer_link(secret: str, number: int, given: Given) -> None:
    """Store what was sent through a link."""
    with transaction():
        token = links.find(secret, LinkPurpose.QUESTIONNAIRE)
        assert token.questionnaire_request_id is not None
        _lock(token.practice_id, token.questionnaire_request_id)
        opened = _by_link(token.practice_id, token.questionnaire_request_id)
        _by_client(opened, number, given, opened.source)


def answer_own(actor: Actor, request_id: uuid.UUID, number: int, given: Given) -> None:
    """Store what a signed-in client sent from their own pages."""
    with transaction():
        opened = _own(actor, request_id, lock=True)
        _by_client(opened, number, given, AnswerSource.PAGES)


def answer_for(actor: Actor, request_id: uuid.UUID, number: int, given: Given) -> QuestionnaireResponse:
    """Store what somebody of the practice typed; Conflict where it was answered otherwise meanwhile."""
    access.staff_only(actor)
    with transaction():
        request = access.questionnaire_request_for(actor, request_id)
        _lock(request.practice_id, request.id)
        opened = _opened(request, on_paper=True)
        page = opened.page(number)
        if page.response is not None:
            if not _is_same(page.response, given):
                raise Conflict
            return page.response
        if opened.state not in OPEN:
            raise RuleBroken("These questions are not open any more.")
        row = _add(opened, page, given, source=AnswerSource.TYPED, typist=actor.user_id)
        _tell_finished(opened, page)
        audit.record(actor, "questionnaire.answered", **_told(opened, page))
    return row


def correct(
    actor: Actor, response_id: uuid.UUID, seen: int, given: Given, reason: str
) -> QuestionnaireResponse:
    """Put right what was answered in the practice, with a reason; what stood before stays readable."""
    if not reason.strip():
        raise RuleBroken("Say why this is put right.", "reason")
    with transaction():
        row = access.questionnaire_response_for(actor, response_id)
        _lock(row.practice_id, row.request_id)
        opened = open_for_staff(actor, row.request_id)
        page = next(each for each in opened.pages if each.questionnaire.id == row.questionnaire_key)
        current = page.response
        assert current is not None
        if current.source not in IN_PRACTICE:
            raise RuleBroken("The client answered this. Ask again instead.")
        if _is_same(current, given):
            return current
        if current.revision != seen:
            raise Conflict
        corrected = _add(
            opened,
            page,
            given,
            source=AnswerSource.TYPED,
            typist=actor.user_id,
            reason=reason.strip()[:LONGEST_REASON],
            answered_at=current.answered_at,
        )
        audit.record(actor, "questionnaire.corrected", reason=reason.strip(), **_told(opened, page))
    return corrected


def may_correct(each: questionnaires.Answered) -> bool:
    """Whether the practice may put this right: it was answered there, and it is what counts now."""
    return each.is_current and each.source in IN_PRACTICE


def _by_client(opened: Opened, number: int, given: Given, source: AnswerSource) -> None:
    page = opened.page(number)
    if page.response is not None and _is_same(page.response, given):
        return
    if not page.may_change:
        raise LinkProblem(LinkProblemKind.USED)
    if opened.state not in {*OPEN, AskState.ANSWERED}:
        raise LinkProblem(LinkProblemKind.EXPIRED)
    reason = CHANGED_BY_CLIENT if page.response is not None else None
    _add(opened, page, given, source=source, reason=reason)
    _tell_finished(opened, page)
    action = "questionnaire.corrected" if reason else "questionnaire.answered"
    audit.record_for(opened.request.practice_id, opened.client.name, action, **_told(opened, page))


def _by_link(practice_id: uuid.UUID, request_id: uuid.UUID) -> Opened:
    query = select(QuestionnaireRequest).where(
        QuestionnaireRequest.practice_id == practice_id, QuestionnaireRequest.id == request_id
    )
    opened = _opened(db.session.scalars(query.execution_options(populate_existing=True)).one())
    if opened.state is AskState.REVOKED:
        raise LinkProblem(LinkProblemKind.REVOKED)
    if opened.state is AskState.EXPIRED:
        raise LinkProblem(LinkProblemKind.EXPIRED)
    return opened


def _own(actor: Actor, request_id: uuid.UUID, *, lock: bool) -> Opened:
    if actor.client_id is None:
        raise NotFound
    request = access.questionnaire_request_for(actor, request_id)
    if lock:
        _lock(request.practice_id, request.id)
    opened = _opened(request)
    if request.channel is AskChannel.CLINIC or opened.state in (AskState.REVOKED, AskState.EXPIRED):
        raise NotFound
    return opened


def _lock(practice_id: uuid.UUID, request_id: uuid.UUID) -> None:
    # twenty answers at once come one after the other; SQLite has one writer anyway
    db.session.scalars(
        select(QuestionnaireRequest)
        .where(QuestionnaireRequest.practice_id == practice_id, QuestionnaireRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _opened(request: QuestionnaireRequest, *, on_paper: bool = False) -> Opened:
    query = (
        select(Client)
        .where(Client.practice_id == request.practice_id, Client.id == request.client_id)
        .options(joinedload(Client.practice))
    )
    client = db.session.scalars(query).one()
    today = local_date(now(), load_zone(client.time_zone))
    held = _current([request])
    return _put_together(request, client, client.practice, held, today, on_paper=on_paper)


def _current(
    requests: Sequence[QuestionnaireRequest],
) -> dict[tuple[uuid.UUID, str], QuestionnaireResponse]:
    """What counts now, by asking and questionnaire."""
    if not requests:
        return {}
    query = (
        select(QuestionnaireResponse)
        .where(
            and_(
                QuestionnaireResponse.practice_id == requests[0].practice_id,
                QuestionnaireResponse.request_id.in_([each.id for each in requests]),
            )
        )
        .order_by(QuestionnaireResponse.revision)
    )
    return {(row.request_id, row.questionnaire_key): row for row in db.session.scalars(query)}


def _put_together(
    request: QuestionnaireRequest,
    client: Client,
    practice: Practice,
    held: Mapping[tuple[uuid.UUID, str], QuestionnaireResponse],
    today: date,
    *,
    on_paper: bool,
) -> Opened:
    pages: list[Page] = []
    known = questionnaires.questionnaires_of(request)
    shown = [(ask, each) for ask, each in zip(request.asks, known, strict=True)]
    for ask, questionnaire in shown:
        if on_paper or not questionnaire.on_paper_only:
            row = held.get((request.id, questionnaire.id))
            pages.append(_page(len(pages) + 1, questionnaire, ask, row, client, today))
    answered = sum(1 for request_id, _ in held if request_id == request.id)
    state = questionnaires.state_of(request, answered)
    return Opened(request, client, practice, tuple(pages), state, today)


def _page(
    number: int,
    questionnaire: Questionnaire,
    ask: Mapping[str, Any],
    row: QuestionnaireResponse | None,
    client: Client,
    today: date,
) -> Page:
    given_on = local_date(row.answered_at, load_zone(client.time_zone)) if row else None
    return Page(
        number=number,
        questionnaire=questionnaire,
        activities=tuple(ask.get("activities", ())),
        since=date.fromisoformat(ask["since"]) if "since" in ask else None,
        is_first_visit=bool(ask.get("first_visit")),
        response=row,
        may_change=may_change(given_on, today) and (row is None or row.source is not AnswerSource.TYPED),
    )


def _is_same(row: QuestionnaireResponse, given: Given) -> bool:
    return dict(row.answers) == dict(given.answers) and tuple(row.activities or ()) == given.activities


def _add(
    opened: Opened,
    page: Page,
    given: Given,
    *,
    source: AnswerSource,
    typist: uuid.UUID | None = None,
    reason: str | None = None,
    answered_at: datetime | None = None,
) -> QuestionnaireResponse:
    _check(page, given)
    scores = _scores(page.questionnaire, given)
    at, made = now(), page.questionnaire
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
        scores=scores,
        screen_positive=any(made.is_positive(value) for value in scores.values()),
        answered_at=answered_at or at,
        recorded_at=at,
        source=source,
        entered_by=typist,
        reason=reason,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _check(page: Page, given: Given) -> None:
    made = page.questionnaire
    scoring.refuse_strange(given.answers, made.allowed)
    if made.kind is not Kind.ACTIVITIES:
        return
    assert made.activities is not None
    if page.activities and given.activities != page.activities and given.activities:
        raise RuleBroken("The same activities are asked about every time.")
    if len(given.activities) > made.activities.most or len(set(given.activities)) < len(given.activities):
        raise RuleBroken("Name each activity once, five at most.")
    if any(not each.strip() or len(each) > LONGEST_ACTIVITY for each in given.activities):
        raise RuleBroken(f"Use {LONGEST_ACTIVITY} characters or fewer for each activity.")
    if set(given.answers) != set(made.activities.ids[: len(given.activities)]):
        raise RuleBroken("Choose one of the answers offered here.")


def _scores(made: Questionnaire, given: Given) -> dict[str, float | None]:
    if all(value is None for value in given.answers.values()):
        return dict.fromkeys((measure.id for measure in made.measures), None)
    return {measure.id: scoring.score(measure.rule, given.answers) for measure in made.measures}


def _tell_finished(opened: Opened, page: Page) -> None:
    """Close the asking once its last questionnaire is answered."""
    asked = {each["key"] for each in opened.request.asks}
    answered = {key for _, key in _current([opened.request])}
    if opened.request.finished_at is None and asked <= answered | {page.questionnaire.id}:
        opened.request.finished_at = now()
        questionnaires_asking.cancel_mail(opened.request, "answered already")


def _told(opened: Opened, page: Page) -> dict[str, Any]:
    return {
        "client_id": opened.client.id,
        "subject_id": opened.request.id,
        "name": page.questionnaire.name,
    }
