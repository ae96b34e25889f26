"""A secret in a page, never twice in the same letters: how small a page packs tells nothing of it."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

MARK = "~"  # no token of ours begins with it; what is not masked is taken as it is


def masked(token: str) -> str:
    """A token under a mask of its own length, with the mask before it."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return MARK + urlsafe_b64encode(mask + _mixed(plain, mask)).decode()


def unmasked(sent: str) -> str:
    """The token under its mask; what has no mask, or a broken one, stays as it is."""
    if not sent.startswith(MARK):
        return sent
    try:
        both = urlsafe_b64decode(sent[len(MARK) :])
        half = len(both) // 2
        return _mixed(both[:half], both[half:]).decode()
    except (Error, ValueError, OverflowError):
        return sent


def _mixed(one: bytes, other: bytes) -> bytes:
    length = len(one)
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(length)
