"""What went wrong, as a page of our own: what happened and what to do next."""

from __future__ import annotations

import logging
import math
from typing import Any

from flask import Flask, g, render_template
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from werkzeug.exceptions import HTTPException, SecurityError

from clinic import logs
from clinic.domain.errors import Conflict, Forbidden, LinkProblem, NotFound
from clinic.domain.traces import trace
from clinic.domain.types import LinkProblemKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.web.limits import seconds_to_wait
from clinic.web.looking import tell_of_refusal
from clinic.web.speaking import here

log = logging.getLogger(__name__)
NOT_OURS = say("This address is not one of ours.")
NO_DATABASE = say("The clinic's database does not answer. Nothing was saved. Please try again in a minute.")
PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 429, 500, 503})


def init_errors(app: Flask) -> None:
    """One page a status, and domain errors turned into them."""
    app.register_error_handler(NotFound, lambda error: refused(404))
    app.register_error_handler(Forbidden, lambda error: refused(403))
    app.register_error_handler(LinkProblem, link_problem)
    app.register_error_handler(Conflict, lambda error: page(409))
    app.register_error_handler(CSRFError, lambda error: page(400))
    app.register_error_handler(RateLimitExceeded, too_many)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(NoneFree, database_away)
    app.register_error_handler(SecurityError, other_host)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, crash)


def page(status: int, **context: Any) -> tuple[str, int]:
    """The page of one status; the session is clean before a template could ask it anything."""
    db.session.rollback()
    known = status if status in PAGES else 400 if status < 500 else 500
    return render_template(f"errors/{known}.html", **context), status


def refused(status: int) -> tuple[str, int]:
    """Not theirs, or not for them: the same page whether it exists or not, and a line of the trail."""
    db.session.rollback()
    tell_of_refusal()
    return page(status)


def http(error: HTTPException) -> Any:
    """Werkzeug's own errors, on our pages; redirects pass."""
    if error.code is None or error.code < 400:
        return error
    body, status = page(error.code)
    kept = {"allow", "retry-after"}
    headers = [(name, value) for name, value in error.get_headers() if name.lower() in kept]
    return body, status, headers


def too_many(error: RateLimitExceeded) -> tuple[str, int, dict[str, str]]:
    """Tried too often: when to come back, in words and for machines."""
    wait = seconds_to_wait()
    body, status = page(429, minutes=math.ceil(wait / 60))
    return body, status, {"Retry-After": str(wait)}


def other_host(error: SecurityError) -> tuple[str, int, dict[str, str]]:
    """A Host that is not ours: no page of ours can be drawn, for its links would need an address."""
    return here().spoken(NOT_OURS), 400, {"Content-Type": "text/plain; charset=utf-8"}


def link_problem(error: LinkProblem) -> tuple[str, int]:
    """A mailed link that cannot be used: which kind of trouble, and the way on."""
    db.session.rollback()
    status = 404 if error.kind is LinkProblemKind.UNKNOWN else 410
    return render_template("public/link_problem.html", kind=error.kind), status


def database_away(error: OperationalError | NoneFree) -> tuple[str, int]:
    """The database does not answer, is locked or has no connection left: the person may try again."""
    g.failed = logs.about(error)
    log.error("database unavailable: %s", type(getattr(error, "orig", error)).__name__, extra=g.failed)
    try:
        return page(503)
    except SQLAlchemyError:
        return here().spoken(NO_DATABASE), 503


def crash(error: Exception) -> tuple[str, int]:
    """Anything unforeseen; the log holds the trace, the page holds no detail."""
    g.failed = logs.about(error)
    log.error("unhandled error: %s", trace(error), extra=g.failed)
    return page(500)
