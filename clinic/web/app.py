"""Flask as this app needs it: a page is many macros and many links, and each request begins with a cookie."""

from __future__ import annotations

import uuid
from functools import cache, lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from clinic.reading import ReadAtStart
from clinic.services.reach import from_nothing
from clinic.web.templating import PageEnvironment

MOST_ADDRESSES = 10_000  # of links that are remembered; those not asked for longest give way
PLAIN = frozenset({str, int, uuid.UUID, type(None)})


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own sessions; what reads and signs them is made once, not at each request."""

    def __init__(self) -> None:
        self._signer_of = cache(super().get_signing_serializer)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer_of(app)


class ClinicApp(Flask):
    """Flask that remembers the addresses it built: they follow from the page and its ids alone."""

    jinja_environment = PageEnvironment
    jinja_loader = ReadAtStart()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)  # they are served by a rule of their own
        self.session_interface = CookieSessions()
        self._remembered = lru_cache(MOST_ADDRESSES)(self._relative)

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Each request begins with nobody's rows in reach."""
        with from_nothing():
            return super().wsgi_app(environ, start_response)

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
