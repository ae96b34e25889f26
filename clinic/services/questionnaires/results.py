"""What clients answered: every revision of it, in the version it was answered in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from clinic.catalogue import load_catalogue
from clinic.domain.asking import IN_PRACTICE, AnswerSource
from clinic.domain.questionnaires import Measure, Questionnaire
from clinic.domain.scoring import Taken
from clinic.extensions import db
from clinic.models import QuestionnaireResponse, User
from clinic.models.base import points_at
from clinic.services import access
from clinic.services.actors import Actor


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

    @property
    def can_be_corrected(self) -> bool:
        """Whether the practice may put this right: it was answered there, and it is what counts now."""
        return self.is_current and self.source in IN_PRACTICE

    def rating(self, activity: str) -> int | None:
        """What was answered about a named activity."""
        return self.answers.get(f"a{self.activities.index(activity) + 1}")

    def taken(self, measure: Measure) -> Taken:
        """A score as the rules compare it."""
        named = frozenset(each for each in self.activities if self.rating(each) is not None)
        return Taken(self.scores.get(measure.id), self.questionnaire.version, named)


def for_client(actor: Actor, client_id: uuid.UUID, *, every: bool = False) -> list[Answered]:
    """What a client of the practice answered, newest first; staff only. One query.

    Without `every`, only what counts now: a revision that was corrected since is left out.
    """
    access.staff_only(actor)
    rows = [(row[0], row[1]) for row in db.session.execute(_with_typists(actor, client_id))]
    newest = _newest_revisions(row for row, _ in rows)
    told = [_answered(row, name, is_current=row.id in newest) for row, name in rows]
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


def _with_typists(actor: Actor, client_id: uuid.UUID) -> Select[QuestionnaireResponse, str]:
    return (
        select(QuestionnaireResponse, User.name)
        .outerjoin(
            User,
            points_at(QuestionnaireResponse.entered_by, User),
        )
        .where(
            QuestionnaireResponse.practice_id == actor.practice_id,
            QuestionnaireResponse.client_id == client_id,
        )
        .order_by(QuestionnaireResponse.answered_at.desc(), QuestionnaireResponse.revision.desc())
    )


def _answered(row: QuestionnaireResponse, typed_by: str | None, *, is_current: bool) -> Answered:
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


def _newest_revisions(rows: Iterable[QuestionnaireResponse]) -> set[uuid.UUID]:
    newest: dict[tuple[uuid.UUID, str], QuestionnaireResponse] = {}
    for row in rows:
        key = (row.request_id, row.questionnaire_key)
        if key not in newest or newest[key].revision < row.revision:
            newest[key] = row
    return {row.id for row in newest.values()}
