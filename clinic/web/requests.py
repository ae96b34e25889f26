"""What is noted of each request: its id, its rule and never its path, how it ended and how long that took."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter

from flask import Flask, g, request
from werkzeug.wrappers import Response

from clinic import logs
from clinic.web import metrics
from config import Settings

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# asked again and again by machines; only what is wrong with them is worth a line
QUIET = frozenset(
    {"static", "public.health.alive", "public.health.ready", "public.health.show", "metrics.show"}
)


def init_requests(app: Flask, settings: Settings) -> None:
    """Begin before everything else of a request, and end after it."""
    app.before_request(_begin(settings))
    app.after_request(_end)
    app.jinja_env.globals["request_id"] = logs.request_id.get


def rule() -> str:
    """The rule that was met, as the URL map writes it; never what somebody asked for."""
    return request.url_rule.rule if request.url_rule else "none"


def method() -> str:
    """The method, as far as it is one."""
    return request.method if request.method in METHODS else "other"


def _begin(settings: Settings) -> Callable[[], None]:
    is_behind_proxy = settings.trusted_proxies > 0

    def begin() -> None:
        g.begun = perf_counter()
        given = request.headers.get(HEADER, "") if is_behind_proxy else ""
        logs.request_id.set(given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8))

    return begin


def _end(response: Response) -> Response:
    response.headers[HEADER] = logs.request_id.get()
    seconds = perf_counter() - g.begun
    metrics.note(rule(), method(), response.status_code, seconds)
    level = _level(response.status_code)
    if log.isEnabledFor(level):
        fields = {
            "rule": rule(),
            "method": method(),
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            **g.get("failed", {}),
        }
        log.log(level, "request", extra=fields)
    return response


def _level(status: int) -> int:
    if status >= 500:
        return logging.ERROR
    return logging.DEBUG if request.endpoint in QUIET else logging.INFO
