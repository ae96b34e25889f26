"""News that no mail has brought: somebody says that they have seen it."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.services.outbox import unheard
from clinic.web.authz import current_actor
from clinic.web.forms.news import SeenForm
from clinic.web.ways import is_ours


def seen() -> Response:
    """Take what was shown off the reader's own pages, and go back to where they were."""
    form = SeenForm()
    if form.validate_on_submit():
        unheard.see(current_actor(), form.seen_until())
    back = form.back.data or ""
    return redirect(back if is_ours(back) else url_for("practitioner.attention.index"), 303)
