"""Wishes for sessions: who asks, and the times that are offered; and each one's own hours."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.models import BookingRequest
from clinic.services import access
from clinic.services.appointments import hours, wishes
from clinic.services.attention.cases import colleagues
from clinic.services.clock import now
from clinic.web.authz import current_actor
from clinic.web.forms.base import Form
from clinic.web.forms.bookings import BookingHoursForm, DeclineForm, OfferForm
from clinic.web.presenters import appointments as words
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


def index() -> str:
    """Everybody who asks, those without an answer first."""
    actor = current_actor()
    zone, at = access.practice_of(actor).time_zone, now()
    lines = [words.wish_line(each, zone, at) for each in wishes.open_ones(actor)]
    return render_template("practitioner/bookings/index.html", lines=lines)


def offer(booking_request_id: uuid.UUID) -> Page:
    """One wish, and the times that are offered for it."""
    actor, form = current_actor(), OfferForm(with_id=str(current_actor().user_id))
    row = access.booking_request_for(actor, booking_request_id, wishes.WITH_APPOINTMENT)
    held, zone = hours.of_user(actor, actor.user_id), access.practice_of(actor).time_zone
    form.offer(colleagues(actor), hours.free_of(actor, actor.user_id, held), zone)
    if not form.is_filled_in:
        form.show(row, held)
    if form.validate_on_submit():
        try:
            with form.attempt():
                times = form.details(zone)
                wishes.offer(actor, row.id, times, form.words.data, form.version.data or 0)
                flash("The times are offered, and a mail says that there is an answer.", "success")
                return redirect(url_for("practitioner.bookings.index"), 303)
        except Conflict:
            row = access.booking_request_for(actor, booking_request_id, wishes.WITH_APPOINTMENT)
            form.version.data = row.version
            return _page("offer", row, form, changed=True), 409
    return _page("offer", row, form), 422 if form.errors else 200


def decline(booking_request_id: uuid.UUID) -> Page:
    """Answer a wish in words alone."""
    actor, form = current_actor(), DeclineForm()
    row = access.booking_request_for(actor, booking_request_id)
    if not form.is_filled_in:
        form.version.data = row.version
    if form.validate_on_submit():
        try:
            with form.attempt():
                wishes.decline(actor, row.id, form.words.data or "", form.version.data or 0)
                flash(
                    "Your answer stands on the client’s page, and a mail says that there is one.", "success"
                )
                return redirect(url_for("practitioner.bookings.index"), 303)
        except Conflict:
            row = access.booking_request_for(actor, booking_request_id, wishes.WITH_APPOINTMENT)
            form.version.data = row.version
            return _page("decline", row, form, changed=True), 409
    return _page("decline", row, form), 422 if form.errors else 200


def own_hours() -> Page:
    """When, how long and where the signed-in person sees clients."""
    actor, form = current_actor(), BookingHoursForm()
    if not form.is_filled_in:
        form.show(hours.of_user(actor, actor.user_id))
    if form.validate_on_submit():
        with form.attempt():
            hours.save(actor, form.details())
            flash("Saved. These times are proposed when a client asks for a session.", "success")
            return redirect(url_for("practitioner.bookings.own_hours"), 303)
    return render_template("practitioner/bookings/hours.html", form=form), 422 if form.errors else 200


def _page(name: str, row: BookingRequest, form: Form, *, changed: bool = False) -> str:
    actor = current_actor()
    client, zone = access.client_for(actor, row.client_id), access.practice_of(actor).time_zone
    found = wishes.offered(row)
    taken = wishes.taken_among(found, wishes.moved_by(row))
    return render_template(
        f"practitioner/bookings/{name}.html",
        row=row,
        way=words.WAYS[row.way],
        asked=words.when(row.asked_at, zone),
        moves=words.moved_by(row, zone, now()),
        client=client,
        offers=words.offer_lines(found, taken, zone, practice_zone=zone),
        form=form,
        changed=changed,
    )
