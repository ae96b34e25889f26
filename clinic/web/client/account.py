"""A client's own account."""

from __future__ import annotations

from werkzeug.wrappers import Response

from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.documents import keeping
from clinic.web import account
from clinic.web.authz import current_actor
from clinic.web.limits import PER_ACCOUNT, PER_ADDRESS, did_not_work, on_post, own_account_key
from clinic.web.presenters import documents


@on_post(PER_ADDRESS, deduct_when=did_not_work)
@on_post(PER_ACCOUNT, key_func=own_account_key)
def show() -> Response | str | tuple[str, int]:
    """Show it, and change the password."""
    actor = current_actor()
    today = today_in(access.practice_of(actor).time_zone)
    shared = documents.for_client(keeping.shared_with(actor), today)
    return account.page("client/account.html", "client.account.show", documents=shared)


def devices() -> str:
    """Where one is signed in."""
    return account.devices("client/devices.html")


def end_device() -> Response:
    """Sign one browser out, or all others."""
    return account.end_device("client.account.devices")
