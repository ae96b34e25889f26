"""Flask as this app needs it: a page is many macros and many links, and each request begins with a cookie."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from flask import Flask, Request, has_request_context, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.routing import Rule

from clinic.reading import ReadAtStart
from clinic.services.reach import from_nothing
from clinic.web.speaking import here
from clinic.web.templating import PageEnvironment

MOST_ADDRESSES = 10_000  # of links that are remembered; those not asked for longest give way
MOST_COOKIES = 10_000
PLAIN = frozenset({str, int, uuid.UUID, type(None)})


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own sessions; what signs them is made once, and a cookie that comes again is read once."""

    def __init__(self) -> None:
        self._signer_of = cache(super().get_signing_serializer)
        self._held = lru_cache(MOST_COOKIES)(self._read)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer_of(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What a browser's cookie holds; nothing where it is not ours or too old."""
        signed = request.cookies.get(self.get_cookie_name(app))
        if not signed:
            return self.session_class()
        try:
            held, signed_at = self._held(app, signed)
        except BadSignature:
            return self.session_class()
        if datetime.now(UTC) - signed_at > app.permanent_session_lifetime:
            return self.session_class()
        # others may change theirs
        return self.session_class(
            {name: value if type(value) is str else deepcopy(value) for name, value in held.items()}
        )

    def _read(self, app: Flask, signed: str) -> tuple[dict[str, Any], datetime]:
        signer = self.get_signing_serializer(app)
        assert signer is not None
        held, signed_at = signer.loads(signed, return_timestamp=True)
        return held, signed_at


class LateRule(Rule):
    """A rule that makes what builds its addresses when it is first asked for one.

    Werkzeug compiles two functions for each rule, which was five sixths of the making of an app; a process
    builds the addresses of few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make = super()._compile_builder
        made: Callable[..., tuple[str, str]] | None = None

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal made
            if made is None:
                made = make(append_unknown)
            return made(rule, **values)

        return build


class ClinicApp(Flask):
    """Flask that remembers the addresses it built: they follow from the page and its ids alone."""

    url_rule_class = LateRule
    jinja_environment = PageEnvironment
    jinja_loader = ReadAtStart()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)  # they are served by a rule of their own
        self.session_interface = CookieSessions()
        self._remembered = lru_cache(MOST_ADDRESSES)(self._relative)
        english = self.create_jinja_environment()
        assert isinstance(english, PageEnvironment)
        self._in_english = english
        self._in_language = cache(english.in_language)

    @property
    def jinja_env(self) -> PageEnvironment:
        """The templates in the language of the page, in English where there is none."""
        spoken = here()
        return self._in_english if spoken.is_english else self._in_language(spoken)

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Each request begins with nobody's rows in reach."""
        with from_nothing():
            return super().wsgi_app(environ, start_response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view of ours is a coroutine, so none is looked at for being one at each step of a request."""
        return func

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """The address of a page, as Flask gives it."""
        bare = _anchor is None and _method is None and _scheme is None and not _external
        if bare and has_request_context() and PLAIN.issuperset(map(type, values.values())):
            return self._remembered(request.root_path, endpoint, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _relative(self, root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return super().url_for(endpoint, **dict(values))
