"""The form re-check: watch again, find out by yourself, and show it to the practice if you like."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.services.programs import rechecks
from clinic.web.authz import current_actor
from clinic.web.forms.noticing import RecheckForm
from clinic.web.presenters import noticing as words
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.moves import move_view


def show() -> ResponseReturnValue:
    """The move and its self-tests; once they are made, what they came to."""
    form, actor = RecheckForm(), current_actor()
    asked = rechecks.of_client(actor)
    form.ask(asked.tests)
    if form.validate_on_submit():
        with form.attempt():
            rechecks.check(actor, form.answers)
            return redirect(url_for("client.recheck.show"), 303)
    held, standing = asked.held, asked.noticed.recheck
    made_today = standing.last is not None and standing.last.day == held.today
    page = render_template(
        "client/recheck.html",
        form=form,
        tests=asked.tests,
        move=move_view(asked.move) if asked.move else None,
        fixes=words.fixes(asked),
        prescription_id=asked.move.prescription.id if asked.move else None,
        asks=bool(form.errors) or not made_today or request.args.get("again") == "1",
        recheck=words.recheck_for_client(standing),
        manages_alone=asked.noticed.manages_alone,
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )
    return page, 422 if form.errors else 200
