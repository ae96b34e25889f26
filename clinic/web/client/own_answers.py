"""What the practice has answered before: searched in one's own words before one asks, and what helped."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.own_answers import WordsUse
from clinic.domain.search import searched
from clinic.domain.words import say
from clinic.services.access import own_client
from clinic.services.own_answers import finding, sources
from clinic.web.authz import current_actor
from clinic.web.presenters import own_answers as words
from clinic.web.speaking import flash

FROM_MOVE = "move"


def index() -> str:
    """The answers that fit what is asked; without a question all of them."""
    actor = current_actor()
    asked = searched(request.form.get("q", ""))  # posted: what somebody asks stands in no address
    own_client(actor)
    found = finding.fitting(actor, asked) if asked else finding.all_shown(actor)
    return render_template(
        "client/own_answers.html", asked=asked, found=found, words=words, lent=sources.asked_of(actor)
    )


def lend(own_answer_source_id: uuid.UUID, choice: str) -> Response:
    """Agree that one's words are used in an answer, or decline."""
    use = WordsUse.AGREED if choice == "agree" else WordsUse.DECLINED
    sources.decide(current_actor(), own_answer_source_id, use)
    flash(say("Thank you. We keep to what you said."), "success")
    asked_in_thread = request.form.get("back") == "messages"
    page = "client.messages.index" if asked_in_thread else "client.own_answers.index"
    return redirect(url_for(page), 303)


def helped(own_answer_id: uuid.UUID) -> Response:
    """Say that an answer helped, and go back to where it was read."""
    finding.helped(current_actor(), own_answer_id)
    flash(say("Thank you. We are glad that it helped."), "success")
    position = request.form.get(FROM_MOVE, type=int)
    if position:
        return redirect(url_for("client.program.move", position=position, _anchor="answers"), 303)
    return redirect(url_for("client.own_answers.index"), 303)
