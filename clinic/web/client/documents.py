"""What the practice shares with a client."""

from __future__ import annotations

import uuid

from flask import Response

from clinic.services import access
from clinic.services.documents import keeping
from clinic.web.authz import current_actor
from clinic.web.media_answers import media_answer
from clinic.web.presenters import documents as presenter


def file(document_id: uuid.UUID) -> Response:
    """The file, to be saved."""
    document = access.document_for(current_actor(), document_id, keeping.WITH_FILE)
    return media_answer(document.media, presenter.saved_as(document))
