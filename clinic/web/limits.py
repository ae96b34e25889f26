"""How often one address or one account may try something before it has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Response, request

from clinic.extensions import limiter
from clinic.web import known_browsers
from clinic.web.authz import View, current_actor, is_signed_in
from clinic.web.forms.accounts import address_key

# NIST 800-63B-4 allows at most 100 failed tries an account; there is no hard lock, so that
# nobody can shut the owner out by trying.
PER_ADDRESS = "30 per 10 minutes"
PER_ACCOUNT = "8 per 10 minutes;40 per day"
LONGEST_WAIT = 600  # seconds, where the store of limits does not say


def account_key() -> str:
    """The account a form names, however it is spelled; browsers it knows have tries of their own."""
    key = address_key(request.form.get("email", ""))
    return f"account:{key}:{known_browsers.name_of(key)}"


def own_account_key() -> str:
    """The account of whoever is signed in: an open browser is no place to try passwords either."""
    return f"account:{current_actor().user_id}"


def open_browser_key() -> str:
    """The same on a page that everybody may call up; who is not signed in gets no further there."""
    return own_account_key() if is_signed_in() else "account:nobody"


def did_not_work(answer: Response) -> bool:
    """Whether a form was refused: what worked uses nothing up, though a class signs in from one hall."""
    return answer.status_code != 303


def seconds_to_wait() -> int:
    """How long whoever was just refused has to wait."""
    refused = limiter.current_limit
    return max(1, int(refused.reset_at - time.time())) if refused else LONGEST_WAIT


def on_post(limit: str, **options: Any) -> Callable[[View], View]:
    """A limit for sending a form; looking at it is free."""
    return limiter.limit(limit, methods=["POST"], **options)
