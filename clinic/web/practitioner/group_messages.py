"""Messages to all of a group: who would be told, written, what became of each mail, taken back."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.services import access
from clinic.services.groups import messages, pages
from clinic.web.authz import current_actor
from clinic.web.forms.groups import MessageForm
from clinic.web.presenters import group_messages as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


def index(group_id: uuid.UUID) -> Page:
    """Write a message, with who gets it; and those of before."""
    actor, form = current_actor(), MessageForm()
    group = access.group_for(actor, group_id, pages.WITH_LEADER)
    if form.validate_on_submit():
        with form.attempt():
            message = messages.write(actor, group_id, form.text.data or "", form.key.data or "")
            return _to(group_id, message.id)
    lines = words.foreseen(messages.to_tell(actor, group))
    page = render_template(
        "practitioner/groups/messages.html",
        group=group,
        form=form,
        may_write=messages.may_write(actor, group),
        lines=lines,
        summary=words.summary(lines),
        earlier=words.listed(messages.listed(actor, group), access.practice_of(actor).time_zone),
    )
    return page, 422 if form.errors else 200


def show(group_id: uuid.UUID, group_message_id: uuid.UUID) -> str:
    """One message, and what became of each mail."""
    actor = current_actor()
    group = access.group_for(actor, group_id)
    message = messages.message_of(actor, group_id, group_message_id)
    mails = messages.mails(actor, message)
    return render_template(
        "practitioner/groups/message.html",
        group=group,
        message=message,
        told=words.one(message, access.practice_of(actor).time_zone),
        lines=words.settled(mails),
        may_be_taken_back=words.may_be_taken_back(message, mails) and messages.may_write(actor, group),
    )


def take_back(group_id: uuid.UUID, group_message_id: uuid.UUID) -> Response:
    """Take a message back before it has gone out."""
    with told_on_the_next_page():
        messages.take_back(current_actor(), group_id, group_message_id)
        flash(
            "The message is taken back. Nobody reads it any more, and no mail about it goes out.", "success"
        )
    return _to(group_id, group_message_id)


def _to(group_id: uuid.UUID, message_id: uuid.UUID) -> Response:
    page = url_for("practitioner.group_messages.show", group_id=group_id, group_message_id=message_id)
    return redirect(page, 303)
