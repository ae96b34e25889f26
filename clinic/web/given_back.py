"""What somebody typed before they had to show who they are: kept, and back in the form afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import current_app, g, request, session
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import MapAdapter

from clinic.domain.words import say
from clinic.extensions import SAFE_METHODS
from clinic.services.accounts import kept_forms
from clinic.services.accounts.kept_forms import GivenBack

KEY = "kept_form"  # in the browser's own signed cookie
_SECRET = ("password", "secret")
_SECRETS = frozenset({"csrf_token", "current", "code", "credential"})
TYPED_WORDS = say("What you typed is still here, and is not saved yet.")


def keep() -> bool:
    """Keep the form of this request for whoever's session this is or was; False where it cannot be kept."""
    secret = session.get("_user_id")
    if not secret or not _is_by_hand():
        return False
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if not is_secret(name))
    kept_id = kept_forms.keep(secret, request.full_path.rstrip("?"), fields)
    if kept_id is not None:
        session[KEY] = kept_id.hex
    return kept_id is not None


def is_secret(name: str) -> bool:
    """Whether a field is never kept."""
    return name in _SECRETS or any(word in name.casefold() for word in _SECRET)


def take_along() -> str | None:
    """The kept form's name in the cookie, for the new cookie that sign-in begins."""
    found: str | None = session.get(KEY)
    return found


def lay_by(kept: str | None) -> None:
    """Put it into a cookie in which nobody is signed in yet."""
    if kept is not None:
        session[KEY] = kept


def bring(kept: str | None) -> None:
    """Put it into the new cookie, if it is this person's."""
    if kept is None:
        return
    session[KEY] = kept
    if found() is None:
        session.pop(KEY)


def found() -> GivenBack | None:
    """The form that this person may have back in this browser."""
    if KEY not in session or not current_user.is_authenticated:
        return None
    if "given_back" not in g:
        try:
            kept_id = uuid.UUID(session[KEY])
        except ValueError:
            return None
        g.given_back = kept_forms.give_back(current_user.actor, kept_id)
    back: GivenBack | None = g.given_back
    return back


def fields_here() -> MultiDict[str, str] | None:
    """What was typed into the form of the very page that is opened now; None for any other page."""
    if request.method not in SAFE_METHODS or KEY not in session:
        return None
    back = found()
    if back is None or back.path.partition("?")[0] != request.path:
        return None
    return ImmutableMultiDict(list(back.fields))


def typed() -> MultiDict[str, str]:
    """What stands in the form: as it was sent now, or as it was kept; empty on a page opened afresh."""
    return request.form or fields_here() or ImmutableMultiDict()


def is_over() -> None:
    """A form was sent: what was kept has been used, or is not wanted any more."""
    if KEY in session and request.method not in SAFE_METHODS:
        session.pop(KEY)
        kept_forms.forget(current_user.actor)


def has_page(back: GivenBack) -> bool:
    """Whether the form has a page of its own to be shown on."""
    return bool(_addresses().test(back.path.partition("?")[0], method="GET"))


def act_of(back: GivenBack) -> tuple[str, Mapping[str, Any]]:
    """The endpoint that the form was sent to, and what its address names."""
    endpoint, named = _addresses().match(back.path.partition("?")[0], method="POST")
    return endpoint, named


def _addresses() -> MapAdapter:
    return current_app.url_map.bind_to_environ(request.environ)


def _is_by_hand() -> bool:
    """Whether a person pressed a button: a script keeps its page itself."""
    if request.headers.get("X-Tick") or request.headers.get("HX-Request"):
        return False
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
