"""What came of it: a client's own progress on one page."""

from __future__ import annotations

from flask import render_template

from clinic.services.progress import reading
from clinic.web.authz import current_actor
from clinic.web.presenters.progress import progress_view


def show() -> str:
    """Show practice, pain, the mistake, own activities and what was changed."""
    found = reading.own(current_actor())
    return render_template("client/progress.html", found=found, shown=progress_view(found))
