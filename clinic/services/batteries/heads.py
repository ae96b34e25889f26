"""What a practice's own tests and batteries share: who makes them, one for each form sent, and their end."""

from __future__ import annotations

from typing import TypeVar

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden
from clinic.extensions import db
from clinic.models import OwnBattery, OwnTest
from clinic.services import access, once
from clinic.services.actors import Actor
from clinic.services.batteries import offered as batteries
from clinic.services.clock import now

Head = TypeVar("Head", OwnTest, OwnBattery)


def must_make(actor: Actor) -> None:
    """Refuse whoever may not make tests and batteries."""
    access.staff_only(actor)
    if not actor.may(Permission.MAKE_TESTS):
        raise Forbidden("A practitioner or the owner makes tests and batteries.")


def begin(actor: Actor, kind: type[Head], form_key: str) -> tuple[Head, bool]:
    """A new one, and True; `form_key` comes with the form: its second press finds what the first made."""
    made_id = once.id_of(kind, actor.practice_id, form_key)
    head = kind(
        id=made_id,
        practice_id=actor.practice_id,
        key=f"{batteries.OWN}{made_id.hex[:16]}",
        created_by=actor.user_id,
        created_at=now(),
    )
    return once.add(head)


def lock(head: Head) -> Head:
    """The same, as it stands now and until the transaction ends."""
    db.session.refresh(head, with_for_update=True)
    return head


def retire(actor: Actor, head: Head) -> bool:
    """Offer it no more; False if that was so already."""
    if head.retired_at is not None:
        return False
    head.retired_by, head.retired_at = actor.user_id, now()
    return True
