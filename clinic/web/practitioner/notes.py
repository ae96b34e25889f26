"""Notes of visits: read them all, begin one, write it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.notes import NotePart, NoteShape, NoteSigned, NoteStatus, asked, with_phrase
from clinic.models import Phrase, VisitNote
from clinic.services.access import client_for, practice_of
from clinic.services.notes import phrases, reading, writing
from clinic.services.notes.writing import NoteKept
from clinic.web.authz import current_actor
from clinic.web.forms.notes import BeginNoteForm, NoteForm
from clinic.web.practitioner.record_frame import record_section
from clinic.web.presenters import notes as words
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
INSERT, SIGN, SHAPE = "insert", "sign", "shape:"
REFUSED = "A practitioner or the owner writes notes."


def index(client_id: uuid.UUID) -> str:
    """A client's notes, the newest visit first."""
    actor = current_actor()
    client = client_for(actor, client_id)
    start = request.args.get("before", type=uuid.UUID)
    page = reading.page(actor, client.id, start)
    return record_section(
        "notes",
        client,
        lines=words.lines(page, practice_of(actor).time_zone),
        before=page.before,
        start=start,
        key=BeginNoteForm().key.data,
        may_write=actor.may(Permission.WRITE_NOTES),
    )


def begin(client_id: uuid.UUID) -> Response:
    """Begin a note, about today's visit or an assessment's."""
    actor = current_actor()
    client_for(actor, client_id)
    form = BeginNoteForm()
    if not actor.may(Permission.WRITE_NOTES):
        flash(REFUSED, "caution")
    elif form.validate():
        about = form.wanted_shape(), form.assessment_id()
        note = writing.begin(actor, client_id, form.key.data or "", *about)
        return redirect(url_for("practitioner.notes.edit", note_id=note.id), 303)
    return redirect(url_for("practitioner.notes.index", client_id=client_id), 303)


def show(note_id: uuid.UUID) -> str:
    """One note, with what was added to it."""
    actor = current_actor()
    note = reading.whole(actor, note_id)
    added = reading.amendments(actor, [note.id]).get(note.id, ())
    return render_template(
        "practitioner/notes/show.html",
        note=note,
        client=note.client,
        line=words.line(note, added, practice_of(actor).time_zone),
        may_write=actor.may(Permission.WRITE_NOTES),
    )


def edit(note_id: uuid.UUID) -> Answer:
    """Write a draft; what somebody else changed meanwhile is told, and nothing of it overwritten unseen."""
    actor = current_actor()
    note = reading.whole(actor, note_id)
    if not actor.may(Permission.WRITE_NOTES):
        flash(REFUSED, "caution")
        return to_show(note_id)
    texts, form = writing.texts_of(note), NoteForm()
    parts = asked(note.shape, texts)
    form.offer(phrases.offered(actor), parts)
    if not form.is_filled_in:
        if note.status is NoteStatus.SIGNED:
            return to_show(note_id)
        form = NoteForm(obj=note)
        form.offer(phrases.offered(actor), parts)
        form.shows(texts)
        return _page(note, form)
    if form.validate_on_submit():
        try:
            with form.attempt():
                return _sent(note, form)
        except NoteSigned:
            return _locked(note_id, form)
    return _page(note, form), 422 if form.errors else 200


def to_show(note_id: uuid.UUID) -> Response:
    """To the page on which a note is read."""
    return redirect(url_for("practitioner.notes.show", note_id=note_id), 303)


def _sent(note: VisitNote, form: NoteForm) -> Answer:
    act = request.form.get("act", "")
    phrase = _chosen(form)
    if act == INSERT:
        _insert(form, phrase)
    shape = NoteShape(act.removeprefix(SHAPE)) if act in _SHAPES else None
    kept = writing.keep(current_actor(), note.id, form.edits(request.form), shape)
    if kept.collided:
        return _both(note.id, form, kept)
    if act == SIGN:
        return redirect(url_for("practitioner.note_signing.sign", note_id=note.id), 303)
    if act == INSERT or shape:
        anchor = form.into.data if act == INSERT else None
        return redirect(url_for("practitioner.notes.edit", note_id=note.id, _anchor=anchor), 303)
    flash("The draft is saved.", "success")
    return redirect(url_for("practitioner.notes.edit", note_id=note.id), 303)


_SHAPES = frozenset(SHAPE + shape for shape in NoteShape)


def _chosen(form: NoteForm) -> Phrase | None:
    """The phrase that was chosen, one that was taken away meanwhile too; NotFound for somebody else's."""
    try:
        return phrases.own(current_actor(), uuid.UUID(form.phrase.data)) if form.phrase.data else None
    except ValueError:
        raise NotFound from None


def _insert(form: NoteForm, phrase: Phrase | None) -> None:
    """Put a phrase behind what stands in a part."""
    into = form[form.into.data] if form.into.data in set(NotePart) else None
    if phrase is None or into is None:
        raise RuleBroken("Choose a phrase.", "phrase")
    into.data = with_phrase(into.data or "", phrase.text)


def _both(note_id: uuid.UUID, form: NoteForm, kept: NoteKept) -> Answer:
    """What stands now beside what was typed; saved again, what was typed replaces it."""
    note = reading.whole(current_actor(), note_id)
    form.shows(writing.texts_of(note))
    return _page(note, form, kept=kept, differences=words.differences(kept.collided)), 409


def _locked(note_id: uuid.UUID, form: NoteForm) -> Answer:
    """Signed meanwhile: nothing is saved, and nothing that was typed is lost from sight."""
    note = reading.whole(current_actor(), note_id)
    texts = writing.texts_of(note)
    typed = [(words.PART_WORDS[part], form[part].data) for part in NotePart if form[part].data]
    mine = [(name, text) for name, text in typed if text not in texts.values()]
    return render_template("practitioner/notes/locked.html", note=note, client=note.client, mine=mine), 409


def _page(note: VisitNote, form: NoteForm, **context: Any) -> str:
    held = writing.texts_of(note) | {part: form[part].data or "" for part in NotePart}
    return render_template(
        "practitioner/notes/edit.html",
        **{"kept": None, "differences": []} | context,
        note=note,
        client=note.client,
        form=form,
        parts=[form[part] for part in asked(note.shape, held)],
        other_shape=NoteShape.FREE if note.shape is NoteShape.SOAP else NoteShape.SOAP,
    )
