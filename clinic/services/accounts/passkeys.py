"""Passkeys as a second step: what a browser is asked, and whether its answer is right.

A challenge stands with the session it was made for, and answers one answer.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Passkey, Practice, User
from clinic.services.accounts import sessions
from clinic.services.clock import now
from clinic.services.transaction import transaction
from config import Settings

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

WRONG = say("That passkey did not work. Try again, or use a code.")
LONGEST = 20_000  # characters of an answer; a real one has some hundreds


def of(user: User) -> list[Passkey]:
    """Somebody's passkeys, the first one first."""
    return list(db.session.scalars(select(Passkey).where(_of(user)).order_by(Passkey.created_at, Passkey.id)))


def options_to_add(user: User, session_id: uuid.UUID) -> str:
    """What a browser is asked to make a passkey with, as JSON.

    The password came first: that somebody is there is enough, and a key without a PIN will do.
    """
    from webauthn import generate_registration_options, options_to_json  # starting.LATE says why here
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    challenge = _new_challenge(session_id)
    practice = db.session.get_one(Practice, user.practice_id)
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=practice.name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        ),
        exclude_credentials=_descriptors(user),
    )
    return options_to_json(options)


def options_to_use(user: User, session_id: uuid.UUID) -> str:
    """What a browser is asked to show one of somebody's passkeys with, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = _new_challenge(session_id)
    options = generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    return options_to_json(options)


def add(user: User, session_id: uuid.UUID, answer: str, device: str) -> Passkey:
    """Keep the passkey that a browser has made, within the caller's transaction; raises RuleBroken."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = sessions.take_challenge(session_id)
    try:
        found = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise RuleBroken(say("That passkey could not be set up. Try again, or set up an app.")) from None
    row = Passkey(
        practice_id=user.practice_id,
        user_id=user.id,
        credential_id=bytes_to_base64url(found.credential_id),
        public_key=bytes_to_base64url(found.credential_public_key),
        sign_count=found.sign_count,
        device=device,
        created_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RuleBroken(say("This passkey is set up already.")) from None
    return row


def use(user: User, session_id: uuid.UUID, answer: str) -> bool:
    """Whether a browser has shown one of somebody's passkeys, within the caller's transaction."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = sessions.take_challenge(session_id)
    try:
        shown = _read(answer)
        query = select(Passkey).where(_of(user), Passkey.credential_id == str(shown["id"]))
        row = db.session.scalar(query)
        if row is None:
            return False
        found = verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    row.sign_count, row.last_used_at = found.new_sign_count, now()
    return True


def _new_challenge(session_id: uuid.UUID) -> bytes:
    with transaction():
        return sessions.put_challenge(session_id)


def _read(answer: str) -> dict[str, object]:
    if len(answer) > LONGEST:
        raise ValueError("too long")
    try:
        read = json.loads(answer)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(read, dict) or not str(read.get("id")).isprintable():
        raise TypeError("not an object with a name")
    return read


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in of(user)]


def _of(user: User) -> ColumnElement[bool]:
    return and_(Passkey.practice_id == user.practice_id, Passkey.user_id == user.id)


def _host() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.host


def _origin() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"
