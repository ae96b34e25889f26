"""The switch between one's own clients and all."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import RuleBroken
from clinic.services.people import choosing
from clinic.web.authz import current_actor
from clinic.web.forms.people import WhoseForm
from clinic.web.refusals import told_on_the_next_page
from clinic.web.whose import Whose, WhosePage


def choose() -> Response:
    """Remember it, and lead back to the list."""
    form, page = WhoseForm(), WhosePage.TODAY
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken("This page is out of date. Please open it again.")
        choosing.remember(current_actor(), only_own=form.whose.data is Whose.MINE)
        page = form.page.data
    return redirect(url_for(page.value), 303)
