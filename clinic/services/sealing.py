"""Secrets that have to be read again: sealed with a key from CLINIC_SECRET_KEY, and bound to their place.

AES-GCM with the place as associated data: what is cut, changed or moved to another row does not open. Each
purpose has a key of its own (HKDF), so that nothing sealed for one opens for another.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from config import Settings

VERSION = b"1"
NONCE = 12  # bytes


class Unreadable(Exception):
    """It does not open: CLINIC_SECRET_KEY is another one now, or somebody has changed it."""


def seal(purpose: str, place: str, text: str) -> str:
    """Text that only this installation can read again, at this place (table, column and row)."""
    nonce = os.urandom(NONCE)
    return urlsafe_b64encode(
        VERSION + nonce + _box(purpose).encrypt(nonce, text.encode(), _bound(place))
    ).decode()


def unseal(purpose: str, place: str, sealed: str) -> str:
    """What was sealed for this purpose and place; raises Unreadable."""
    try:
        whole = urlsafe_b64decode(sealed)
        if whole[:1] != VERSION:
            raise Unreadable
        nonce, rest = whole[1 : 1 + NONCE], whole[1 + NONCE :]
        return _box(purpose).decrypt(nonce, rest, _bound(place)).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def derived(purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, the same for as long as CLINIC_SECRET_KEY is."""
    settings: Settings = current_app.config["SETTINGS"]
    return _key(settings.secret_key, purpose)


def _bound(place: str) -> bytes:
    return VERSION + place.encode()


def _box(purpose: str) -> AESGCM:
    return AESGCM(derived(purpose))


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"regroove {purpose}".encode()).derive(secret.encode())
