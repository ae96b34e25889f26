"""The client's program on one sheet of paper."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.services import links
from clinic.services.access import practice_of
from clinic.services.clock import now
from clinic.services.media.on_paper import small_pictures
from clinic.services.programs import own
from clinic.web.authz import current_actor
from clinic.web.downloads import PDF, file_answer
from clinic.web.papers import paper
from clinic.web.presenters.handout import handout, shown_on_paper


def show() -> Response:
    """Your moves on paper, or those you learned; while a warning sign holds them, the page that says so."""
    actor = current_actor()
    held = own.held(actor)
    programs = held.programs or own.ended(held)
    if not programs:
        raise NotFound
    if held.locked:
        return redirect(url_for("client.program.show"), 303)
    link = links.address("client.program.show")
    pictures = small_pictures(shown_on_paper(programs))
    practice = practice_of(actor)
    words = handout(programs, held.client, practice, link, held.today, phases=held.phases, pictures=pictures)
    return file_answer(paper("handout", words, practice, now()), PDF, "your-moves.pdf", held.today)
