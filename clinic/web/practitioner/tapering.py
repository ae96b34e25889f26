"""An offer to write to a client less often: taken or put off with one press."""

from __future__ import annotations

import uuid

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.tapering import OfferDecision
from clinic.models import TaperingOffer
from clinic.services.programs import tapering
from clinic.web.authz import current_actor
from clinic.web.presenters import tapering as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash


def decide(offer_id: uuid.UUID, choice: str) -> Response:
    """Take the step, or not now; what was decided already stays as it is."""
    actor = current_actor()
    act = tapering.accept if choice == "accept" else tapering.put_off
    with told_on_the_next_page():
        offer = act(actor, offer_id)
        wanted = OfferDecision.ACCEPTED if choice == "accept" else OfferDecision.NOT_NOW
        told = words.done(offer) if offer.decision is wanted else words.decided_before(offer)
        flash(told, "success" if offer.decision is wanted else "caution")
        return redirect(_back(offer), 303)
    return redirect(url_for("practitioner.attention.index"), 303)


def _back(offer: TaperingOffer) -> str:
    if request.form.get("from") == "today":
        return url_for("practitioner.attention.index")
    return url_for("practitioner.clients.program", client_id=offer.client_id)
