"""Questionnaires as they are read: what was asked, every answer, and how scores have changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased, joinedload

from clinic.catalogue import load_catalogue
from clinic.catalogue.questionnaires import Measure, MeasureRole, Questionnaire
from clinic.domain import scoring
from clinic.domain.questionnaires import OPEN, AnswerSource, AskChannel, AskState, state
from clinic.domain.scoring import Compared, Scale, Taken, Verdict, Yardstick
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import OutboxMessage, QuestionnaireRequest, QuestionnaireResponse, User
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now

MOST_ASKED = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered questionnaire, in the version it was answered in.

    `answers` by question ("a1", "a2", … for `activities`), None where it was left out; `scores` by measure.
    """

    id: uuid.UUID
    request_id: uuid.UUID
    questionnaire: Questionnaire
    revision: int
    is_current: bool
    answers: Mapping[str, int | None]
    activities: tuple[str, ...]
    since: date | None
    scores: Mapping[str, float | None]
    screen_positive: bool
    answered_at: datetime
    recorded_at: datetime
    source: AnswerSource
    typed_by: str | None
    reason: str | None

    @property
    def is_left_out(self) -> bool:
        """Whether the whole page was left out."""
        return not self.activities and all(value is None for value in self.answers.values())

    def rating(self, activity: str) -> int | None:
        """What was answered about a named activity."""
        return self.answers.get(f"a{self.activities.index(activity) + 1}")

    def taken(self, measure: Measure) -> Taken:
        """A score as the rules compare it."""
        named = frozenset(each for each in self.activities if self.rating(each) is not None)
        return Taken(self.scores.get(measure.id), self.questionnaire.version, named)


@dataclass(frozen=True, slots=True)
class Change:
    """One measure, first against latest."""

    measure: Measure
    first: Answered
    latest: Answered
    compared: Compared


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """One named activity, first against latest."""

    activity: str
    first: int | None
    latest: int | None
    compared: Compared


@dataclass(frozen=True, slots=True)
class MailStatus:
    """What became of the newest mail of an asking."""

    id: uuid.UUID
    state: OutboxState
    reason: str
    due_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A set of questions: where it stands, which are answered, and its mail."""

    request: QuestionnaireRequest
    state: AskState
    questionnaires: tuple[Questionnaire, ...]
    answered: frozenset[str]
    asked_by: str
    mail: MailStatus | None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still answer."""
        return self.state in OPEN

    @property
    def can_be_resent(self) -> bool:
        """Whether another mail makes sense: asked by mail, open, and none on its way."""
        waiting = self.mail is not None and self.mail.state in (OutboxState.READY, OutboxState.LEASED)
        return self.is_open and self.request.channel is AskChannel.MAIL and not waiting


def for_client(actor: Actor, client_id: uuid.UUID, *, every: bool = False) -> list[Answered]:
    """What a client of the practice answered, newest first; staff only. One query.

    Without `every`, only what counts now: a revision that was corrected since is left out.
    """
    access.staff_only(actor)
    query = (
        select(QuestionnaireResponse, User.name)
        .outerjoin(
            User,
            and_(
                User.practice_id == QuestionnaireResponse.practice_id,
                User.id == QuestionnaireResponse.entered_by,
            ),
        )
        .where(
            QuestionnaireResponse.practice_id == actor.practice_id,
            QuestionnaireResponse.client_id == client_id,
        )
        .order_by(QuestionnaireResponse.answered_at.desc(), QuestionnaireResponse.revision.desc())
    )
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    newest = newest_revisions(row for row, _ in rows)
    told = [answered(row, name, is_current=row.id in newest) for row, name in rows]
    return told if every else [each for each in told if each.is_current]


