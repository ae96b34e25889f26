"""Asking a client: sending questions, mailing their link again, handing a device over, taking them back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from clinic.domain.asking import LIFETIME, OPEN, TABLET_LIFETIME, AskChannel
from clinic.domain.errors import RuleBroken
from clinic.domain.mail_standing import MailSort
from clinic.domain.questionnaires import Questionnaire
from clinic.domain.types import LinkPurpose
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, LinkToken, QuestionnaireRequest
from clinic.services import access, audit, links, mail_standing, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.questionnaires import asked as questionnaires
from clinic.services.questionnaires import mail as questionnaire_mail
from clinic.services.questionnaires.asked import QuestionSet
from clinic.services.questionnaires.wishes import QuestionnaireWish, asks, checked
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

EXPIRED_AT_ONCE = 200


def ask(actor: Actor, client_id: uuid.UUID, wish: QuestionnaireWish) -> QuestionnaireRequest:
    """Ask a client; sent twice, the same form is one asking. RuleBroken names the field that is wrong."""
    access.staff_only(actor)
    with transaction():
        client = access.client_for(actor, client_id)
        request_id = once.id_of(QuestionnaireRequest, actor.practice_id, wish.form_key, client.id)
        if before := once.made_before(QuestionnaireRequest, actor.practice_id, request_id):
            return before
        practice = access.practice_of(actor)
        chosen = checked(actor, client, practice, wish)
        request, is_new = once.add(_request(actor, client, chosen, wish, request_id))
        if not is_new:
            return request
        if wish.channel is AskChannel.MAIL:
            questionnaire_mail.promise(request, client, practice)
        _note(actor, "questionnaire.sent", request, how=wish.channel.value, names=_names(chosen))
    return request


def mail_problem(actor: Actor, asked: QuestionSet) -> str | None:
    """Why the link of open questions cannot be mailed once more, in words; None where it can. Staff only."""
    if not asked.can_be_resent:
        return None
    client = access.client_for(actor, asked.request.client_id)
    return mail_standing.problem(client, access.practice_of(actor), MailSort.MESSAGE)


def resend(actor: Actor, request_id: uuid.UUID) -> None:
    """Mail the link once more; earlier ones stay good, for an earlier mail may yet arrive."""
    with transaction():
        request = _open(actor, request_id)
        if request.channel is not AskChannel.MAIL:
            raise RuleBroken(say("This was not asked by mail."))
        client, practice = access.client_for(actor, request.client_id), access.practice_of(actor)
        if problem := mail_standing.problem(client, practice, MailSort.MESSAGE):
            raise RuleBroken(problem)
        questionnaire_mail.promise(request, client, practice)
        _note(actor, "questionnaire.resent", request)


def revoke(actor: Actor, request_id: uuid.UUID) -> QuestionnaireRequest:
    """Take open questions back: the link ends, a mail that waits is not sent; answers given so far stay."""
    with transaction():
        request = _open(actor, request_id)
        request.revoked_at = now()
        links.revoke(LinkToken.questionnaire_request_id == request.id)
        questionnaire_mail.call_back(request, "taken back")
        _note(actor, "questionnaire.revoked", request)
    return request


def hand_over(actor: Actor, request_id: uuid.UUID) -> str:
    """The secret of a link for a client in the practice, good for two hours; ends earlier ones."""
    with transaction():
        request = _open(actor, request_id)
        if request.channel is not AskChannel.CLINIC:
            raise RuleBroken(say("These questions were sent to the client."))
        links.revoke(LinkToken.questionnaire_request_id == request.id)
        secret = links.mint(
            request.practice_id,
            LinkPurpose.QUESTIONNAIRE,
            now() + TABLET_LIFETIME,
            questionnaire_request_id=request.id,
        )
        _note(actor, "questionnaire.handed", request)
    return secret


@across_practices("what falls due")
def expire_due(at: datetime) -> int:
    """Note on the timeline what nobody answered in time; returns how many."""
    with transaction():
        over = _run_out(at)
        for request in over:
            request.expired_at = at
            questionnaire_mail.call_back(request, "no longer needed")
            audit.record_for(
                request.practice_id,
                audit.SYSTEM,
                "questionnaire.expired",
                client_id=request.client_id,
                subject_id=request.id,
                names=_names(questionnaires.questionnaires_of(request)),
            )
    return len(over)


def _run_out(at: datetime) -> Sequence[QuestionnaireRequest]:
    query = (
        select(QuestionnaireRequest)
        .where(
            QuestionnaireRequest.finished_at.is_(None),
            QuestionnaireRequest.revoked_at.is_(None),
            QuestionnaireRequest.expired_at.is_(None),
            QuestionnaireRequest.expires_at <= at,
        )
        .order_by(QuestionnaireRequest.expires_at)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(query).all()


def _request(
    actor: Actor,
    client: Client,
    chosen: Sequence[Questionnaire],
    wish: QuestionnaireWish,
    request_id: uuid.UUID,
) -> QuestionnaireRequest:
    at = now()
    return QuestionnaireRequest(
        id=request_id,
        practice_id=client.practice_id,
        client_id=client.id,
        channel=wish.channel,
        asks=asks(client, chosen, wish),
        asked_by=actor.user_id,
        asked_at=at,
        expires_at=at + LIFETIME,
    )


def _open(actor: Actor, request_id: uuid.UUID) -> QuestionnaireRequest:
    access.staff_only(actor)
    request = access.questionnaire_request_for(actor, request_id)
    # two presses at once come one after the other; SQLite has one writer anyway
    db.session.refresh(request, with_for_update=True)
    if questionnaires.state_of(request) not in OPEN:
        raise RuleBroken(say("These questions are not open any more."))
    return request


def _names(chosen: Sequence[Questionnaire]) -> str:
    return ", ".join(each.name for each in chosen)


def _note(actor: Actor, action: str, request: QuestionnaireRequest, **details: Any) -> None:
    audit.record(actor, action, client_id=request.client_id, subject_id=request.id, **details)
