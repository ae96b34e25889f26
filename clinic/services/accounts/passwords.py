"""Password hashes: Argon2id, with the cost in one place."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from clinic.domain.passwords import normalise


@cache
def _hasher(fast: bool) -> PasswordHasher:
    # OWASP: at least 19 MiB and 2 passes; measured 146 ms with the library's 64 MiB and 3 passes
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if fast else PasswordHasher()


def _current() -> PasswordHasher:
    return _hasher(current_app.config["SETTINGS"].argon2_fast)


@cache
def _nobodys(fast: bool) -> str:
    return _hasher(fast).hash("a password that nobody has")


def hashed(password: str) -> str:
    """The hash to store of a password that passed the rules."""
    return _current().hash(normalise(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; takes as long where there is none."""
    fast = current_app.config["SETTINGS"].argon2_fast
    try:
        _current().verify(stored or _nobodys(fast), normalise(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
