"""Wording a practitioner takes as their own: stored with its digest, so that a changed text asks again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from clinic.extensions import db
from clinic.models import SignOff, User
from clinic.models.base import points_at
from clinic.services.actors import Actor
from clinic.services.clock import now


@dataclass(frozen=True, slots=True)
class WordingPart:
    """Some lines under one heading; `editable` ones stand in a field of the form instead."""

    label: str
    lines: tuple[str, ...]
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that needs a practitioner's name; the page shows the same parts that are stored."""

    scope: str
    title: str
    parts: tuple[WordingPart, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is signed, line by line: the title, and each part with its label."""
        return (self.title, *(line for part in self.parts for line in (part.label, *part.lines)))

    @property
    def text(self) -> str:
        """The whole text, as it is stored with the name under it."""
        return "\n".join(self.lines)

    @property
    def digest(self) -> str:
        """What the name stands under, letter for letter."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who took a text as their own, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TextStanding:
    """Whether a text has a name, and else which lines it had when it was last signed, and by whom.

    `signed_lines` is None for a text that never was.
    """

    signature: Signature | None = None
    signed_lines: tuple[str, ...] | None = None
    last: Signature | None = None


def digest_of_all(wordings: Iterable[Wording]) -> str:
    """One digest of several texts: what a page held when it was opened."""
    return hashlib.sha256("\n".join(wording.digest for wording in wordings).encode()).hexdigest()


def names_under(practice_id: uuid.UUID, wordings: Iterable[Wording]) -> dict[tuple[str, str], Signature]:
    """The names under these very texts, by scope and digest: of several drafts one scope has several."""
    current = {(each.scope, each.digest) for each in wordings}
    query = (
        select(SignOff.scope, SignOff.digest, User.name, SignOff.signed_at)
        .join(User, points_at(SignOff.user_id, User))
        .where(SignOff.practice_id == practice_id, SignOff.scope.in_({scope for scope, _ in current}))
    )
    rows = db.session.execute(query)
    signed = {(row.scope, row.digest): Signature(row.name, row.signed_at) for row in rows}
    return {key: name for key, name in signed.items() if key in current}


def signatures(practice_id: uuid.UUID, wordings: Sequence[Wording]) -> dict[str, Signature]:
    """The names under these very texts, by scope; a scope that is not in it still waits for one."""
    return {scope: name for (scope, _), name in names_under(practice_id, wordings).items()}


def standings(practice_id: uuid.UUID, wordings: Sequence[Wording]) -> dict[str, TextStanding]:
    """How each of these texts stands, by scope. One query."""
    query = (
        select(SignOff.scope, SignOff.digest, SignOff.text, User.name, SignOff.signed_at)
        .join(User, points_at(SignOff.user_id, User))
        .where(SignOff.practice_id == practice_id, SignOff.scope.in_([each.scope for each in wordings]))
        .order_by(SignOff.signed_at, SignOff.id)
    )
    digests = {each.scope: each.digest for each in wordings}
    found = {each.scope: TextStanding() for each in wordings}
    for row in db.session.execute(query):
        name = Signature(row.name, row.signed_at)
        is_this = row.digest == digests[row.scope]
        found[row.scope] = TextStanding(
            signature=name if is_this else found[row.scope].signature,
            signed_lines=tuple(row.text.split("\n")),
            last=name,
        )
    return found


def sign(actor: Actor, wordings: Sequence[Wording]) -> list[str]:
    """Put the actor's name under what has none yet, within the caller's transaction; returns the scopes."""
    signed = signatures(actor.practice_id, wordings)
    waiting = [wording for wording in wordings if wording.scope not in signed]
    for wording in waiting:
        db.session.add(
            SignOff(
                practice_id=actor.practice_id,
                scope=wording.scope,
                digest=wording.digest,
                text=wording.text,
                user_id=actor.user_id,
                signed_at=now(),
            )
        )
    return [wording.scope for wording in waiting]
