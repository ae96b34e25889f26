"""Clients out of another system: a file sent, its columns matched, its rows looked at, added, undone."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.bulk_acts import MOST_CLIENTS, BulkActKind
from clinic.domain.errors import RuleBroken
from clinic.domain.imports import ImportFate, ImportState, undone_until
from clinic.domain.text_files import MOST_BYTES
from clinic.models import ClientImport
from clinic.services import access
from clinic.services.bulk_acts import choosing
from clinic.services.bulk_acts import going_on as bulk_acts
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.clock import now
from clinic.services.imports import going_on, pages, uploading
from clinic.serving.arrival import LARGEST_BODY
from clinic.web.authz import current_actor
from clinic.web.filters import moment
from clinic.web.forms.imports import BeginImportForm, MatchForm, UploadForm, match_form
from clinic.web.presenters import imports as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
NO_FILE = "Choose a file."
SAMPLES = 3
LAST_PAGE = 100_000


def index() -> Answer:
    """Send a file, and see what was imported lately."""
    actor = current_actor()
    if not _may():
        return _refused()
    form = UploadForm()
    if form.validate_on_submit():
        with form.attempt():
            file = request.files.get("file")
            if file is None or not file.filename:
                raise RuleBroken(NO_FILE)
            about = uploading.take(actor, file.filename, file.read(), form.key.data or "")
            return redirect(_at("show" if about.is_looked_at else "columns", about.id), 303)
    zone = access.practice_of(actor).time_zone
    page = render_template(
        "practitioner/imports/index.html",
        form=form,
        entries=words.entries(pages.listed(actor), zone),
        largest=MOST_BYTES,
        largest_words=f"{MOST_BYTES // 1_000_000} MB",
        without_script=f"{LARGEST_BODY // 1_048_576} MB",
    )
    return page, 422 if form.errors else 200


def columns(import_id: uuid.UUID) -> Answer:
    """Say which column is which; kept for files with the same columns."""
    actor = current_actor()
    about = access.client_import_for(actor, import_id)
    if not _may():
        return _refused()
    if about.state is not ImportState.UPLOADED:
        return redirect(_at("show", import_id), 303)
    form = match_form(about)
    if form.validate_on_submit():
        with form.attempt():
            uploading.match(actor, import_id, form.matching())
            return redirect(_at("show", import_id), 303)
    return _columns_page(import_id, form), 422 if form.errors else 200


def show(import_id: uuid.UUID) -> Answer:
    """What will become of each row; how far it is; what has become of each."""
    actor = current_actor()
    about = access.client_import_for(actor, import_id)
    if not _may():
        return _refused()
    if about.state is ImportState.UPLOADED and not about.is_looked_at:
        return redirect(_at("columns", import_id), 303)
    form = BeginImportForm(data={"seen": uploading.mark_of(about)})
    if form.validate_on_submit():
        with form.attempt():
            going_on.begin(
                actor,
                import_id,
                seen=form.seen.data or "",
                fills=form.fills.data,
                adds_namesakes=form.adds_namesakes.data,
                is_consented=form.is_consented.data,
            )
            return redirect(_at("show", import_id), 303)
        form.seen.data, form.seen.raw_data = uploading.mark_of(about), None
    return _page(import_id, form), 422 if form.errors else 200


def undo(import_id: uuid.UUID) -> Response:
    """Take back all of it that is untouched."""
    actor = current_actor()
    access.client_import_for(actor, import_id)
    if not _may():
        return _refused()
    with told_on_the_next_page():
        going_on.undo(actor, import_id)
    return redirect(_at("show", import_id), 303)


def invite(import_id: uuid.UUID) -> Response:
    """Invite by mail all who came with it, and show what became of each."""
    actor = current_actor()
    about = access.client_import_for(actor, import_id)
    if not _may():
        return _refused()
    with told_on_the_next_page():
        found = pages.added(actor, about, MOST_CLIENTS + 1)
        act = choosing.choose(actor, BulkActKind.INVITE, import_id.hex, found)
        bulk_acts.begin(actor, act.id, BulkWish())
        return redirect(url_for("practitioner.bulk_acts.show", act_id=act.id), 303)
    return redirect(_at("show", import_id), 303)


def _may() -> bool:
    return current_actor().may(Permission.IMPORT_CLIENTS)


def _refused() -> Response:
    flash(uploading.FOR_WHOM, "caution")
    return redirect(url_for("practitioner.clients.index"), 303)


def _at(page: str, import_id: uuid.UUID) -> str:
    return url_for(f"practitioner.imports.{page}", import_id=import_id)


def _columns_page(import_id: uuid.UUID, form: MatchForm) -> str:
    about = access.client_import_for(current_actor(), import_id)
    samples = uploading.samples_of(about, SAMPLES)
    return render_template(
        "practitioner/imports/columns.html",
        about=about,
        facts=words.facts(about),
        form=form,
        columns=[
            (field, ", ".join(samples[at]) if at < len(samples) else "")
            for at, field in enumerate(form.selects())
        ],
    )


def _page(import_id: uuid.UUID, form: BeginImportForm) -> str:
    actor = current_actor()
    about = access.client_import_for(actor, import_id)
    zone = access.practice_of(actor).time_zone
    chosen, number = _asked()
    is_running = about.state in going_on.NOT_OVER
    counts = {} if is_running else pages.counts(actor, about)
    found = (
        pages.RowPage([], 1, has_more=False) if is_running else pages.rows_of(actor, about, chosen, number)
    )
    until = undone_until(about.state, about.ended_at)
    added = counts.get(ImportFate.ADDED, 0)
    return render_template(
        "practitioner/imports/show.html",
        about=about,
        form=form,
        facts=words.facts(about),
        state=words.STATES[about.state],
        is_running=is_running,
        is_before=about.state is ImportState.UPLOADED,
        taken=words.taken(about),
        left_out=words.left_out(about),
        counts=counts,
        choices=words.choices(about, counts, chosen),
        chosen=chosen,
        lines=words.lines(about, found.rows),
        before=_rows_at(about, chosen, number - 1) if number > 1 else None,
        after=_rows_at(about, chosen, number + 1) if found.has_more else None,
        submit=words.submit(counts),
        undo_until=moment(until, zone) if until and until > now() else None,
        added=added if about.state is ImportState.DONE else 0,
        may_invite=added <= MOST_CLIENTS,
    )


def _asked() -> tuple[ImportFate | None, int]:
    """The fate and the page that the address asks for."""
    fate, page = request.args.get("fate", ""), request.args.get("page", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    return ImportFate(fate) if fate in set(ImportFate) else None, min(max(number, 1), LAST_PAGE)


def _rows_at(about: ClientImport, fate: ImportFate | None, number: int) -> str:
    return url_for("practitioner.imports.show", import_id=about.id, fate=fate, page=number) + "#rows"
