"""A client's progress as the practice sees it, and what of the findings its client does."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.progress_reports import READERS
from clinic.services import access
from clinic.services.assessments import shared
from clinic.services.clock import today_in
from clinic.services.progress import reading
from clinic.web.authz import current_actor
from clinic.web.forms.shared_findings import SharedFindingsForm
from clinic.web.presenters.progress import in_one_line, progress_view, shareable_words
from clinic.web.speaking import flash


def show(client_id: uuid.UUID) -> str:
    """What the client sees of their progress, in short."""
    found = reading.of_client(current_actor(), client_id)
    shown = progress_view(found)
    lines = [in_one_line(each) for each in shown.findings]
    return render_template(
        "practitioner/progress/show.html", found=found, shown=shown, lines=lines, readers=READERS
    )


def findings(client_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Choose which measures the client sees."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    form = SharedFindingsForm()
    if form.validate_on_submit():
        with form.attempt():
            shared.share(actor, client_id, form.measures.data or ())
            flash("Saved. The client sees what is ticked.", "success")
            return redirect(url_for("practitioner.progress.show", client_id=client_id), 303)
    found = shared.offered(actor, client_id)
    form.offer(found, shareable_words(found, today_in(client.time_zone)))
    page = render_template("practitioner/progress/findings.html", client=client, form=form)
    return page, 422 if form.errors else 200
