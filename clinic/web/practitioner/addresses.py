"""Mail addresses that were marked as dead."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from clinic.services.sending import bounces as sending_bounces
from clinic.web.authz import current_actor
from clinic.web.mailing import flash_promised
from clinic.web.refusals import told_on_the_next_page


def works(client_id: uuid.UUID) -> ResponseReturnValue:
    """Write to an address again that a mail had come back from."""
    with told_on_the_next_page():
        address = sending_bounces.trust_again(current_actor(), client_id)
        flash_promised(f"Mail goes to {address} again, from the next one on.", f"Mail to {address}")
    return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)
