"""Mail that clients wrote back, and saying that it was read."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.services.access import practice_of
from clinic.services.sending import replies as sending_replies
from clinic.web.authz import current_actor
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash
from clinic.web.whose import only_own


def index() -> str:
    """What clients wrote back by mail: what nobody has read, and what somebody has."""
    actor, mine = current_actor(), only_own()
    return render_template(
        "practitioner/replies/index.html",
        received=sending_replies.received(actor, mine=mine),
        thrown_away=sending_replies.thrown_away(actor),
        mine=mine,
        zone=practice_of(actor).time_zone,
    )


def take_in(reply_id: uuid.UUID) -> Response:
    """Somebody has looked at a mail that was held, and puts it into its client's messages."""
    with told_on_the_next_page():
        client = sending_replies.take_in(current_actor(), reply_id)
        flash(f"It stands in the messages of {client.name} now.", "success")
    return _back()


def read(reply_id: uuid.UUID) -> Response:
    """Somebody has read a mail."""
    with told_on_the_next_page():
        sending_replies.mark_read(current_actor(), reply_id)
        flash("Marked as read.", "success")
    return _back()


def throw_away(reply_id: uuid.UUID) -> Response:
    """Nobody needs a mail; it can be brought back for a day."""
    with told_on_the_next_page():
        sending_replies.throw_away(current_actor(), reply_id)
        back = url_for("practitioner.replies.bring_back", reply_id=reply_id)
        flash({"text": "Thrown away.", "url": back, "fields": {}}, "undo")
    return _back()


def bring_back(reply_id: uuid.UUID) -> Response:
    """It is needed after all."""
    with told_on_the_next_page():
        sending_replies.bring_back(current_actor(), reply_id)
        flash("It stands here again.", "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("practitioner.replies.index"), 303)
