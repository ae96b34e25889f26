"""Forms that came after their session had ended: kept sealed for half an hour, for the same person alone.

Whose form it is, the ended session tells. It is given back only to the browser that sent it, once that person
has signed in there again. Secrets are not kept, and files cannot be.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, select

from clinic.extensions import db
from clinic.models import AuthSession, KeptForm, User
from clinic.models.base import points_at
from clinic.services import sealing
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.links import digest
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

LIFETIME = timedelta(minutes=30)
LARGEST = 256 * 1024  # characters; more than any form of ours holds
PURPOSE = "kept forms"

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A form as it was sent: where to, and what was typed."""

    path: str
    fields: Fields


@across_practices("whose browser this was")
def keep(session_secret: str, path: str, fields: Fields) -> uuid.UUID | None:
    """Keep a form for whoever's session this was; None where that is nobody who may still sign in."""
    text = json.dumps({"path": path, "fields": fields})
    if len(text) > LARGEST:
        return None
    with transaction():
        owner = db.session.execute(
            select(User.practice_id, User.id)
            .join(AuthSession, points_at(AuthSession.user_id, User))
            .where(AuthSession.token_hash == digest(session_secret), User.is_open)
        ).first()
        if owner is None:
            return None
        practice_id, user_id = owner
        _forget(practice_id, user_id)  # one at a time: an ended session fills no disk
        kept_id = uuid.uuid4()
        sealed = sealing.seal(PURPOSE, _place(kept_id, user_id), text)
        db.session.add(
            KeptForm(
                id=kept_id,
                practice_id=practice_id,
                user_id=user_id,
                sealed=sealed,
                expires_at=now() + LIFETIME,
            )
        )
    return kept_id


def give_back(actor: Actor, kept_id: uuid.UUID) -> GivenBack | None:
    """The form, if it is this person's and its time is not over."""
    row = db.session.scalar(
        select(KeptForm).where(
            KeptForm.practice_id == actor.practice_id,
            KeptForm.user_id == actor.user_id,
            KeptForm.id == kept_id,
            KeptForm.expires_at > now(),
        )
    )
    if row is None:
        return None
    try:
        found = json.loads(sealing.unseal(PURPOSE, _place(row.id, row.user_id), row.sealed))
    except sealing.Unreadable:
        return None
    return GivenBack(found["path"], tuple((name, value) for name, value in found["fields"]))


def forget(actor: Actor) -> None:
    """It was used, or is not wanted."""
    with transaction():
        _forget(actor.practice_id, actor.user_id)


def _forget(practice_id: uuid.UUID, user_id: uuid.UUID) -> None:
    db.session.execute(
        delete(KeptForm).where(and_(KeptForm.practice_id == practice_id, KeptForm.user_id == user_id))
    )


def _place(kept_id: uuid.UUID, user_id: uuid.UUID) -> str:
    return f"kept_form.sealed.{kept_id.hex}.{user_id.hex}"
