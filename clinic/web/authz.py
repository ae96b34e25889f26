"""Who may open which page: each rule of the URL map names its audience, and nothing opens without one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Flask,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from clinic.domain.access import is_staff, may
from clinic.domain.devices import device_words
from clinic.domain.errors import NotFound
from clinic.domain.sessions import is_proven
from clinic.domain.types import Audience, Role
from clinic.domain.words import say
from clinic.extensions import SAFE_METHODS, csrf, login_manager
from clinic.services.accounts import sessions
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.web import given_back, viewing
from clinic.web.looking import tell_of_looks
from clinic.web.speaking import flash
from clinic.web.viewing import Viewing

View = Callable[..., Any]
WARNING_SIGNS = frozenset({"client.warnings.show", "client.warnings.taken_back"})

# What is open to whoever has to set up a second step first.
SETTING_UP = frozenset(
    f"practitioner.second_step.{name}"
    for name in ("show", "begin_app", "app", "passkey_options", "add_passkey")
)
CLOSED = say(
    "Your account here is closed, and you are signed out. An owner of the practice can open it again."
)
CLOSED_IN_A_FORM = say(
    "Your account here is closed, and you are signed out. An owner of the practice can open it again. "
    "What you were typing is not saved; nothing that was saved before is lost."
)
FORGET = '"cache", "storage"'  # what a browser keeps of ours
FORGET_PAGES = '"cache"'
WAITING = "second_step"  # in the cookie: the session that waits for it


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the URL map. `record` names the kind of record whose id is in the path.

    `asks_again`: whoever has not shown in the last minutes who they are is asked before the view is reached.
    `takes_file`: the one field of its form that may hold a file.
    `by_itself`: open pages ask for it again and again, whoever sits there or not.
    """

    path: str
    view: View
    audience: Audience
    methods: tuple[str, ...] = ("GET",)
    record: str | None = None
    csrf: bool = True
    asks_again: bool = False
    takes_file: str = ""
    by_itself: bool = False

    @property
    def endpoint(self) -> str:
        return f"{self.view.__module__.removeprefix('clinic.web.')}.{self.view.__name__}"


class SignedIn(UserMixin):
    """Flask-Login's idea of a user: one signed-in browser, known by its session's secret."""

    def __init__(self, secret: str, found: sessions.LivingSession) -> None:
        self.secret = secret
        self.session_id: uuid.UUID = found.session_id
        self.actor: Actor = found.actor
        self.email: str = found.email
        self.is_archived: bool = found.is_archived
        self.proven_at = found.proven_at
        self.has_second_step = found.has_second_step
        self.must_set_up = found.must_set_up
        self.only_own = found.only_own
        self.comforts = found.comforts
        self.own_device = found.own_device
        self.unread = found.unread
        self.mail_version = found.mail_version
        self.may_have_news = found.may_have_news
        self.sweep_at = found.sweep_at
        self.viewer: Actor | None = None  # who of the practice sees a client's page as they do
        self._held = found.practice, found.client  # the database session forgets what nobody holds

    def get_id(self) -> str:
        return self.secret

    def see_as(self, seen: Viewing) -> None:
        """Have this request's page made for a client whose pages somebody of the practice looks at."""
        self.viewer, self.actor, self.is_archived = self.actor, seen.actor, seen.is_archived


