"""Asked again who sits there: before a record leaves, an account is closed or the mail server changed."""

from __future__ import annotations

import uuid

from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import User
from clinic.services import audit
from clinic.services.accounts import passwords, sessions
from clinic.services.actors import Actor
from clinic.services.transaction import release, transaction


def prove_with_password(actor: Actor, session_id: uuid.UUID, password: str) -> str:
    """Show by the password who sits there; returns the session's new secret, raises RuleBroken."""
    stored = db.session.get_one(User, actor.user_id).password_hash
    release()
    if not passwords.matches(stored, password):
        raise RuleBroken("That is not your password.", "password")
    with transaction():
        secret = sessions.prove(session_id)
        audit.record(actor, "session.proven")
    return secret
