"""Inviting a client: by mail, by a link or code handed over, and taking it back."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.services.access import client_for
from clinic.services.clients import invitations
from clinic.services.links import address as full_address
from clinic.web.authz import current_actor
from clinic.web.mailing import flash_promised
from clinic.web.presenters.invitations import qr_code
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash


def send(client_id: uuid.UUID) -> Response:
    """Mail an invitation; earlier links end."""
    with told_on_the_next_page():
        invitation = invitations.send(current_actor(), client_id)
        flash_promised(
            f"An invitation is on its way to {invitation.email}.",
            f"The invitation to {invitation.email}",
            also="Earlier links have ended.",
        )
    return _back(client_id)


def hand_over(client_id: uuid.UUID) -> Response | str:
    """Show a new link and its code, this once: it is stored nowhere."""
    actor = current_actor()
    with told_on_the_next_page():
        invitation, secret = invitations.hand_over(actor, client_id)
        link = full_address("public.invitation.show", secret=secret)
        return render_template(
            "practitioner/clients/link.html",
            client=client_for(actor, client_id),
            invitation=invitation,
            link=link,
            code=qr_code(link),
        )
    return _back(client_id)


def revoke(invitation_id: uuid.UUID) -> Response:
    """Take an invitation back."""
    invitation = invitations.revoke(current_actor(), invitation_id)
    if invitation.revoked_at is not None:
        flash("The invitation is taken back. Its links no longer work.", "success")
    else:
        flash("The invitation was accepted before it could be taken back.", "caution")
    return _back(invitation.client_id)


def _back(client_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.clients.details", client_id=client_id), 303)
