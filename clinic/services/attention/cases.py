"""A client with their reasons as every page shows them: on Today, in the client list, on the record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select

from clinic.domain.attention import AttentionKind, Reason, may_put_off, shown
from clinic.domain.errors import RuleBroken
from clinic.domain.people import Named
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import User
from clinic.models.base import given
from clinic.services.actors import Actor
from clinic.services.reasons.said import Said

_COLLEAGUES = (
    select(User.id, User.name)
    .where(given(User.practice_id), User.works_here)
    .order_by(User.created_at, User.id)
)


@dataclass(frozen=True, slots=True)
class ReasonCase:
    """One reason as a form names it: what kind, and the record it is about."""

    kind: AttentionKind
    subject_id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.subject_id}"

    @classmethod
    def parse(cls, text: str) -> ReasonCase:
        """Read what `str` wrote; RuleBroken for anything else."""
        kind, _, subject = text.partition(":")
        try:
            return cls(AttentionKind(kind), uuid.UUID(subject))
        except ValueError:
            raise RuleBroken(say("This page is out of date. Please open it again.")) from None


@dataclass(frozen=True, slots=True)
class ClientWithReasons:
    """A client on the list, with a reason of each kind, all that is to be dealt with, and their own words.

    The most pressing come first. `cases` are all that show, warning signs among them.
    """

    client_id: uuid.UUID
    name: str
    born_on: date | None
    phone: str | None
    reasons: tuple[Reason, ...]
    cases: tuple[ReasonCase, ...]
    said: tuple[tuple[uuid.UUID, tuple[str, ...]], ...]  # by record, those of the first reason first

    @property
    def flag_id(self) -> uuid.UUID | None:
        """The warning sign to review first."""
        signs = (each for each in self.reasons if each.kind is AttentionKind.WARNING_SIGN)
        return next((each.subject_id for each in signs), None)

    @property
    def may_be_done(self) -> bool:
        """Whether one press puts all of it off: no warning sign is among it, which is cleared with a note."""
        return all(may_put_off(case.kind) for case in self.cases)


class WhoAsks(Named, Protocol):
    """A client as they were read: whole, or what a list shows of them."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def phone(self) -> str | None: ...


def gathered(client: WhoAsks, reasons: Sequence[Reason], words: Said, at: datetime) -> ClientWithReasons:
    """A client with the reasons that show at an instant, the most pressing first, and what they said."""
    records = dict.fromkeys(reason.subject_id for reason in reasons)
    return ClientWithReasons(
        client_id=client.id,
        name=client.name,
        born_on=client.born_on,
        phone=client.phone,
        reasons=shown(reasons, at),
        cases=tuple(ReasonCase(reason.kind, reason.subject_id) for reason in reasons),
        said=tuple((record, words[record]) for record in records if record in words),
    )


def colleagues(actor: Actor) -> Mapping[uuid.UUID, str]:
    """The people of the practice a reason may be handed to, by name. One query."""
    found = db.session.execute(_COLLEAGUES, {"practice_id": actor.practice_id})
    return {row.id: row.name for row in found}
