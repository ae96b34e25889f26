"""Answers made out of a client's message: what could tell who it was, and whether their words may be used."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.errors import NotFound
from clinic.domain.messages import MessageChannel, MessageFrom
from clinic.domain.own_answers import WordsUse
from clinic.domain.telling_who import KnownOfClient, TellingPart, telling_parts
from clinic.extensions import db
from clinic.models import Client, Message, OtherClinician, OwnAnswer, OwnAnswerSource
from clinic.models.base import given
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.own_answers import writing
from clinic.services.own_answers.writing import AnswerDetails
from clinic.services.transaction import transaction

_CLINICIANS = select(OtherClinician.name, OtherClinician.place).where(
    given(OtherClinician.practice_id), given(OtherClinician.client_id)
)
_WAITING = (
    select(OwnAnswerSource)
    .where(
        given(OwnAnswerSource.practice_id),
        given(OwnAnswerSource.client_id),
        OwnAnswerSource.words_use.is_not(None),
    )
    .order_by(OwnAnswerSource.asked_at.desc(), OwnAnswerSource.id)
    .options(joinedload(OwnAnswerSource.answer))
)
_WITH_CLIENT = joinedload(Message.client)
_WITH_MOVE = joinedload(Message.prescription)


@dataclass(frozen=True, slots=True)
class AnswerSeed:
    """A message with the client's question and what was answered, before both are put in general words."""

    message: Message
    question: str
    text: str
    move_id: uuid.UUID | None


def seed(actor: Actor, message_id: uuid.UUID) -> AnswerSeed:
    """What an answer begins with that is made of a question or of what was answered; staff only. Two queries.

    NotFound for what was taken back, or said by phone.
    """
    message = access.thread_message_for(actor, message_id, _WITH_CLIENT, _WITH_MOVE)
    if message.channel is MessageChannel.PHONE or message.undone_at is not None:
        raise NotFound
    other = _other_side(message)
    question, text = (message.text, other) if message.sender is MessageFrom.CLIENT else (other, message.text)
    move_id = message.prescription.exercise_id if message.prescription else None
    return AnswerSeed(message, question, text, move_id)


def _other_side(message: Message) -> str:
    """What was answered to a question first, or was asked last before an answer; empty where nothing was."""
    asked = message.sender is MessageFrom.CLIENT
    other = MessageFrom.PRACTICE if asked else MessageFrom.CLIENT
    query = select(Message.text).where(
        Message.practice_id == message.practice_id,
        Message.client_id == message.client_id,
        Message.sender == other,
        Message.channel != MessageChannel.PHONE,
        Message.undone_at.is_(None),
        Message.sent_at >= message.sent_at if asked else Message.sent_at <= message.sent_at,
    )
    order = (Message.sent_at, Message.id) if asked else (Message.sent_at.desc(), Message.id.desc())
    return db.session.scalar(query.order_by(*order).limit(1)) or ""


def telling(client: Client, *texts: str) -> list[TellingPart]:
    """What in some texts could tell that they are about this client. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    others = db.session.execute(_CLINICIANS, whose).all()
    names = (client.name, (client.email or "").partition("@")[0], client.emergency_name, client.own_number)
    places = (client.address, client.town, client.postcode, client.group_name)
    known = KnownOfClient(
        names=tuple(filter(None, (*names, *(each.name for each in others)))),
        places=tuple(filter(None, (*places, *(each.place for each in others)))),
    )
    return telling_parts("\n".join(texts), known)


def make(actor: Actor, message_id: uuid.UUID, key: str, details: AnswerDetails, *, ask: bool) -> OwnAnswer:
    """Make an answer, as a draft, out of a client's message; `ask` them whether their words may be used."""
    with transaction():
        message = seed(actor, message_id).message
        answer = writing.add(actor, key, details)
        at = now()
        row = OwnAnswerSource(
            id=once.id_of(OwnAnswerSource, actor.practice_id, "", answer.id, message.id),
            practice_id=actor.practice_id,
            own_answer_id=answer.id,
            client_id=message.client_id,
            message_id=message.id,
            made_at=at,
            words_use=WordsUse.ASKED if ask else None,
            asked_at=at if ask else None,
        )
        source, is_new = once.add(row)
        if is_new and ask:
            _tell(actor, source, "words_asked")
    return answer


def asked_of(actor: Actor) -> Sequence[OwnAnswerSource]:
    """For which answers the signed-in client was asked, and what they said. One query."""
    if actor.client_id is None:
        raise NotFound
    whose = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    return db.session.scalars(_WAITING, whose).all()


def decide(actor: Actor, source_id: uuid.UUID, use: WordsUse) -> None:
    """The signed-in client agrees that their words are used, or declines; they can change their mind."""
    with transaction():
        client = access.own_client(actor)
        query = select(OwnAnswerSource).where(
            OwnAnswerSource.practice_id == client.practice_id,
            OwnAnswerSource.client_id == client.id,
            OwnAnswerSource.id == source_id,
            OwnAnswerSource.words_use.is_not(None),
        )
        source = db.session.scalars(query).one_or_none()
        if source is None:
            raise NotFound
        if source.words_use is use:
            return
        source.words_use, source.decided_at = use, now()
        if use is WordsUse.DECLINED:
            writing.unsign(db.session.get_one(OwnAnswer, source.own_answer_id))
        _tell(actor, source, f"words_{use}")


def _tell(actor: Actor, source: OwnAnswerSource, verb: str) -> None:
    about = {"client_id": source.client_id, "subject_id": source.own_answer_id}
    audit.record(actor, f"own_answer.{verb}", **about)
