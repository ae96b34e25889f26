"""A client's thread as a part of their record: read, answered, taken back, and marked as read."""

from __future__ import annotations

import uuid

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from clinic.models import Client, Message
from clinic.services import access, waits
from clinic.services.clock import now
from clinic.services.messages import drafts, reading, writing
from clinic.services.notes import phrases
from clinic.web.authz import current_actor
from clinic.web.forms.messages import AnswerForm, ReadForm
from clinic.web.practitioner.record_frame import WITH_RESPONSIBLE, record_section
from clinic.web.presenters import messages as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

KEEP, INSERT = "keep", "insert"
Answer = Response | str | tuple[str, int]


def index(client_id: uuid.UUID) -> Answer:
    """The thread, and the box to answer in."""
    form = AnswerForm()
    client = access.client_for(current_actor(), client_id, WITH_RESPONSIBLE)
    if request.form.get("act") in (KEEP, INSERT):
        return _kept(client, form)
    if not form.is_filled_in:
        form.text.data = drafts.kept(current_actor(), client_id)
    if form.validate_on_submit():
        with form.attempt():
            made = writing.answer(
                current_actor(),
                client_id,
                form.key.data or "",
                form.text.data or "",
                form.about(),
                form.seen_at,
            )
            _tell_sent(made)
            return _back(client_id)
    return _page(client, form), 422 if form.errors else 200


def _tell_sent(made: Message) -> None:
    undo = url_for("practitioner.messages.take_back", thread_message_id=made.id)
    told = {"text": "Sent. The client reads it in a minute.", "url": undo, "fields": {}}
    flash(told, "undo")
    if waits.is_waiting(made.practice_id, made.client_id):
        flash("They wrote again before you sent this, and wait for an answer to that.", "caution")


def _kept(client: Client, form: AnswerForm) -> Answer:
    """What is not finished stands in the box again, with a phrase behind it where one was chosen."""
    if form.can_be_kept():
        actor, chosen = current_actor(), form.phrase_id if request.form.get("act") == INSERT else None
        phrase = phrases.own(actor, chosen).text if chosen else ""
        with form.attempt():
            drafts.keep(actor, client.id, form.text.data or "", phrase)
            flash("Kept as a draft: it is not sent, and only you see it.", "success")
            return _back(client.id)
    return _page(client, form), 422


def take_back(thread_message_id: uuid.UUID) -> Response:
    """Take an answer back within a minute; its words stand in the box again, for whoever they were meant."""
    actor = current_actor()
    client_id = access.thread_message_for(actor, thread_message_id).client_id
    with told_on_the_next_page():
        writing.take_back(actor, thread_message_id)
        flash("Taken back: nobody has read it. Your words are a draft again, in the box below.", "success")
    return _back(client_id)


def read(client_id: uuid.UUID) -> Response:
    """Somebody has seen what stands there."""
    access.client_for(current_actor(), client_id)
    with told_on_the_next_page():
        form = ReadForm()
        if form.validate_on_submit():
            reading.mark_read(current_actor(), client_id, form.until_id)
    return _back(client_id)


def _page(client: Client, form: AnswerForm) -> str:
    actor = current_actor()
    form.offer(phrases.offered(actor))
    practice = access.practice_of(actor)
    found = reading.of_client(actor, client.id, words.instant(request.args.get("before", "")))
    form.seen.data = (words.instant(request.args.get("seen", "")) or found.asked_until).isoformat()
    return record_section(
        "messages",
        client,
        "practitioner/messages/thread.html",
        form=form,
        thread=words.for_staff(found, client.name, practice.time_zone, actor.user_id, now()),
    )


def _back(client_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.messages.index", client_id=client_id), 303)
