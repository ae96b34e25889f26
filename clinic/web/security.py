"""Headers, cookies and the checks every request passes before any view."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, session
from itsdangerous import URLSafeTimedSerializer
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from clinic.extensions import SAFE_METHODS, csrf, limiter
from clinic.serving.arrival import LARGEST_BODY
from config import LOOPBACK, Settings

_CLOSED = "microphone=(), geolocation=(), payment=(), interest-cohort=()"
PERMISSIONS = f"camera=(), {_CLOSED}"
MIRROR_PERMISSIONS = f"camera=(self), {_CLOSED}"  # for the one page that asks for it, when somebody wants it
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not even to ourselves: it would carry secrets of links and searched names into a proxy's log
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR = 31_536_000  # seconds
ONE_DAY = 86_400
RAW = "api.bounces.take"  # reads the body itself
APP = "public.home.app"  # the same for everybody; phones ask for it with each page
MEDIA = frozenset({"practitioner.media.show", "client.media.show"})
MEDIA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"  # nothing in such a file runs or loads
MOST_BROWSERS = 10_000  # whose mark is remembered
# a broker that hangs would hold up every page for good; this long, once, and the limits are kept in memory
_IMPATIENT = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "retry": Retry(NoBackoff(), 0)}


def init_security(app: Flask, settings: Settings) -> None:
    """Cookies, trusted hosts, CSRF, rate limits and the answer's headers."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-regroove" if settings.secure_cookies else "regroove",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        TRUSTED_HOSTS=_hosts(settings),
        MAX_CONTENT_LENGTH=LARGEST_BODY,  # the server hands on no more of it
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the session it is bound to
        WTF_CSRF_SSL_STRICT=False,  # the Origin check below does it
        RATELIMIT_STORAGE_URI=_limits_storage(settings),
        RATELIMIT_STORAGE_OPTIONS=_IMPATIENT if settings.env != "test" else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=False,  # what cannot be counted is not tried
        RATELIMIT_KEY_PREFIX="limits",
        RATELIMIT_HEADERS_ENABLED=False,
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_host=0)  # type: ignore[method-assign]
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_refuse_other_origins)
    app.before_request(_refuse_files)
    app.before_request(_mark_forms(settings))
    app.after_request(_headers(settings))
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """This answer's nonce, the same however often a page asks."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _limits_storage(settings: Settings) -> str:
    # what kombu calls redis+socket, the limits' library calls redis+unix
    url = settings.effective_broker_url.replace("redis+socket", "redis+unix")
    return "memory://" if settings.env == "test" else url


def _hosts(settings: Settings) -> list[str]:
    # loopback too, so that a monitor on the server can ask for /healthz; no link is made from the Host header
    return sorted({settings.host, *LOOPBACK})


def _refuse_other_origins() -> None:
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    # a page that tells no referrer hides its origin, too ("null"); browsers then still say whether it is ours
    is_named = origin not in (None, "null") and urlsplit(origin).netloc != request.host
    if is_named or request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        abort(400, "This form was sent from another site.")


def _refuse_files() -> None:
    """Few rules take a file, in one field; what stands elsewhere, where a word is expected, is no word."""
    if request.method in SAFE_METHODS:
        return
    rule = current_app.extensions["policy"].get(request.endpoint)
    taken = {rule.takes_file} if rule is not None else set()
    is_form = request.mimetype == "multipart/form-data" and request.endpoint != RAW
    if is_form and request.files.keys() - taken:
        abort(400, "No file is taken here.")


def _mark_forms(settings: Settings) -> Callable[[], None]:
    """What marks our forms has no end of its own, so it is signed once for a browser, not once a page."""
    signer = URLSafeTimedSerializer(settings.secret_key, salt="wtf-csrf-token")
    signed = lru_cache(MOST_BROWSERS)(signer.dumps)

    def mark() -> None:
        if request.endpoint != "static" and (token := session.get("csrf_token")):
            g.csrf_token = signed(token)

    return mark


def policy(*, frames: bool = False) -> str:
    """The content security policy; with `frames` the page may hold frames of ours."""
    return (
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}' 'strict-dynamic'; style-src 'self'; "
        "img-src 'self' data:; media-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        + ("; frame-src 'self'" if frames else "")
    )


def mail_headers(sandbox: str = "") -> dict[str, str]:
    """For a mail shown as it is, with its inline styles, in a frame of ours that may run and load nothing."""
    return {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox {sandbox}".rstrip(),
        "X-Frame-Options": "SAMEORIGIN",
    }


def _headers(settings: Settings) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        there = {name.lower() for name, _ in response.headers}
        for name, value in FIXED_HEADERS.items():
            if name.lower() not in there:
                response.headers.add(name, value)
        if settings.secure_cookies:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = policy()
        if request.endpoint == "static" and response.status_code in (200, 206, 304):
            # the address holds the file's hash
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
            session.accessed = False  # else it would be fetched anew with every new cookie
        elif request.endpoint == APP and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={ONE_DAY}"
            session.accessed = False
        elif request.endpoint in MEDIA and response.status_code in (200, 206, 304):
            # asked for again each time, with its ETag: whoever may see it no longer is told so
            response.headers["Cache-Control"] = "private, no-cache"
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    return add
