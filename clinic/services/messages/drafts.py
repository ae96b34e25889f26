"""Answers that somebody of the practice is still writing: kept for them alone, until they are sent."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, select

from clinic.domain.errors import RuleBroken
from clinic.domain.messages import LONGEST_MESSAGE
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, ReplyDraft
from clinic.models.base import given
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction

_MINE = given(ReplyDraft.practice_id), given(ReplyDraft.client_id), given(ReplyDraft.user_id)
_OWN = select(ReplyDraft).where(*_MINE)
_TEXT = select(ReplyDraft.text).where(*_MINE)


def kept(actor: Actor, client_id: uuid.UUID) -> str:
    """What the actor has begun to write to a client; staff only. One query."""
    access.staff_only(actor)
    found = rows.read(_TEXT, _whose(actor, client_id))
    return found[0].text if found else ""


def keep(actor: Actor, client_id: uuid.UUID, text: str, more: str = "") -> None:
    """Keep what stands in the box, and a phrase behind it; an empty box keeps nothing. Staff only."""
    words = "\n".join(part for part in (text.strip(), more.strip()) if part)
    if len(words) > LONGEST_MESSAGE:
        raise RuleBroken(
            say("A message has at most %(longest)s characters.", longest=LONGEST_MESSAGE),
            "text",
        )
    with transaction() as session:
        client = access.client_for(actor, client_id)
        one_at_a_time(Client, client.id)  # two windows of one person make one draft
        row = _own(actor, client_id)
        if not words:
            drop(actor, client_id)
        elif row is None:
            session.add(_begun(actor, client_id, words))
        else:
            row.text, row.saved_at = words, now()


def put_back(actor: Actor, client_id: uuid.UUID, words: str) -> None:
    """Keep what was taken back behind what stands there, within the caller's transaction; nothing is cut."""
    one_at_a_time(Client, client_id)
    row = _own(actor, client_id)
    if row is None:
        db.session.add(_begun(actor, client_id, words))
    else:
        row.text, row.saved_at = f"{row.text}\n{words}", now()


def drop(actor: Actor, client_id: uuid.UUID) -> None:
    """Forget it, within the caller's transaction: it was sent, or nothing is left of it."""
    db.session.execute(
        delete(ReplyDraft).where(
            ReplyDraft.practice_id == actor.practice_id,
            ReplyDraft.client_id == client_id,
            ReplyDraft.user_id == actor.user_id,
        )
    )


def _begun(actor: Actor, client_id: uuid.UUID, words: str) -> ReplyDraft:
    return ReplyDraft(**_whose(actor, client_id), text=words, saved_at=now())


def _own(actor: Actor, client_id: uuid.UUID) -> ReplyDraft | None:
    return db.session.scalars(_OWN, _whose(actor, client_id)).one_or_none()


def _whose(actor: Actor, client_id: uuid.UUID) -> dict[str, uuid.UUID]:
    return {"practice_id": actor.practice_id, "client_id": client_id, "user_id": actor.user_id}