def init_authz(app: Flask, rules: tuple[Rule, ...]) -> None:
    """Register the rules and refuse every request that none of them allows."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # sessions are ours, in the database
    login_manager.user_loader(_load)
    policy = {}
    for rule in rules:
        view = rule.view if rule.csrf else csrf.exempt(rule.view)
        app.add_url_rule(rule.path, rule.endpoint, view, methods=list(rule.methods))
        policy[rule.endpoint] = rule
    app.extensions["policy"] = policy
    app.before_request(_enforce)
    app.after_request(tell_of_looks)


def _load(secret: str) -> SignedIn | None:
    found = sessions.find(secret, by_itself=_asks_by_itself())
    return SignedIn(secret, found) if found else None


def _asks_by_itself() -> bool:
    rule: Rule | None = current_app.extensions["policy"].get(request.endpoint or "")
    return rule is not None and rule.by_itself


def _enforce() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None  # no such page: the 404 comes by itself
    rule: Rule | None = current_app.extensions["policy"].get(request.endpoint or "")
    if rule is None:
        abort(404)
    if rule.audience in (Audience.PUBLIC, Audience.DEV):
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    who = current_user._get_current_object()
    if rule.audience is Audience.CLIENT and who.actor.is_staff:
        if viewing.is_over():
            return _back_to_the_record()
        who.see_as(viewing.of_client(who.actor))
    if not may(who.actor.role, rule.audience):
        raise NotFound
    if _is_closed_to_archived(rule) and who.is_archived:
        return make_response(render_template("client/archived.html"), 403)
    is_setting_up = rule.endpoint in SETTING_UP
    if who.must_set_up and not is_setting_up:
        return _lead_to_set_up()
    if rule.asks_again and (asked := ask_again()):
        return asked
    if not is_setting_up and not rule.by_itself:
        given_back.is_over()
    return None


def _back_to_the_record() -> Response:
    flash(say("You saw the client’s pages for half an hour. Begin again if you want to go on."), "info")
    return redirect(url_for("practitioner.clients.show", client_id=viewing.end()), 303)


def _lead_to_set_up() -> Response:
    if not _is_page():
        given_back.keep()
    return redirect(url_for("practitioner.second_step.show"), 303)


def _is_closed_to_archived(rule: Rule) -> bool:
    # what to do about a warning sign is told to everybody, always
    return rule.audience is Audience.CLIENT and rule.endpoint not in WARNING_SIGNS


def ask_to_sign_in() -> Response:
    """To the sign-in page, and from there back to where somebody wanted to go."""
    if _was_closed():
        session.clear()  # told once: the browser is nobody's from here on
        flash(CLOSED_IN_A_FORM if not _is_page() else CLOSED, "caution")
    # what a form held comes back into it, and is sent by another press
    elif not _is_page() and given_back.keep():
        flash(
            say("You were signed out. Sign in, and what you typed is here again. It is not saved yet."),
            "caution",
        )
    answer = redirect(url_for("public.signin.sign_in", next=_back_here()), 303)
    if _was_on_own_device():
        # its pages forget the moves; what waits to be sent stays for when the same person signs in again
        answer.headers["Clear-Site-Data"] = FORGET_PAGES
    return answer


def _was_on_own_device() -> bool:
    secret: str | None = session.get("_user_id")
    return secret is not None and sessions.was_on_own_device(secret)


def _was_closed() -> bool:
    secret: str | None = session.get("_user_id")
    return secret is not None and sessions.is_of_closed_account(secret)


def ask_again() -> Response | None:
    """To the page that asks who sits there, and from there back; None for whoever has shown it just now.

    For a rule as a whole there is `Rule.asks_again`; this is for a view that asks in some cases only. What
    was typed is in its form again afterwards.
    """
    proven_at = current_user.proven_at
    if proven_at is not None and is_proven(now(), proven_at):
        return None
    if not _is_page():
        given_back.keep()
    return redirect(url_for("public.proving.show", next=_back_here()), 303)


def _is_page() -> bool:
    return request.method in SAFE_METHODS


def _back_here() -> str | None:
    """Where to go on afterwards: a page can be gone back to, a form cannot."""
    return request.full_path.rstrip("?") if _is_page() else None


def current_actor() -> Actor:
    """Who asks; only on pages whose audience is signed in."""
    if not current_user.is_authenticated:
        raise NotFound
    actor: Actor = current_user.actor
    return actor


def is_signed_in() -> bool:
    """Whether anybody is signed in in this browser."""
    return bool(current_user.is_authenticated)


def begin_session(secret: str, *, persistent: bool) -> None:
    """Put a new session's secret into a fresh cookie: nothing of the one before survives (fixation)."""
    found = sessions.find(secret)
    if found is None:
        raise NotFound
    sessions.note_device(found.session_id, device_words(request.headers.get("User-Agent", "")))
    kept = given_back.take_along()
    session.clear()
    session.permanent = persistent
    login_user(SignedIn(secret, found))
    given_back.bring(kept)


def wait_for_second_step(secret: str) -> bool:
    """Put the secret of a session that waits for the second step aside; False where it does not."""
    if sessions.waiting(secret) is None:
        return False
    kept = given_back.take_along()
    session.clear()
    session[WAITING] = secret
    given_back.lay_by(kept)
    return True


def renew_session(secret: str) -> None:
    """Put the new secret of this browser's session into its cookie; its open forms stay good."""
    found = sessions.find(secret)
    if found is None:
        raise NotFound
    login_user(SignedIn(secret, found))


def end_session() -> None:
    """End this browser's session in the database and empty its cookie."""
    if current_user.is_authenticated:
        sessions.end(current_user.secret)
    logout_user()
    session.clear()


def home_for(role: Role) -> str:
    """Where somebody lands after signing in."""
    return "/today" if is_staff(role) else "/my"
