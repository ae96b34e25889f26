"""What ends a draft of a note, or adds to a signed one: signed, amended, thrown away."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict
from clinic.domain.notes import NoteSigned, NoteStatus
from clinic.models import VisitNote
from clinic.services.access import practice_of
from clinic.services.notes import reading, writing
from clinic.web.authz import current_actor
from clinic.web.forms.notes import AmendNoteForm, DiscardNoteForm, SignNoteForm
from clinic.web.practitioner.notes import REFUSED, to_show
from clinic.web.presenters import notes as words
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def sign(note_id: uuid.UUID) -> Answer:
    """Read a draft once more, and sign it."""
    note = reading.whole(current_actor(), note_id)
    if (refused := _not_for(note, NoteStatus.DRAFT)) is not None:
        return refused
    form = SignNoteForm(version=note.version)
    if not form.is_submitted():
        return _page("sign", note, form)
    if form.validate():
        try:
            with form.attempt():
                writing.sign(current_actor(), note_id, form.version.data)
                flash("Signed. From now on nothing in it can be changed.", "success")
                return to_show(note_id)
        except NoteSigned:
            flash("This note is signed already.", "info")
            return to_show(note_id)
        except Conflict:
            return _again("sign", note_id, form)
    return _page("sign", note, form), 422


def amend(note_id: uuid.UUID) -> Answer:
    """Add to a signed note, with the reason."""
    note = reading.whole(current_actor(), note_id)
    if (refused := _not_for(note, NoteStatus.SIGNED)) is not None:
        return refused
    form = AmendNoteForm()
    if form.validate_on_submit():
        with form.attempt():
            told = form.text.data or "", form.reason.data or ""
            writing.amend(current_actor(), note_id, form.key.data or "", *told)
            flash("The amendment is added. What was signed stays readable above it.", "success")
            return to_show(note_id)
    return _page("amend", note, form), 422 if form.errors else 200


def discard(note_id: uuid.UUID) -> Answer:
    """Throw a draft away, asked in words."""
    note = reading.whole(current_actor(), note_id)
    if (refused := _not_for(note, NoteStatus.DRAFT)) is not None:
        return refused
    form = DiscardNoteForm(version=note.version)
    if form.validate_on_submit():
        try:
            client_id = writing.discard(current_actor(), note_id, form.version.data)
        except NoteSigned:
            flash("This note is signed. Amendments are added, not edited.", "caution")
            return to_show(note_id)
        except Conflict:
            return _again("discard", note_id, form)
        flash("The draft is discarded.", "success")
        return redirect(url_for("practitioner.notes.index", client_id=client_id), 303)
    return _page("discard", note, form)


def _not_for(note: VisitNote, wanted: NoteStatus) -> Response | None:
    """To the note itself, where somebody may not do this, or it is not in that state any more."""
    if not current_actor().may(Permission.WRITE_NOTES):
        flash(REFUSED, "caution")
    elif note.status is wanted:
        return None
    else:
        is_signed = note.status is NoteStatus.SIGNED
        flash(
            "This note is signed already." if is_signed else "This note is a draft: change it there.", "info"
        )
    return to_show(note.id)


def _again(name: str, note_id: uuid.UUID, form: SignNoteForm | DiscardNoteForm) -> Answer:
    """Changed while somebody was reading: what stands now, to be read again."""
    note = reading.whole(current_actor(), note_id)
    form.version.data, form.version.raw_data = note.version, None
    if isinstance(form, SignNoteForm):
        form.confirmed.data = False
    return _page(name, note, form, changed=True), 409


def _page(
    name: str, note: VisitNote, form: SignNoteForm | AmendNoteForm | DiscardNoteForm, *, changed: bool = False
) -> str:
    actor = current_actor()
    added = reading.amendments(actor, [note.id]).get(note.id, ())
    return render_template(
        f"practitioner/notes/{name}.html",
        note=note,
        client=note.client,
        line=words.line(note, added, practice_of(actor).time_zone),
        form=form,
        changed=changed,
    )
