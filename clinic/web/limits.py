"""How often one address or one account may try something before it has to wait."""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request
from limits import parse, parse_many

from clinic.extensions import caller, limiter
from clinic.web import known_browsers
from clinic.web.authz import View, current_actor, is_signed_in
from clinic.web.forms.accounts import address_key
from clinic.web.tries_on_disk import TriesOnDisk
from config import Settings

# NIST 800-63B-4 allows at most 100 failed tries an account; there is no hard lock, so that
# nobody can shut the owner out by trying.
PER_ADDRESS = "30 per 10 minutes"
PER_ACCOUNT = "8 per 10 minutes;40 per day"
AT_FIRST, IN_A_DAY = PER_ACCOUNT.split(";")
MANY = parse(IN_A_DAY)  # from browsers that the account does not know, all together; then they go on slowly
SLOWLY = "1 per 30 minutes"  # so less than a hundred a day in all
NEW_BROWSERS = parse("5 per day")  # that an account gets to know
LONGEST_WAIT = 600  # seconds, where the store of limits does not say
TRIES = "tries:"  # begins the names of limits that are given back by what worked


def init_limits(app: Flask, settings: Settings) -> None:
    """Count beside the data while the broker does not answer, for all processes that share them."""
    if settings.env != "test":
        limiter.fall_back_on(TriesOnDisk(settings.data_dir / "tries.sqlite3"))
    app.after_request(_give_back)


def account_key() -> str:
    """The account a form names, however it is spelled; browsers it knows have tries of their own."""
    key = _address_key()
    known = known_browsers.known_to(key)
    return f"known:{known.user_id.hex}:{known.name}" if known else f"account:{_sealed(key)}"


def per_account(*, deduct_when: Callable[[Response], bool] | None = None) -> Callable[[View], View]:
    """A limit on tries at the account that a form names.

    Browsers that the account does not know share one budget. It never closes for a day: after many tries the
    next are slow, so that whoever tries from elsewhere keeps nobody out.
    """
    limits = (
        on_post(AT_FIRST, key_func=account_key, deduct_when=deduct_when),
        on_post(IN_A_DAY, key_func=account_key, deduct_when=deduct_when, exempt_when=_is_unknown),
        on_post(SLOWLY, key_func=account_key, deduct_when=deduct_when, exempt_when=_is_quick),
    )

    def limited(view: View) -> View:
        for limit in limits:
            view = limit(view)
        return view

    return limited


def may_try_others(address_key: str) -> bool:
    """Whether a browser that knows one account of an address may try at its other accounts, too."""
    key = f"others:{_sealed(address_key)}"
    return all(limiter.limiter.hit(limit, key) for limit in parse_many(PER_ACCOUNT))


def may_know(user_id: uuid.UUID) -> bool:
    """Whether an account may get to know one browser more today."""
    return limiter.limiter.hit(NEW_BROWSERS, f"browsers:{user_id.hex}")


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
    if refused is None:
        return LONGEST_WAIT
    try:
        return max(1, int(refused.reset_at - time.time()))
    except Exception:  # the store hangs since it has said no
        return LONGEST_WAIT


def on_post(
    limit: str,
    *,
    key_func: Callable[[], str] = caller,
    deduct_when: Callable[[Response], bool] | None = None,
    **options: Any,
) -> Callable[[View], View]:
    """A limit for sending a form; looking at it is free.

    All tries count from their beginning, else forty at once would be forty before the first has failed.
    With `deduct_when=did_not_work` those that worked are given back at their end.
    """
    assert deduct_when in (None, did_not_work)
    begins = TRIES if deduct_when else ""
    return limiter.limit(limit, methods=["POST"], key_func=lambda: begins + key_func(), **options)


def _address_key() -> str:
    return address_key(request.form.get("email", ""))


def _is_unknown() -> bool:
    return known_browsers.known_to(_address_key()) is None


def _is_quick() -> bool:
    """Whether a try need not be slow: in a browser that is known, or as long as there were few today."""
    key = _address_key()
    if known_browsers.known_to(key):
        return True
    return limiter.limiter.hit(MANY, f"today:{request.endpoint}:{_sealed(key)}")


def _give_back(answer: Response) -> Response:
    if request.method == "POST" and not did_not_work(answer):
        for used in limiter.current_limits:
            if used.request_args[-2].startswith(TRIES):
                limiter.limiter.hit(used.limit, *used.request_args, cost=-1)
    return answer


def _sealed(address_key: str) -> str:
    """What stands in the broker for an address: nobody who looks there reads whose it is."""
    settings: Settings = current_app.config["SETTINGS"]
    name = b"limits:" + address_key.encode("utf-8", "replace")
    return hmac.new(settings.secret_key.encode(), name, "sha256").hexdigest()[:32]