def response(actor: Actor, response_id: uuid.UUID) -> tuple[Answered, list[Answered]]:
    """One answered questionnaire of the practice and every revision of it, newest first; staff only."""
    row = access.questionnaire_response_for(actor, response_id)
    revisions = [
        each
        for each in for_client(actor, row.client_id, every=True)
        if each.request_id == row.request_id and each.questionnaire.id == row.questionnaire_key
    ]
    revisions.sort(key=lambda each: -each.revision)
    return next(each for each in revisions if each.id == row.id), revisions


def asked(actor: Actor, client_id: uuid.UUID) -> list[Asked]:
    """What a client of the practice was asked, newest first, fifty at most; staff only. Two queries."""
    access.staff_only(actor)
    query = (
        select(QuestionnaireRequest)
        .where(
            QuestionnaireRequest.practice_id == actor.practice_id, QuestionnaireRequest.client_id == client_id
        )
        .options(joinedload(QuestionnaireRequest.asker))
        .order_by(QuestionnaireRequest.asked_at.desc(), QuestionnaireRequest.id)
        .limit(MOST_ASKED)
    )
    requests = list(db.session.scalars(query))
    known, mails = _keys_of(requests), _mails_of(requests)
    return [_asked(each, known.get(each.id, frozenset()), mails.get(each.id)) for each in requests]


def asked_one(actor: Actor, request_id: uuid.UUID) -> Asked:
    """One set of questions of the practice; staff only. Three queries."""
    access.staff_only(actor)
    request = access.questionnaire_request_for(actor, request_id, joinedload(QuestionnaireRequest.asker))
    known, mails = _keys_of([request]), _mails_of([request])
    return _asked(request, known.get(request.id, frozenset()), mails.get(request.id))


def changes(held: Sequence[Answered]) -> list[Change]:
    """Each measure of how somebody is, first against latest, where it was answered twice.

    The first is the earliest with the version and the activities of the latest; where there is none, the
    earliest of all, and the rules say why it does not compare.
    """
    found = []
    for questionnaire in _questionnaires_in(held):
        for measure in questionnaire.measures:
            if questionnaire.role is MeasureRole.STATE:
                found += _change(measure, _series(held, questionnaire.id, measure))
    return found


def activity_changes(change: Change) -> list[ActivityChange]:
    """Each named activity of a change, compared by the threshold of one activity."""
    named = change.latest.questionnaire.activities
    if named is None or change.compared.why is scoring.Why.OTHER_ACTIVITIES:
        return []
    rule = Scale(
        method=scoring.Method.VALUE,
        missing=scoring.Missing.NO_SCORE,
        low=min(named.rate.scores),
        high=max(named.rate.scores),
        higher_is_better=change.measure.rule.higher_is_better,
    )
    yardstick = Yardstick(points=named.error, error=named.error)
    told = []
    for activity in change.latest.activities:
        if activity in change.first.activities:
            first, latest = change.first.rating(activity), change.latest.rating(activity)
            compared = scoring.compare(rule, yardstick, Taken(first), Taken(latest))
            told.append(ActivityChange(activity, first, latest, compared))
    return told


def rated_change(each: Answered) -> Verdict | None:
    """How a rating of change reads; None for a questionnaire that is none."""
    made = each.questionnaire
    if made.better_from is None or made.worse_from is None:
        return None
    return scoring.rated_change(each.scores.get(made.measures[0].id), made.better_from, made.worse_from)


def answered(row: QuestionnaireResponse, typed_by: str | None, *, is_current: bool) -> Answered:
    """A row as it is read."""
    known = load_catalogue().questionnaires
    return Answered(
        id=row.id,
        request_id=row.request_id,
        questionnaire=known.get(row.questionnaire_key, row.questionnaire_version),
        revision=row.revision,
        is_current=is_current,
        answers=row.answers,
        activities=tuple(row.activities or ()),
        since=row.since,
        scores=row.scores,
        screen_positive=row.screen_positive,
        answered_at=row.answered_at,
        recorded_at=row.recorded_at,
        source=row.source,
        typed_by=typed_by,
        reason=row.reason,
    )


