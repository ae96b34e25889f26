"""Pictures and videos of a client's own moves."""

from __future__ import annotations

import uuid

from flask import Response

from clinic.services import access
from clinic.web.authz import current_actor
from clinic.web.media_answers import media_answer


def show(media_id: uuid.UUID) -> Response:
    """A picture, a video, captions."""
    return media_answer(access.media_for(current_actor(), media_id))
