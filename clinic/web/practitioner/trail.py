"""Reading the audit trail: the practice's, and who looked at one client's record."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.services import practices
from clinic.services.access import client_for, practice_of
from clinic.services.clients import trail
from clinic.web.authz import current_actor
from clinic.web.forms.trail_filter import address_parts, filter_fields, wanted_from
from clinic.web.looking import tell_of_refusal
from clinic.web.practitioner.record_frame import record_section
from clinic.web.presenters.trail import row
from clinic.web.speaking import flash


def index() -> str:
    """Who looked at, did, took out and was refused what, newest first."""
    actor, wanted = current_actor(), wanted_from(request.args)
    found, zone = trail.page(actor, wanted), practice_of(actor).time_zone
    here, parts = "practitioner.trail.index", address_parts(wanted)
    return render_template(
        "practitioner/practice/trail.html",
        rows=[row(line, zone) for line in found.lines],
        fields=filter_fields(wanted, practices.staff(actor)),
        wanted=wanted,
        newest=url_for(here, **parts) if wanted.before else None,
        older=url_for(here, **parts, before=found.before) if found.before else None,
    )


def of_client(client_id: uuid.UUID) -> ResponseReturnValue:
    """Who looked at this record; whoever may not see that is told so, and it is noted."""
    actor = current_actor()
    client = client_for(actor, client_id)
    if not actor.may(trail.SEES_WHO_LOOKED):
        tell_of_refusal()
        flash("Who looked at a record is seen by those who treat clients.", "caution")
        return redirect(url_for("practitioner.clients.details", client_id=client_id), 303)
    before = request.args.get("before", type=uuid.UUID)
    found, zone = trail.of_client(actor, client_id, before), practice_of(actor).time_zone
    here = "practitioner.trail.of_client"
    return record_section(
        "details",
        client,
        "practitioner/clients/who_looked.html",
        rows=[row(line, zone) for line in found.lines],
        newest=url_for(here, client_id=client_id) if before else None,
        older=url_for(here, client_id=client_id, before=found.before) if found.before else None,
    )
