"""Being reminded to practise: a client's own wish, in their own account."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.mail_standing import MailSort
from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.types import MailChannel
from clinic.domain.words import say
from clinic.services import access, mail_standing, practice_reminders
from clinic.services.appointments import calendars
from clinic.services.clients import subscriptions
from clinic.web.authz import current_actor
from clinic.web.forms.reminders import ReminderForm
from clinic.web.presenters import mails as words
from clinic.web.speaking import flash

Page = Response | str | tuple[str, int]


def show() -> Page:
    """Say how it is, and wish for another time or way."""
    actor, form = current_actor(), ReminderForm()
    if form.validate_on_submit():
        assert form.at_time.data is not None
        practice_reminders.wish(actor, form.at_time.data, form.way.data)
        flash(say("We will remind you."), "success")
        return redirect(url_for("client.reminders.show"), 303)
    row, client = practice_reminders.own(actor), access.own_client(actor)
    if not form.is_filled_in:
        form.show(row)
    by_calendar = row is not None and row.way is ReminderWay.CALENDAR
    standing = mail_standing.of_client(client, access.practice_of(actor))
    page = render_template(
        "client/reminders.html",
        form=form,
        row=row,
        by_calendar=by_calendar,
        needs_address=by_calendar and calendars.of_own(actor) is None,
        kept_back="" if by_calendar else words.kept_back(standing, MailSort.REMINDER),
        time_zone=client.time_zone,
    )
    return page, 422 if form.errors else 200


def stop() -> Response:
    """Be reminded no more."""
    subscriptions.stop(current_actor(), MailChannel.REMINDERS)
    flash(say("Your reminders are stopped."), "success")
    return redirect(url_for("client.reminders.show"), 303)
