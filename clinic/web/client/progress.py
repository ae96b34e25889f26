"""What came of it: a client's own progress on one page."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.goals import GoalAct
from clinic.domain.words import say
from clinic.services import access
from clinic.services.progress import goals, reading, reports
from clinic.web.authz import current_actor
from clinic.web.downloads import PDF, file_answer
from clinic.web.forms.goals import GoalForm
from clinic.web.papers import paper
from clinic.web.presenters import progress_report as report_words
from clinic.web.presenters.progress import progress_view
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

SAID = {
    GoalAct.REACHED: say("Noted as reached."),
    GoalAct.OPEN: say("Noted as not reached yet."),
    GoalAct.REMOVE: say("Removed. For a day you can put it back."),
    GoalAct.PUT_BACK: say("Put back."),
}


def show() -> Response | str | tuple[str, int]:
    """Show practice, pain, the mistake, own activities and what was changed; or write down a goal."""
    form = GoalForm()
    if form.validate_on_submit():
        with form.attempt():
            goals.add(current_actor(), form.key.data or "", form.words.data)
            flash(say("Your goal is written down."), "success")
            return _back()
    found = reading.own(current_actor())
    page = render_template("client/progress.html", found=found, shown=progress_view(found), form=form)
    return page, 422 if form.errors else 200


def report(progress_report_id: uuid.UUID) -> str:
    """Show a report that was given to the client."""
    actor = current_actor()
    found, practice = reports.whole(actor, progress_report_id), access.practice_of(actor)
    return render_template(
        "client/progress_report.html",
        report=found,
        title=report_words.TITLE,
        span=report_words.span(found),
        sections=report_words.sections_of(found),
        signature=report_words.signature(found, practice),
    )


def report_pdf(progress_report_id: uuid.UUID) -> Response:
    """The same as a tagged PDF."""
    actor = current_actor()
    found, practice = reports.whole(actor, progress_report_id), access.practice_of(actor)
    made = paper("progress", report_words.paper_of(found, practice), practice, found.signed_at)
    return file_answer(made, PDF, "progress.pdf", found.until)


def goal(goal_id: uuid.UUID, choice: str) -> Response:
    """Say of a goal that it is reached or not yet, remove it or put it back."""
    act = GoalAct(choice)
    with told_on_the_next_page():
        goals.mark(current_actor(), goal_id, act)
        flash(SAID[act], "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("client.progress.show", _anchor="goals-title"), 303)
