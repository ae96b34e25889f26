"""Stopping a sort of mail from a mail: one press here, or one click in the mail program (RFC 8058)."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.services.clients import subscriptions
from clinic.web.forms.checkins import StopMailForm
from clinic.web.presenters.chrome import chrome

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}


def show(secret: str) -> ResponseReturnValue:
    """Show the page and its button; do what is pressed, or stop the mail when a mail program asks for it.

    Mail programs have no token of ours, so the rule is exempt from the check of it; any other form needs one.
    """
    found = subscriptions.subscriber(secret)
    if request.method == "POST":
        if request.form.to_dict(flat=False) == ONE_CLICK:
            subscriptions.stop_by_link(secret)
            return "Stopped.", {"Content-Type": "text/plain; charset=utf-8"}
        _do_what_was_pressed(secret)
        return redirect(url_for("public.unsubscribe.show", secret=secret), 303)
    return render_template(
        "public/unsubscribe.html",
        form=StopMailForm(),
        subscribed=found.is_subscribed,
        may_begin_again=found.may_begin_again,
        channel=found.channel.value,
        chrome=chrome(found.practice, None),
    )


def _do_what_was_pressed(secret: str) -> None:
    """Only this page's own buttons: a scanner that posts at random does not get this far."""
    form = StopMailForm()
    if not form.validate_on_submit() or form.stop.data == form.again.data:
        abort(400)
    if form.stop.data:
        subscriptions.stop_by_link(secret)
    else:
        try:
            subscriptions.begin_again_by_link(secret)
        except RuleBroken:
            abort(409)  # the page says how, and offers no such button
