"""A practitioner's own account."""

from __future__ import annotations

from werkzeug.wrappers import Response

from clinic.web import account
from clinic.web.limits import PER_ADDRESS, on_post


@on_post(PER_ADDRESS)
def show() -> Response | str | tuple[str, int]:
    """Show it, and change the password."""
    return account.page("practitioner/account.html", "practitioner.account.show")