def newest_revisions(rows: Iterable[QuestionnaireResponse]) -> set[uuid.UUID]:
    """The ids of those that count now."""
    newest: dict[tuple[uuid.UUID, str], QuestionnaireResponse] = {}
    for row in rows:
        key = (row.request_id, row.questionnaire_key)
        if key not in newest or newest[key].revision < row.revision:
            newest[key] = row
    return {row.id for row in newest.values()}


def questionnaires_of(request: QuestionnaireRequest) -> tuple[Questionnaire, ...]:
    """What an asking asks, in order, in the versions it asks them in."""
    known = load_catalogue().questionnaires
    return tuple(known.get(each["key"], each["version"]) for each in request.asks)


def state_of(request: QuestionnaireRequest, answered: int = 0) -> AskState:
    """Where an asking stands now, with so many of its questionnaires answered."""
    return state(
        now(),
        expires_at=request.expires_at,
        finished_at=request.finished_at,
        revoked_at=request.revoked_at,
        answered=answered,
    )


def _asked(request: QuestionnaireRequest, known: frozenset[str], mail: MailStatus | None) -> Asked:
    return Asked(
        request=request,
        state=state_of(request, len(known)),
        questionnaires=questionnaires_of(request),
        answered=known,
        asked_by=request.asker.name,
        mail=mail,
    )


def _keys_of(requests: Sequence[QuestionnaireRequest]) -> dict[uuid.UUID, frozenset[str]]:
    if not requests:
        return {}
    query = select(QuestionnaireResponse.request_id, QuestionnaireResponse.questionnaire_key).where(
        QuestionnaireResponse.practice_id == requests[0].practice_id,
        QuestionnaireResponse.request_id.in_([each.id for each in requests]),
    )
    found: dict[uuid.UUID, set[str]] = {}
    for request_id, key in db.session.execute(query):
        found.setdefault(request_id, set()).add(key)
    return {request_id: frozenset(keys) for request_id, keys in found.items()}


def _mails_of(requests: Sequence[QuestionnaireRequest]) -> dict[uuid.UUID, MailStatus]:
    mailed = [each.id for each in requests if each.channel is AskChannel.MAIL]
    if not mailed:
        return {}
    mail: Any = aliased(OutboxMessage)
    query = (
        select(mail)
        .where(mail.practice_id == requests[0].practice_id, mail.questionnaire_request_id.in_(mailed))
        .order_by(mail.created_at)
    )
    return {
        each.questionnaire_request_id: MailStatus(
            each.id, each.state, each.reason or "", each.due_at, each.finished_at
        )
        for each in db.session.scalars(query)
    }


def _questionnaires_in(held: Sequence[Answered]) -> list[Questionnaire]:
    """Each questionnaire once, in the version of its latest answers, in the catalogue's order."""
    latest = {each.questionnaire.id: each.questionnaire for each in reversed(held)}
    order = list(load_catalogue().questionnaires.newest)
    return sorted(latest.values(), key=lambda each: order.index(each.id))


def _series(held: Sequence[Answered], key: str, measure: Measure) -> list[Answered]:
    """What has this score, oldest first."""
    scored = [
        each for each in held if each.questionnaire.id == key and each.scores.get(measure.id) is not None
    ]
    return sorted(scored, key=lambda each: each.answered_at)


def _change(measure: Measure, series: Sequence[Answered]) -> list[Change]:
    if len(series) < 2:
        return []
    latest, earlier = series[-1], series[:-1]
    taken = latest.taken(measure)
    alike = [
        each
        for each in earlier
        if (each.questionnaire.version, each.taken(measure).activities) == (taken.version, taken.activities)
    ]
    first = (alike or earlier)[0]
    compared = scoring.compare(measure.rule, measure.yardstick, first.taken(measure), taken)
    return [Change(measure, first, latest, compared)]
