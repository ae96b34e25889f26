"""How often one address or one account may try something before it has to wait."""

from __future__ import annotations

from flask import request

from clinic.extensions import limiter

# NIST 800-63B-4 allows at most 100 failed tries an account; there is no hard lock, so that
# nobody can shut the owner out by trying.
PER_ADDRESS = "30 per 10 minutes"
PER_ACCOUNT = "8 per 10 minutes;40 per day"


def account_key() -> str:
    """The account a form names, folded; the limit must not depend on how it is spelled."""
    return "account:" + request.form.get("email", "").strip().casefold()[:254]


def on_post(limit: str, **options: object):  # type: ignore[no-untyped-def]
    """A limit for sending a form; looking at it is free."""
    return limiter.limit(limit, methods=["POST"], **options)  # type: ignore[arg-type]
