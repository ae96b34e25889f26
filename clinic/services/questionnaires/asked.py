"""What a client was asked: which questionnaires, where they stand, and what became of the mail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.catalogue import load_catalogue
from clinic.domain.asking import OPEN, AskChannel, AskState, state
from clinic.domain.mail_standing import MailSort
from clinic.domain.questionnaires import Questionnaire
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, Practice, QuestionnaireRequest, QuestionnaireResponse
from clinic.models.base import among, given
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.promises import MailStatus

MOST_ASKED = 50
_WITH_ASKER = joinedload(QuestionnaireRequest.asker)
_ASKED = (
    select(QuestionnaireRequest)
    .where(given(QuestionnaireRequest.practice_id), given(QuestionnaireRequest.client_id))
    .options(_WITH_ASKER)
    .order_by(QuestionnaireRequest.asked_at.desc(), QuestionnaireRequest.id)
    .limit(MOST_ASKED)
)
_KEYS = select(QuestionnaireResponse.request_id, QuestionnaireResponse.questionnaire_key).where(
    given(QuestionnaireResponse.practice_id), among(QuestionnaireResponse.request_id, "requests")
)
_MAILS = (
    select(OutboxMessage)
    .where(given(OutboxMessage.practice_id), among(OutboxMessage.questionnaire_request_id, "requests"))
    .order_by(OutboxMessage.created_at)
)


@dataclass(frozen=True, slots=True)
class QuestionSet:
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
    def can_be_handed_over(self) -> bool:
        """Whether the client may answer on a device in the practice."""
        return self.is_open and self.request.channel is AskChannel.CLINIC

    @property
    def can_be_resent(self) -> bool:
        """Whether another mail makes sense: asked by mail, open, and none on its way."""
        waiting = self.mail is not None and self.mail.state in (OutboxState.READY, OutboxState.LEASED)
        return self.is_open and self.request.channel is AskChannel.MAIL and not waiting


def asked(actor: Actor, client_id: uuid.UUID) -> list[QuestionSet]:
    """What a client of the practice was asked, newest first, fifty at most; staff only. Four queries."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    return _told(list(db.session.scalars(_ASKED, whose)))


def asked_one(actor: Actor, request_id: uuid.UUID) -> QuestionSet:
    """One set of questions of the practice; staff only. Four queries."""
    access.staff_only(actor)
    request = access.questionnaire_request_for(actor, request_id, _WITH_ASKER)
    return _told([request])[0]


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


def _told(requests: Sequence[QuestionnaireRequest]) -> list[QuestionSet]:
    known, mails = _keys_of(requests), _mails_of(requests)
    return [_asked(each, known.get(each.id, frozenset()), mails.get(each.id)) for each in requests]


def _asked(request: QuestionnaireRequest, known: frozenset[str], mail: MailStatus | None) -> QuestionSet:
    return QuestionSet(
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
    which = {"practice_id": requests[0].practice_id, "requests": [each.id for each in requests]}
    found: dict[uuid.UUID, set[str]] = {}
    for request_id, key in db.session.execute(_KEYS, which):
        found.setdefault(request_id, set()).add(key)
    return {request_id: frozenset(keys) for request_id, keys in found.items()}


def _mails_of(requests: Sequence[QuestionnaireRequest]) -> dict[uuid.UUID, MailStatus]:
    """The newest mail of each; they are all of one client."""
    mailed = [each.id for each in requests if each.channel is AskChannel.MAIL]
    if not mailed:
        return {}
    which = {"practice_id": requests[0].practice_id, "requests": mailed}
    found = db.session.execute(_MAILS, which).scalars()
    newest = {each.questionnaire_request_id: each for each in found if each.questionnaire_request_id}
    client = db.session.get_one(Client, requests[0].client_id)
    practice = db.session.get_one(Practice, client.practice_id)
    return outbox.statuses(newest, client, practice, MailSort.MESSAGE)
