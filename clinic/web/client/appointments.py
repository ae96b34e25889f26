"""A client's own appointments, and their wish for another one."""

from __future__ import annotations

import uuid

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from clinic.domain.booking import BookingState
from clinic.domain.words import say
from clinic.services import access
from clinic.services.appointments import calendars, planning, wishes
from clinic.services.clock import now
from clinic.web.authz import current_actor
from clinic.web.downloads import calendar_answer
from clinic.web.forms.appointments import CallOffAppointmentForm
from clinic.web.forms.bookings import MoveWishForm, WishForm
from clinic.web.presenters import appointments as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Answer | tuple[str, int]


def index() -> str:
    """What is to come and what is offered, by the client's own clock."""
    actor = current_actor()
    client, practice = access.own_client(actor), access.practice_of(actor)
    wish, found = wishes.of_client(client), planning.to_come(actor, client)
    is_open = wish is not None and wish.is_open
    offers = wishes.offered(wish) if wish is not None and wish.state is BookingState.OFFERED else ()
    zones = {"zone": client.time_zone, "practice_zone": practice.time_zone}
    return render_template(
        "client/appointments.html",
        lines=words.lines(found, **zones),
        called_off=words.lines(planning.not_to_come(client), **zones),
        wish=wish if is_open or (wish is not None and wish.state is BookingState.DECLINED) else None,
        is_open=is_open,
        said=words.to_the_client(wish) if wish is not None else "",
        moves=words.moved_by(wish, client.time_zone, now()) if wish is not None else None,
        offers=words.offer_lines(offers, wishes.taken_among(offers, wishes.moved_by(wish)), **zones),
    )


def ask() -> Page:
    """Ask for a session; an open wish is changed."""
    actor, form = current_actor(), WishForm()
    wish = wishes.of_client(access.own_client(actor))
    is_open = wish is not None and wish.is_open
    if wish is not None and is_open and not form.is_filled_in:
        form.show(wish)
    if form.validate_on_submit():
        with form.attempt():
            wishes.ask(actor, form.wish())
            flash(say("Your practice has it, and will offer you times."), "success")
            return _back()
    return render_template("client/ask.html", form=form, is_open=is_open), 422 if form.errors else 200


def move(appointment_id: uuid.UUID) -> Page:
    """Ask for another time of an appointment, which stands until one is taken."""
    actor, form = current_actor(), MoveWishForm()
    row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
    client = access.own_client(actor)
    wish = wishes.of_client(client)
    is_open = wish is not None and wish.is_open
    if wish is not None and is_open and wish.appointment_id == row.id and not form.is_filled_in:
        form.show(wish)
    if form.validate_on_submit():
        with form.attempt():
            wishes.ask(actor, form.wish(row))
            flash(say("Your practice has it, and will offer you times."), "success")
            return _back()
    return render_template(
        "client/ask_to_move.html",
        form=form,
        line=words.line(row, client.time_zone),
        other=is_open and wishes.moved_by(wish) != row.id,
    ), 422 if form.errors else 200


def withdraw(booking_request_id: uuid.UUID) -> Answer:
    """Take a wish back."""
    with told_on_the_next_page():
        wishes.withdraw(current_actor(), booking_request_id)
        flash(say("You no longer ask for a session."), "success")
    return _back()


def take(booking_offer_id: uuid.UUID) -> Answer:
    """Take one of the offered times."""
    with told_on_the_next_page():
        wishes.take(current_actor(), booking_offer_id)
        flash(say("The time is yours. A mail with a file for your calendar is on its way."), "success")
    return _back()


def call_off(appointment_id: uuid.UUID) -> Page:
    """Say that one cannot come."""
    actor, form = current_actor(), CallOffAppointmentForm()
    row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
    if form.validate_on_submit():
        with told_on_the_next_page():
            planning.call_off(actor, appointment_id, form.because.data)
            flash(say("Called off. Your practice is told."), "success")
        return _back()
    line = words.line(row, access.own_client(actor).time_zone)
    return render_template("client/call_off.html", form=form, line=line), 422 if form.errors else 200


def _back() -> Answer:
    return redirect(url_for("client.appointments.index"), 303)


def file(appointment_id: uuid.UUID) -> Response:
    """One appointment for a calendar."""
    return calendar_answer(calendars.one(current_actor(), appointment_id), "appointment.ics")
