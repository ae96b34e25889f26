"""Reports of a client's progress: read, signed, handed over as a PDF or given to the client, withdrawn."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.domain.progress_reports import READERS, ReportReader, digest
from clinic.services import access
from clinic.services.files.downloads import Download, note_download
from clinic.services.progress import reading, reports
from clinic.services.progress.reports import ReportWish
from clinic.web.authz import current_actor
from clinic.web.downloads import PDF, file_answer
from clinic.web.forms.progress_reports import SignReportForm
from clinic.web.papers import paper
from clinic.web.presenters import progress_report as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash, here


def compose(client_id: uuid.UUID, reader: str) -> Response | str | tuple[str, int]:
    """What a report would say now; signing it over what was read."""
    actor, form = current_actor(), SignReportForm()
    found = reading.of_client(actor, client_id, whole=True)
    written_for = ReportReader(reader)
    content, has_changed = here().throughout(words.content_of(found, written_for)), False
    if form.validate_on_submit():
        wish = ReportWish(
            reader=written_for,
            since=words.since_of(found),
            until=found.today,
            content=content,
            seen=form.seen.data or "",
            words=form.words.data or "",
        )
        try:
            with form.attempt():
                made = reports.sign(actor, client_id, form.key.data or "", wish)
                flash("The report is signed.", "success")
                return _to(made.id)
        except Conflict:
            has_changed = True
    page = render_template(
        "practitioner/progress/compose.html",
        client=found.client,
        form=form,
        content=content,
        seen=digest(content),
        has_changed=has_changed,
        reader=written_for,
        readers=[(each, READERS[each]) for each in ReportReader],
        consent=words.CONSENT[written_for],
    )
    return page, 409 if has_changed else 422 if form.errors else 200


def show(progress_report_id: uuid.UUID) -> str:
    """A report as it was signed."""
    actor = current_actor()
    report, practice = reports.whole(actor, progress_report_id), access.practice_of(actor)
    return render_template(
        "practitioner/progress/report.html",
        report=report,
        client=report.client,
        title=words.TITLE,
        span=words.span(report),
        sections=words.sections_of(report),
        signature=words.signature(report, practice),
        withdrawn=words.withdrawn(report, practice),
        consent=words.CONSENT[report.reader],
    )


def pdf(progress_report_id: uuid.UUID) -> Response:
    """The same as a tagged PDF."""
    actor = current_actor()
    report, practice = reports.whole(actor, progress_report_id), access.practice_of(actor)
    made = paper("progress", words.paper_of(report, practice), practice, report.signed_at)
    if request.method == "GET":  # HEAD takes nothing away
        note_download(actor, Download.PROGRESS, report.client_id, report.id)
    return file_answer(made, PDF, "progress.pdf", report.until)


def give(progress_report_id: uuid.UUID) -> Response:
    """Let the client find it on their pages; a message tells them, and a mail that one waits."""
    with told_on_the_next_page():
        reports.give(current_actor(), progress_report_id, here().spoken(words.GIVEN))
        flash("The client finds the report on their page “Progress”, and a message tells them.", "success")
    return _to(progress_report_id)


def withdraw(progress_report_id: uuid.UUID) -> Response:
    """Take it back."""
    with told_on_the_next_page():
        reports.withdraw(current_actor(), progress_report_id)
        flash("The report is withdrawn. The client does not find it any more.", "success")
    return _to(progress_report_id)


def _to(progress_report_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.progress_reports.show", progress_report_id=progress_report_id), 303)
