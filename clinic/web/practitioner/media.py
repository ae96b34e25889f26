"""Files sent by staff piece by piece, and files shown to staff."""

from __future__ import annotations

import uuid

from flask import Response, request

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.media import MediaKind
from clinic.services import access
from clinic.services.media import uploads
from clinic.web.authz import current_actor
from clinic.web.media_answers import media_answer
from clinic.web.media_taking import announced, refused, take_piece, told


def show(media_id: uuid.UUID) -> Response:
    """A picture, a video, captions; a document has an address of its own, where reading it is noted."""
    file = access.media_for(current_actor(), media_id)
    if file.kind is MediaKind.DOCUMENT:
        raise NotFound
    return media_answer(file)


def begin() -> Response:
    """Announce a file; answers where to go on."""
    try:
        return told(uploads.begin(current_actor(), announced(_client_id())))
    except RuleBroken as problem:
        return refused(problem)


def take(media_id: uuid.UUID) -> Response:
    """Take a piece; answers how much is here."""
    return take_piece(current_actor(), media_id)


def _client_id() -> uuid.UUID | None:
    named = request.form.get("client", "")
    try:
        return uuid.UUID(named) if named else None
    except ValueError:
        raise NotFound from None
