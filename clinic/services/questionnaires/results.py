"""What clients answered: every revision of it, in the version it was answered in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, null, select

from clinic.catalogue import load_catalogue
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.extensions import db
from clinic.models import Client, QuestionnaireResponse, User
from clinic.models.base import given, one_of, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor

_COLUMNS = (
    QuestionnaireResponse.id,
    QuestionnaireResponse.request_id,
    QuestionnaireResponse.questionnaire_key,
    QuestionnaireResponse.questionnaire_version,
    QuestionnaireResponse.revision,
    QuestionnaireResponse.answers,
    QuestionnaireResponse.activities,
    QuestionnaireResponse.since,
    QuestionnaireResponse.scores,
    QuestionnaireResponse.screen_positive,
    QuestionnaireResponse.answered_at,
    QuestionnaireResponse.recorded_at,
    QuestionnaireResponse.source,
    QuestionnaireResponse.reason,
)
_WITH_TYPISTS = (
    select(*_COLUMNS, User.name.label("typed_by"))
    .outerjoin(User, points_at(QuestionnaireResponse.entered_by, User))
    .where(given(QuestionnaireResponse.practice_id), given(QuestionnaireResponse.client_id))
    .order_by(QuestionnaireResponse.answered_at.desc(), QuestionnaireResponse.revision.desc())
)


def for_client(actor: Actor, client_id: uuid.UUID, *, every: bool = False) -> list[AnsweredQuestionnaire]:
    """What a client of the practice answered, newest first; staff only. One query.

    Without `every`, only what counts now: a revision that was corrected since is left out.
    """
    access.staff_only(actor)
    return _of(actor.practice_id, client_id, every=every)


def of(client: Client) -> list[AnsweredQuestionnaire]:
    """What counts now of what a client answered, newest first, for whoever was let through to them."""
    return _of(client.practice_id, client.id, every=False)


@cache
def _naming_activities() -> Select[*tuple[Any, ...]]:
    known = load_catalogue().questionnaires.versions.values()
    keys = sorted({each.id for each in known if each.activities})
    return rows.settled(_WITH_TYPISTS.where(one_of(QuestionnaireResponse.questionnaire_key, keys)))


def naming_activities(client: Client) -> list[AnsweredQuestionnaire]:
    """What counts now of the questionnaires in which a client names what is hard, newest first.

    For whoever was let through to the client.
    """
    return _of(client.practice_id, client.id, every=False, query=_naming_activities())


def of_practice(practice_id: uuid.UUID) -> list[tuple[uuid.UUID, AnsweredQuestionnaire]]:
    """What counts now of what every client of a practice answered, client by client, newest first.

    For figures of many: whoever asks lets nobody see one of them.
    """
    row = QuestionnaireResponse
    query = (
        select(*_COLUMNS, row.client_id, null().label("typed_by"))
        .where(row.practice_id == practice_id)
        .order_by(row.client_id, row.answered_at.desc(), row.revision.desc())
    )
    found = db.session.execute(query).all()
    newest = _newest_revisions(found)
    return [(each.client_id, _answered(each, is_current=True)) for each in found if each.id in newest]


def _of(
    practice_id: uuid.UUID,
    client_id: uuid.UUID,
    *,
    every: bool,
    query: Select[*tuple[Any, ...]] = _WITH_TYPISTS,
) -> list[AnsweredQuestionnaire]:
    found = rows.read(query, {"practice_id": practice_id, "client_id": client_id})
    newest = _newest_revisions(found)
    return [_answered(row, is_current=row.id in newest) for row in found if every or row.id in newest]


def response(
    actor: Actor, response_id: uuid.UUID
) -> tuple[AnsweredQuestionnaire, list[AnsweredQuestionnaire]]:
    """One answered questionnaire of the practice and every revision of it, newest first; staff only."""
    row = access.questionnaire_response_for(actor, response_id)
    revisions = [
        each
        for each in for_client(actor, row.client_id, every=True)
        if each.request_id == row.request_id and each.questionnaire.id == row.questionnaire_key
    ]
    revisions.sort(key=lambda each: -each.revision)
    return next(each for each in revisions if each.id == row.id), revisions


def _answered(row: Row[*tuple[Any, ...]], *, is_current: bool) -> AnsweredQuestionnaire:
    known = load_catalogue().questionnaires
    return AnsweredQuestionnaire(
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
        typed_by=row.typed_by,
        reason=row.reason,
    )


def _newest_revisions(found: Sequence[Row[*tuple[Any, ...]]]) -> set[uuid.UUID]:
    newest: dict[tuple[uuid.UUID, str], Row[*tuple[Any, ...]]] = {}
    for row in found:
        key = (row.request_id, row.questionnaire_key)
        if key not in newest or newest[key].revision < row.revision:
            newest[key] = row
    return {row.id for row in newest.values()}
