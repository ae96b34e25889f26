"""A client's own account."""

from __future__ import annotations

from werkzeug.wrappers import Response

from clinic.web import account
from clinic.web.limits import PER_ACCOUNT, PER_ADDRESS, did_not_work, on_post, own_account_key


@on_post(PER_ADDRESS, deduct_when=did_not_work)
@on_post(PER_ACCOUNT, key_func=own_account_key)
def show() -> Response | str | tuple[str, int]:
    """Show it, and change the password."""
    return account.page("client/account.html", "client.account.show")


def devices() -> str:
    """Where one is signed in."""
    return account.devices("client/devices.html")


def end_device() -> Response:
    """Sign one browser out, or all others."""
    return account.end_device("client.account.devices")
