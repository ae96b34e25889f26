"""Documents of a client: the list, one more, what stands beside one, the file, removed and put back."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.media import WITHOUT_SCRIPT, MediaKind, MediaRefused, in_words
from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.documents import keeping
from clinic.services.files.downloads import Download, note_download
from clinic.services.media import uploads
from clinic.services.media.uploads import Announced
from clinic.web.authz import current_actor
from clinic.web.forms.documents import AddDocumentForm, DocumentForm
from clinic.web.media_answers import media_answer
from clinic.web.practitioner.record_frame import record_section
from clinic.web.presenters import documents as presenter
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def index(client_id: uuid.UUID) -> Answer:
    """All that is on the record, and the form for one more."""
    form = AddDocumentForm()
    access.client_for(current_actor(), client_id)
    if form.validate_on_submit():
        with form.attempt():
            file = _file_of(form, client_id)
            keeping.add(current_actor(), client_id, file, form.words(), form.key.data or "")
            flash("The document is on the record.", "success")
            return _back(client_id)
    return _page(client_id, form), 422 if form.errors else 200


def edit(document_id: uuid.UUID) -> Answer:
    """What it is, of which day, from whom; and whether its client sees it."""
    actor = current_actor()
    document = access.document_for(actor, document_id)
    client = access.client_for(actor, document.client_id)
    form = DocumentForm()
    if not form.is_filled_in:
        form.show(document)
    if form.validate_on_submit():
        with form.attempt():
            keeping.correct(actor, document_id, form.words())
            flash("Saved.", "success")
            return _back(client.id)
    page = render_template("practitioner/documents/edit.html", form=form, document=document, client=client)
    return page, 422 if form.errors else 200


def file(document_id: uuid.UUID) -> Response:
    """The file, to be saved; each time it is noted who took it."""
    document = access.document_for(current_actor(), document_id, keeping.WITH_FILE)
    answer = media_answer(document.media, presenter.saved_as(document))
    if request.method == "GET" and answer.status_code in (200, 206):
        note_download(current_actor(), Download.DOCUMENT, document.client_id, document.id)
    return answer


def remove(document_id: uuid.UUID) -> Response:
    """Take it off the record; the page that follows offers it back."""
    document = keeping.remove(current_actor(), document_id)
    undo = url_for("practitioner.documents.put_back", document_id=document.id)
    text = f"“{document.title}” is removed. For a day it can be put back; then it is gone."
    flash({"text": text, "url": undo, "fields": {}}, "undo")
    return _back(document.client_id)


def put_back(document_id: uuid.UUID) -> Response:
    """Put it on the record again."""
    document = access.document_for(current_actor(), document_id)
    with told_on_the_next_page():
        keeping.put_back(current_actor(), document_id)
        flash(f"“{document.title}” is on the record again.", "success")
    return _back(document.client_id)


def _file_of(form: AddDocumentForm, client_id: uuid.UUID) -> uuid.UUID:
    """The file that a script has sent, or the one that came with the form."""
    sent = request.files.get("file")
    if form.sent_before is not None:
        return form.sent_before
    if sent is None or not sent.filename:
        raise MediaRefused("Choose a file.")
    data = sent.read(WITHOUT_SCRIPT + 1)
    if len(data) > WITHOUT_SCRIPT:
        raise MediaRefused(f"Without JavaScript a file has at most {in_words(WITHOUT_SCRIPT)}.")
    about = Announced(MediaKind.DOCUMENT, sent.filename, len(data), client_id=client_id)
    media_id = uploads.send_whole(current_actor(), about, data).id
    form.media_id.data = str(media_id)
    return media_id


def _page(client_id: uuid.UUID, form: AddDocumentForm) -> str:
    actor = current_actor()
    client = access.client_for(actor, client_id)
    zone, found = access.practice_of(actor).time_zone, keeping.of_client(actor, client_id)
    context: dict[str, Any] = {
        "form": form,
        "documents": presenter.lines(found, zone, today_in(zone)),
        "removed": presenter.removed(found),
        "upload": presenter,
    }
    return record_section("documents", client, "practitioner/documents/index.html", **context)


def _back(client_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.documents.index", client_id=client_id), 303)
