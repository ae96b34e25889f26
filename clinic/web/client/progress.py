"""What came of it: a client's own progress on one page."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.goals import GoalAct
from clinic.services.progress import goals, reading
from clinic.web.authz import current_actor
from clinic.web.forms.goals import GoalForm
from clinic.web.presenters.progress import progress_view
from clinic.web.refusals import told_on_the_next_page

SAID = {
    GoalAct.REACHED: "Noted as reached.",
    GoalAct.OPEN: "Noted as not reached yet.",
    GoalAct.REMOVE: "Removed. For a day you can put it back.",
    GoalAct.PUT_BACK: "Put back.",
}


def show() -> Response | str | tuple[str, int]:
    """Show practice, pain, the mistake, own activities and what was changed; or write down a goal."""
    form = GoalForm()
    if form.validate_on_submit():
        with form.attempt():
            goals.add(current_actor(), form.key.data or "", form.words.data)
            flash("Your goal is written down.", "success")
            return _back()
    found = reading.own(current_actor())
    page = render_template("client/progress.html", found=found, shown=progress_view(found), form=form)
    return page, 422 if form.errors else 200


def goal(goal_id: uuid.UUID, choice: str) -> Response:
    """Say of a goal that it is reached or not yet, remove it or put it back."""
    act = GoalAct(choice)
    with told_on_the_next_page():
        goals.mark(current_actor(), goal_id, act)
        flash(SAID[act], "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("client.progress.show", _anchor="goals-title"), 303)
