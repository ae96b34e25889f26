"""People with a second step, and the codes their app shows."""

from __future__ import annotations

import uuid

import pyotp

from clinic.extensions import db
from clinic.models import Authenticator, User
from clinic.services import sealing
from clinic.services.accounts import second_step, sessions
from clinic.services.accounts import signing_in as accounts
from clinic.services.clock import now
from clinic.services.transaction import transaction


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return str(pyotp.TOTP(secret).generate_otp(int(now().timestamp()) // 30 + steps))


def begin_with(user: User, secret: str) -> None:
    """An app with this key, being set up."""
    app_id = uuid.uuid4()
    about = {"id": app_id, "practice_id": user.practice_id, "user_id": user.id, "created_at": now()}
    sealed = sealing.seal(second_step.PURPOSE, second_step.place(app_id, user.id), secret)
    db.session.add(Authenticator(sealed=sealed, **about))
    db.session.flush()


def set_up_app(user: User) -> tuple[str, tuple[str, ...]]:
    """Give somebody an app; returns its secret and the recovery codes. The code of a step ago is used."""
    actor = accounts.actor_of(user)
    with transaction():
        session = sessions.begin(user, persistent=False)
    found = sessions.find(session)
    assert found is not None
    second_step.begin_app(actor)
    wanted = second_step.app_to_set_up(actor)
    assert wanted is not None
    done = second_step.confirm_app(actor, found.session_id, code_of(wanted.secret, -1))
    return wanted.secret, done.codes
