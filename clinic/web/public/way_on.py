"""Where somebody goes on who has just shown who they are."""

from __future__ import annotations

from flask import request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.web import given_back, known_browsers
from clinic.web.authz import current_actor, home_for
from clinic.web.forms.accounts import address_key
from clinic.web.limits import may_know
from clinic.web.speaking import flash
from clinic.web.ways import is_ours


def way_on() -> str:
    """The page of a form that came too late, or one that was asked for before, else the first page."""
    if back := given_back.found():
        if not given_back.has_page(back):
            return url_for("public.signin.again")
        flash(given_back.TYPED_WORDS, "caution")
        return back.path
    wanted = request.args.get("next", "")
    return wanted if is_ours(wanted) else home_for(current_actor().role)


def known_from_now_on(answer: Response) -> Response:
    """Let this browser be one that the account which has just signed in knows."""
    user_id = current_actor().user_id
    may_be_new = known_browsers.is_known_to(user_id) or may_know(user_id)
    return known_browsers.remember(answer, address_key(current_user.email), user_id, may_be_new=may_be_new)
