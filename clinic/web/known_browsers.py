"""Browsers that an account has signed in with before. They have tries of their own at its password.

Whoever tries passwords from elsewhere uses up everybody else's tries, not the owner's on their own device.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from config import Settings

MOST = 5  # accounts of one browser; the oldest are forgotten
LIFETIME = timedelta(days=365)


def name_of(address_key: str) -> str:
    """This browser's name for an account that has signed in with it; empty where none has."""
    return _held().get(_mark(address_key), "")


def remember(answer: Response, address_key: str) -> Response:
    """Let the answer's browser know that this account has just signed in with it."""
    held = _held()
    mark = _mark(address_key)
    kept = [(mark, held.pop(mark, "") or secrets.token_urlsafe(12)), *held.items()][:MOST]
    answer.set_cookie(
        _cookie(),
        str(_signer().dumps(kept)),
        max_age=LIFETIME,
        secure=_settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _held() -> dict[str, str]:
    try:
        return {str(mark): str(name) for mark, name in _signer().loads(request.cookies.get(_cookie(), ""))}
    except (BadSignature, TypeError, ValueError):
        return {}


def _mark(address_key: str) -> str:
    """What the cookie holds instead of the address: the next person at this device cannot read it."""
    return hmac.new(_settings().secret_key.encode(), address_key.encode(), "sha256").hexdigest()[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_settings().secret_key, salt="known-browser-v1")


def _cookie() -> str:
    return "__Host-regroove-known" if _settings().secure_cookies else "regroove-known"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
