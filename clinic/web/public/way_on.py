"""Where somebody goes on who has just shown who they are."""

from __future__ import annotations

from flask import flash, request, url_for

from clinic.web import given_back
from clinic.web.authz import current_actor, home_for
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
