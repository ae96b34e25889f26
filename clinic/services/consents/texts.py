"""The wording that a practice asks for a consent in: ours until it has signed off its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain.access import Permission
from clinic.domain.consents import SHIPPED, ConsentKind, shipped_wording, text_problem
from clinic.domain.errors import Forbidden
from clinic.extensions import db
from clinic.models import ConsentText, Practice
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction


@dataclass(frozen=True, slots=True)
class AskedWording:
    """What is asked now; of number 0 it is ours, and nobody of the practice has signed it off."""

    text: str
    number: int

    @property
    def is_ours(self) -> bool:
        return self.number == SHIPPED


def in_force(practice: Practice) -> Mapping[ConsentKind, AskedWording]:
    """The wording of each kind that is asked now. One query."""
    latest: dict[ConsentKind, AskedWording] = {}
    for each in _versions(practice):
        latest.setdefault(each.kind, AskedWording(each.text, each.number))
    return {
        kind: latest.get(kind, AskedWording(shipped_wording(kind, practice.name), SHIPPED))
        for kind in ConsentKind
    }


def history(actor: Actor) -> Sequence[ConsentText]:
    """All versions of the practice's own wording, the latest first; staff only."""
    access.staff_only(actor)
    return _versions(access.practice_of(actor))


def sign_off(actor: Actor, kind: ConsentKind, text: str) -> ConsentText | None:
    """Ask in this wording from now on; None where it is asked in it already. Acts keep their words.

    Forbidden for whoever does not change the practice; raises RuleBroken for no wording.
    """
    access.staff_only(actor)
    if not actor.may(Permission.CHANGE_PRACTICE):
        raise Forbidden("The owner decides what clients are asked.")
    if problem := text_problem(text):
        raise problem
    with transaction() as session:
        practice = access.practice_of(actor)
        one_at_a_time(Practice, practice.id)
        asked = in_force(practice)[kind]
        if not asked.is_ours and asked.text == text:
            return None
        row = ConsentText(
            practice_id=practice.id,
            kind=kind,
            number=asked.number + 1,
            text=text,
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=now(),
        )
        session.add(row)
        audit.record(actor, "consent_text.signed", sort=f"to_{kind.value}", number=row.number)
    return row


def _versions(practice: Practice) -> Sequence[ConsentText]:
    query = (
        select(ConsentText)
        .where(ConsentText.practice_id == practice.id)
        .order_by(ConsentText.number.desc(), ConsentText.kind)
    )
    return db.session.scalars(query).all()
