"""Browsers that an account has signed in with before. They have tries of their own at its password.

Whoever tries passwords from elsewhere uses up everybody else's tries, not the owner's on their own device. A
browser's name is good for the account it signed in to, not for others of the same address.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from config import Settings

MOST = 5  # accounts of one browser; the oldest are forgotten
LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """What this browser is called by an account that has signed in with it."""

    user_id: uuid.UUID
    name: str


def known_to(address_key: str) -> KnownBrowser | None:
    """The account of this address that has signed in here, the latest; None where none has."""
    mark = _mark(address_key)
    return next((known for known_mark, known in _held() if known_mark == mark), None)


def remember(answer: Response, address_key: str, user_id: uuid.UUID, *, may_be_new: bool = True) -> Response:
    """Let the answer's browser know that this account has just signed in with it.

    Without `may_be_new` a browser that is not known yet stays so.
    """
    mark, held = _mark(address_key), _held()
    before = next((known for _, known in held if known.user_id == user_id), None)
    if before is None and not may_be_new:
        return answer
    name = before.name if before else secrets.token_urlsafe(12)
    others = [(each, known) for each, known in held if known.user_id != user_id]
    kept = [(mark, KnownBrowser(user_id, name)), *others][:MOST]
    answer.set_cookie(
        _cookie(),
        str(_signer().dumps([(each, known.user_id.hex, known.name) for each, known in kept])),
        max_age=LIFETIME,
        secure=_settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def is_known_to(user_id: uuid.UUID) -> bool:
    """Whether this account has signed in here before."""
    return any(known.user_id == user_id for _, known in _held())


def _held() -> list[tuple[str, KnownBrowser]]:
    try:
        return [
            (str(mark), KnownBrowser(uuid.UUID(user_id), str(name)))
            for mark, user_id, name in _signer().loads(request.cookies.get(_cookie(), ""))
        ]
    except (BadSignature, TypeError, ValueError, AttributeError):
        return []


def _mark(address_key: str) -> str:
    """What the cookie holds instead of the address: the next person at this device cannot read it."""
    return hmac.new(_settings().secret_key.encode(), address_key.encode(), "sha256").hexdigest()[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_settings().secret_key, salt="known-browser-v2")


def _cookie() -> str:
    return "__Host-regroove-known" if _settings().secure_cookies else "regroove-known"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
