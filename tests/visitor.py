"""A browser for tests that looks at every page it is given as a careful reviewer would."""

from __future__ import annotations

from copy import copy
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from clinic.domain.masking import masked
from clinic.extensions import db
from clinic.models import User
from clinic.services import reach
from clinic.services.accounts import sessions
from clinic.services.transaction import transaction
from tests.page_lint import lint

CSRF_RAW = "0123456789abcdef0123456789abcdef01234567"


class Visitor:
    """A test client with a cookie, a form token, and a lint of each HTML answer."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        cookie: dict[str, Any] = {"csrf_token": CSRF_RAW}
        if user is not None:
            with transaction():
                cookie["_user_id"] = sessions.begin(user, persistent=False)
            cookie["_fresh"] = True
        self._keep(cookie)

    def again(self) -> Visitor:
        """Another browser that holds the same cookie: signed in, without the price of signing in."""
        other, cookie = copy(self), self.client.get_cookie(self._cookie_name)
        assert cookie is not None
        other.client = self.app.test_client()
        other.client.set_cookie(self._cookie_name, cookie.value)
        return other

    def get(self, url: str, *, status: int | None = 200, **options: Any) -> TestResponse:
        """Fetch a page; its status and its HTML are checked."""
        with self.app.app_context():  # a request reuses the test's context otherwise, and its `g`
            answer = self.client.get(url, **options)
        reach.tell()  # test and request share a connection
        return self._checked(answer, status)

    def post(
        self,
        url: str,
        data: dict[str, Any] | None = None,
        *,
        status: int | None = None,
        token: bool = True,
        **options: Any,
    ) -> TestResponse:
        """Send a form, with a valid token unless told otherwise."""
        values = dict(data or {})
        if token:
            values.setdefault("csrf_token", self.token())
        with self.app.app_context():
            answer = self.client.post(url, data=values, **options)
        reach.tell()
        return self._checked(answer, status)

    def token(self) -> str:
        """The form token that belongs to this browser's cookie, as pages show it."""
        cookie = self._held()
        if "csrf_token" not in cookie:
            self._keep(cookie | {"csrf_token": CSRF_RAW})
        raw = self._held()["csrf_token"]
        return masked(str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw)))

    def _held(self) -> dict[str, Any]:
        cookie = self.client.get_cookie(self._cookie_name)
        return self._signing.loads(cookie.value) if cookie and cookie.value else {}

    def _keep(self, cookie: dict[str, Any]) -> None:
        self.client.set_cookie(self._cookie_name, self._signing.dumps(cookie))

    @property
    def _cookie_name(self) -> str:
        return str(self.app.config["SESSION_COOKIE_NAME"])

    @property
    def _signing(self) -> URLSafeTimedSerializer:
        return SecureCookieSessionInterface().get_signing_serializer(self.app)

    def _checked(self, answer: TestResponse, status: int | None) -> TestResponse:
        db.session.expire_all()  # what the test holds is from before this request
        if status is not None:
            assert answer.status_code == status, (
                f"{answer.status_code}: {answer.get_data(as_text=True)[:2000]}"
            )
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            problems = lint(answer.get_data(as_text=True), answer.headers.get("Content-Security-Policy", ""))
            assert not problems, f"{answer.request.path}: " + "; ".join(problems)
        return answer
