"""Files sent by staff piece by piece, and files shown to staff."""

from __future__ import annotations

import uuid

from flask import Response, jsonify, request

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.media import PIECE, MediaKind, MediaRefused
from clinic.models import MediaFile
from clinic.services import access
from clinic.services.media import uploads
from clinic.services.media.uploads import Announced
from clinic.web.authz import current_actor
from clinic.web.media_answers import media_answer


def show(media_id: uuid.UUID) -> Response:
    """A picture, a video, captions; a document has an address of its own, where reading it is noted."""
    file = access.media_for(current_actor(), media_id)
    if file.kind is MediaKind.DOCUMENT:
        raise NotFound
    return media_answer(file)


def begin() -> Response:
    """Announce a file; answers where to go on."""
    kind, size = request.form.get("kind", ""), request.form.get("size", "")
    try:
        if kind not in set(MediaKind) or not size.isdecimal() or len(size) > 15:
            raise MediaRefused("This page is out of date. Please open it again.")
        name, mark = request.form.get("name", ""), request.form.get("fingerprint", "")
        about = Announced(MediaKind(kind), name, int(size), mark, _client_id())
        return _told(uploads.begin(current_actor(), about))
    except RuleBroken as refused:
        return _refused(refused)


def take(media_id: uuid.UUID) -> Response:
    """Take a piece; answers how much is here."""
    piece, begins = request.files.get("piece"), request.form.get("begins", "")
    try:
        if piece is None or not begins.isdecimal() or len(begins) > 15:
            raise MediaRefused("This page is out of date. Please open it again.")
        return _told(uploads.take(current_actor(), media_id, int(begins), piece.read(PIECE + 1)))
    except RuleBroken as refused:
        return _refused(refused)


def _client_id() -> uuid.UUID | None:
    named = request.form.get("client", "")
    try:
        return uuid.UUID(named) if named else None
    except ValueError:
        raise NotFound from None


def _told(row: MediaFile) -> Response:
    return jsonify(id=str(row.id), received=row.received, state=row.state.value, said=row.said, piece=PIECE)


def _refused(problem: RuleBroken) -> Response:
    answer = jsonify(said=problem.message)
    answer.status_code = 422 if isinstance(problem, MediaRefused) else 503
    return answer
