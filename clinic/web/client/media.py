"""Pictures and videos of a client's own moves, and what a client sends to go with a message."""

from __future__ import annotations

import uuid

from flask import Response

from clinic.domain.errors import RuleBroken
from clinic.domain.messages import check_file
from clinic.services import access
from clinic.services.media import uploads
from clinic.web.authz import current_actor
from clinic.web.media_answers import media_answer
from clinic.web.media_taking import announced, refused, take_piece, told


def show(media_id: uuid.UUID) -> Response:
    """A picture, a video, captions."""
    return media_answer(access.media_for(current_actor(), media_id))


def begin() -> Response:
    """Announce a photo or a video; answers where to go on."""
    actor = current_actor()
    try:
        file = announced(actor.client_id)
        check_file(file.kind, file.size)
        return told(uploads.begin(actor, file))
    except RuleBroken as problem:
        return refused(problem)


def take(media_id: uuid.UUID) -> Response:
    """Take a piece; answers how much is here."""
    return take_piece(current_actor(), media_id)
