"""Offering a newer version of a routine to those who have an older one."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.dates import count
from clinic.services import access
from clinic.services.programs import version_offers
from clinic.services.routines import publishing as routines
from clinic.web.authz import current_actor
from clinic.web.forms.version_offers import OfferVersionForm
from clinic.web.presenters import version_offers as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def offer(routine_id: uuid.UUID) -> Answer:
    """Who has an older version, what would be different, who was asked, and what they said."""
    actor = current_actor()
    routine = access.routine_for(actor, routine_id, routines.WITH_VERSIONS)
    found = version_offers.offerings(actor, routine)
    if found is None:
        flash("Publish this routine first.", "caution")
        return redirect(url_for("practitioner.routines.show", routine_id=routine_id), 303)
    form = OfferVersionForm.of(found)
    if form.validate_on_submit():
        with form.attempt():
            asked = version_offers.offer(actor, routine_id, form.wish())
            flash(f"Version {found.newest.number} is offered to {count(asked, 'client')}.", "success")
            return redirect(url_for("practitioner.version_offers.offer", routine_id=routine_id), 303)
    lines = words.offer_lines(found)
    page = render_template(
        "practitioner/routines/offer.html",
        routine=routine,
        found=found,
        form=form,
        lines=lines,
        waiting=words.waiting(lines),
        may_offer=actor.may(Permission.PUBLISH_ROUTINES),
    )
    return page, 422 if form.errors else 200


def withdraw_all(routine_id: uuid.UUID) -> Response:
    """Take back all offers of a routine that nobody has answered."""
    with told_on_the_next_page():
        number = version_offers.withdraw_all(current_actor(), routine_id)
        flash(words.withdrawn(number), "success")
    return redirect(url_for("practitioner.version_offers.offer", routine_id=routine_id), 303)


def withdraw(version_offer_id: uuid.UUID) -> Response:
    """Take back an offer that nobody has answered."""
    actor = current_actor()
    found = access.version_offer_for(actor, version_offer_id)
    version = access.routine_version_for(actor, found.version_id)
    with told_on_the_next_page():
        version_offers.withdraw(actor, version_offer_id)
        flash("The offer is withdrawn.", "success")
    return redirect(url_for("practitioner.version_offers.offer", routine_id=version.routine_id), 303)
