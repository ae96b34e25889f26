"""Asked again who sits there: before a record leaves, an account is closed or the mail server changed."""

from __future__ import annotations

import uuid

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import User
from clinic.services import audit
from clinic.services.accounts import passwords, second_step, sessions
from clinic.services.actors import Actor
from clinic.services.transaction import release, transaction


def prove(
    actor: Actor, session_id: uuid.UUID, *, password: str = "", code: str = "", passkey: str = ""
) -> str:
    """Show who sits there: by the second step where there is one, else by the password.

    Returns the session's new secret; raises RuleBroken if it is wrong.
    """
    user = db.session.get_one(User, actor.user_id)
    if user.second_step_since is not None:
        return second_step.prove(actor, session_id, code, passkey)
    stored = user.password_hash
    release()
    if not passwords.matches(stored, password):
        raise RuleBroken(say("That is not your password."), "password")
    with transaction():
        secret = sessions.prove(session_id)
        audit.record(actor, "session.proven")
    return secret
