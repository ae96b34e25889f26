"""Phrases of one's own: made, changed, taken away and brought back by whoever owns them alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Phrase
from clinic.models.base import given
from clinic.services import access, once, rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

LONGEST_NAME = 60
MOST = 200
_OFFERED = (
    select(Phrase.id, Phrase.name)
    .where(given(Phrase.practice_id), given(Phrase.owner_id), Phrase.removed_at.is_(None))
    .order_by(Phrase.name, Phrase.id)
)


class OfferedPhrase(NamedTuple):
    """A phrase to choose, by its name."""

    id: uuid.UUID
    name: str


def all_of(actor: Actor) -> Sequence[Phrase]:
    """The actor's phrases by name, those that were taken away among them."""
    mine = (Phrase.practice_id == actor.practice_id, Phrase.owner_id == actor.user_id)
    return db.session.scalars(select(Phrase).where(*mine).order_by(Phrase.name, Phrase.id)).all()


def offered(actor: Actor) -> Sequence[OfferedPhrase]:
    """The actor's phrases that can be put into a note or an answer, by name. One query."""
    mine = {"practice_id": actor.practice_id, "owner_id": actor.user_id}
    return [OfferedPhrase._make(row) for row in rows.read(_OFFERED, mine)]


def own(actor: Actor, phrase_id: uuid.UUID) -> Phrase:
    """A phrase of the actor's own; NotFound for everybody else's."""
    access.staff_only(actor)
    query = select(Phrase).where(
        Phrase.practice_id == actor.practice_id, Phrase.owner_id == actor.user_id, Phrase.id == phrase_id
    )
    phrase = db.session.scalars(query).one_or_none()
    if phrase is None:
        raise NotFound
    return phrase


def add(actor: Actor, key: str, name: str, text: str) -> Phrase:
    """Make a phrase; `key` names the form, so that two presses make one. RuleBroken if the name is taken."""
    with transaction():
        _must_write(actor)
        if len(all_of(actor)) >= MOST:
            raise RuleBroken(say("You have %(most)s phrases. Change one that you use no more.", most=MOST))
        about = {"practice_id": actor.practice_id, "owner_id": actor.user_id, "changed_at": now()}
        phrase_id = once.id_of(Phrase, actor.practice_id, key, actor.user_id, name, text)
        try:
            phrase, _ = once.add(Phrase(id=phrase_id, name=name, text=text, **about))
        except IntegrityError:
            raise _taken(name) from None
    return phrase


def change(actor: Actor, phrase_id: uuid.UUID, version: int, name: str, text: str) -> None:
    """Write a phrase anew over the version that was seen; Conflict if it was changed meanwhile."""
    with transaction() as session:
        _must_write(actor)
        phrase = own(actor, phrase_id)
        if phrase.version != version:
            raise Conflict
        phrase.name, phrase.text, phrase.changed_at = name, text, now()
        try:
            session.flush()
        except IntegrityError:
            raise _taken(name) from None


def take_away(actor: Actor, phrase_id: uuid.UUID) -> Phrase:
    """Offer a phrase no more; it can be brought back."""
    return _offer(actor, phrase_id, offered=False)


def bring_back(actor: Actor, phrase_id: uuid.UUID) -> Phrase:
    """Offer a phrase again."""
    return _offer(actor, phrase_id, offered=True)


def _offer(actor: Actor, phrase_id: uuid.UUID, *, offered: bool) -> Phrase:
    with transaction():
        _must_write(actor)
        phrase = own(actor, phrase_id)
        if offered:
            phrase.removed_at = None
        else:
            phrase.removed_at = phrase.removed_at or now()
    return phrase


def _must_write(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(Permission.WRITE_NOTES):
        raise Forbidden("A practitioner or the owner writes notes.")


def _taken(name: str) -> RuleBroken:
    return RuleBroken(say("You have a phrase called %(name)s already.", name=name), "name")
