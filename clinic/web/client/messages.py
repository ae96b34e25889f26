"""A client's own thread with the practice: read, written to, and marked as read."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.media import WITHOUT_SCRIPT, MediaKind, MediaRefused, in_words
from clinic.domain.messages import MOST_PHOTOS
from clinic.domain.own_answers import WordsUse
from clinic.domain.words import say
from clinic.models import Client
from clinic.services import access
from clinic.services.appointments import planning
from clinic.services.clock import today_in
from clinic.services.media import uploads, videos
from clinic.services.media.uploads import Announced
from clinic.services.messages import reading, writing
from clinic.services.own_answers import sources
from clinic.web.authz import current_actor
from clinic.web.forms.messages import ClientMessageForm, ReadForm
from clinic.web.presenters import appointments as appointment_words
from clinic.web.presenters import messages as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

# What stands in the box for whoever comes from another page to write about it.
BEGINNINGS = {"recheck": say("My form re-check: please look at how I do it.")}
Answer = Response | str | tuple[str, int]
WITH_PROMISE = joinedload(Client.practice).undefer_group("promise")


def index() -> Answer:
    """The thread, and the box to write in; `?move=` says which of their moves it is about."""
    form = ClientMessageForm()
    if not form.is_filled_in:
        form.move.data = request.args.get("move", "")
        form.text.data = BEGINNINGS.get(request.args.get("about", ""), "")
    if form.validate_on_submit():
        with form.attempt():
            files = form.sent_before or _sent(form)
            writing.write(current_actor(), form.key.data or "", form.words(files))
            return _written()
    return _page(form), 422 if form.errors else 200


def read() -> Response:
    """They have seen what stands there."""
    with told_on_the_next_page():
        form = ReadForm()
        if form.validate_on_submit():
            reading.mark_own_read(current_actor(), form.until_id)
    return redirect(url_for("client.messages.index"), 303)


def _written() -> Response:
    practice = access.practice_of(current_actor())
    promise = practice.answer_promise.in_words()
    flash(
        say("%(practice)s has your message. %(promise)s", practice=practice.name, promise=promise)
        if promise
        else say("%(practice)s has your message.", practice=practice.name),
        "success",
    )
    return redirect(url_for("client.messages.index"), 303)


def _sent(form: ClientMessageForm) -> list[uuid.UUID]:
    """What came with the form itself, where no script has sent it before."""
    sent = [(each.filename or "", each) for each in request.files.getlist("file") if each.filename]
    if len(sent) > MOST_PHOTOS + 1:
        raise MediaRefused(words.MOST_WORDS)
    actor, made = current_actor(), []
    for name, each in sent:
        data = each.read(WITHOUT_SCRIPT + 1)
        if len(data) > WITHOUT_SCRIPT:
            most = in_words(WITHOUT_SCRIPT)
            raise MediaRefused(say("Without JavaScript a file has at most %(size)s.", size=most))
        kind = MediaKind.VIDEO if videos.container_of(data[:4096]) else MediaKind.PICTURE
        about = Announced(kind, name, len(data), client_id=actor.client_id)
        made.append(uploads.send_whole(actor, about, data).id)
    form.media_id.data = " ".join(str(each) for each in made)
    return made


def _page(form: ClientMessageForm) -> str:
    actor = current_actor()
    client, practice = access.own_client(actor, WITH_PROMISE), access.practice_of(actor)
    today, zone = today_in(client.time_zone), client.time_zone
    found, read_until = reading.own(actor, _before()), reading.own_read_until(actor)
    promise, to_come = practice.answer_promise, planning.to_come(actor, client)
    return render_template(
        "client/messages.html",
        form=form,
        thread=words.for_client(found, zone, today, read_until),
        about=_move_asked_about(form),
        promise=words.promised(promise, today_in(practice.time_zone)),
        lent=[each for each in sources.asked_of(actor) if each.words_use is WordsUse.ASKED],
        coming=next(iter(appointment_words.lines(to_come, zone, practice_zone=practice.time_zone)), None),
        words=words,
    )


def _move_asked_about(form: ClientMessageForm) -> str:
    try:
        move_id = form.move_id
    except RuleBroken:
        raise NotFound from None
    return reading.asked_about(current_actor(), move_id).content["name"] if move_id else ""


def _before() -> datetime | None:
    return words.instant(request.args.get("before", ""))
