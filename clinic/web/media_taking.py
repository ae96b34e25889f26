"""Files that a script sends piece by piece: announced, taken, and told how much is here."""

from __future__ import annotations

import uuid

from flask import Response, jsonify, request

from clinic.domain.errors import RuleBroken
from clinic.domain.media import PIECE, MediaKind, MediaRefused
from clinic.domain.words import again, say
from clinic.models import MediaFile
from clinic.services.actors import Actor
from clinic.services.media import uploads
from clinic.services.media.uploads import Announced
from clinic.web.speaking import here

OUT_OF_DATE = say("This page is out of date. Please open it again.")


def announced(client_id: uuid.UUID | None) -> Announced:
    """What the request says of a file that is about to come; MediaRefused where it says nothing of sense."""
    kind, size = request.form.get("kind", ""), request.form.get("size", "")
    if kind not in set(MediaKind) or not size.isdecimal() or len(size) > 15:
        raise MediaRefused(OUT_OF_DATE)
    name, mark = request.form.get("name", ""), request.form.get("fingerprint", "")
    return Announced(MediaKind(kind), name, int(size), mark, client_id)


def take_piece(actor: Actor, media_id: uuid.UUID) -> Response:
    """Take a piece; answers how much is here."""
    piece, begins = request.files.get("piece"), request.form.get("begins", "")
    try:
        if piece is None or not begins.isdecimal() or len(begins) > 15:
            raise MediaRefused(OUT_OF_DATE)
        return told(uploads.take(actor, media_id, int(begins), piece.read(PIECE + 1)))
    except RuleBroken as problem:
        return refused(problem)


def told(row: MediaFile) -> Response:
    """Where whoever sends a file goes on."""
    said = here().spoken(again(row.said))
    return jsonify(id=str(row.id), received=row.received, state=row.state.value, said=said, piece=PIECE)


def refused(problem: RuleBroken) -> Response:
    """Why a file is not taken."""
    answer = jsonify(said=here().spoken(problem.message))
    answer.status_code = 422 if isinstance(problem, MediaRefused) else 503
    return answer
