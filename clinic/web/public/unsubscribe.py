"""Stopping check-in mail from a mail: one press here, or one click in the mail program (RFC 8058)."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.services import subscriptions
from clinic.web.forms.checkins import StopMailForm
from clinic.web.presenters.chrome import chrome

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}


def show(secret: str) -> ResponseReturnValue:
    """Show the page and its button; stop the mail when it is pressed, or when a mail program asks for it.

    Mail programs have no token of ours, so the rule is exempt from the check of it; any other form needs one.
    """
    found = subscriptions.subscriber(secret)
    if request.method == "POST":
        if request.form.to_dict(flat=False) == ONE_CLICK:
            subscriptions.stop_by_link(secret)
            return "Stopped.", {"Content-Type": "text/plain; charset=utf-8"}
        if not _pressed():
            abort(400)
        subscriptions.stop_by_link(secret)
        return redirect(url_for("public.unsubscribe.show", secret=secret), 303)
    return render_template(
        "public/unsubscribe.html",
        form=StopMailForm(),
        subscribed=found.is_subscribed,
        chrome=chrome(found.practice, None),
    )


def _pressed() -> bool:
    """Whether this page's own button was pressed: a scanner that posts at random does not get this far."""
    form = StopMailForm()
    return bool(form.validate_on_submit() and form.stop.data)
