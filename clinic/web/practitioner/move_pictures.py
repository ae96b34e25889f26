"""The pictures of a move: sent, described, removed, put back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import NotFound
from clinic.domain.media import WITHOUT_SCRIPT, MediaRefused, MoveSpot, in_words
from clinic.services import access
from clinic.services.media import showing, uploads
from clinic.services.media.uploads import Announced
from clinic.web.authz import current_actor
from clinic.web.forms.move_pictures import MovePictureForm
from clinic.web.presenters import move_pictures as presenter
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
NO_FILE = "Choose a file."


def show(move_id: uuid.UUID) -> Answer:
    """All that a move shows, and the forms to change it."""
    form = MovePictureForm()
    if not form.is_submitted():
        return _page(form, move_id)
    access.move_for(current_actor(), move_id)
    if form.validate():
        with form.attempt():
            _take(form, move_id)
            return _back(move_id)
    return _page(form, move_id), 422


def remove(move_id: uuid.UUID) -> Response:
    """Show nothing at one place any more; the page that follows offers it back."""
    spot = request.form.get("spot", "")
    if spot not in set(MoveSpot):
        raise NotFound
    showing.remove(current_actor(), move_id, MoveSpot(spot))
    flash("Removed here. Programs that show it keep it. For a day it can be put back below.", "success")
    return _back(move_id)


def put_back(move_id: uuid.UUID) -> Response:
    """Show again what was removed lately."""
    try:
        picture_id = uuid.UUID(request.form.get("picture", ""))
    except ValueError:
        raise NotFound from None
    showing.put_back(current_actor(), move_id, picture_id)
    flash("It is shown again.", "success")
    return _back(move_id)


def _take(form: MovePictureForm, move_id: uuid.UUID) -> None:
    actor, alt = current_actor(), form.alt.data or ""
    file = request.files.get("file")
    if form.sent_before is not None:
        media_id = form.sent_before
    elif file is not None and file.filename:
        data = file.read(WITHOUT_SCRIPT + 1)
        if len(data) > WITHOUT_SCRIPT:
            raise MediaRefused(f"Without JavaScript a file has at most {in_words(WITHOUT_SCRIPT)}.")
        assert form.kind is not None
        media_id = uploads.send_whole(actor, Announced(form.kind, file.filename, len(data)), data).id
    elif form.kind is not None and showing.describe(actor, move_id, form.place, alt, form.part):
        flash("What it shows is said anew.", "success")
        return
    else:
        raise MediaRefused(NO_FILE)
    showing.show(actor, move_id, media_id, form.place, alt, form.part)
    flash(
        "It is in the library now. Clients see it with the next version of a routine that is published.",
        "success",
    )


def _page(form: MovePictureForm, move_id: uuid.UUID) -> str:
    actor = current_actor()
    move = access.move_for(actor, move_id)
    return render_template(
        "practitioner/moves/pictures.html",
        form=form,
        move=move,
        places=presenter.places(move, showing.at_move(move)),
        problems=[] if form.spot.errors else list(_problems(form)),
        may_change=actor.may(Permission.PUBLISH_ROUTINES),
    )


def _problems(form: MovePictureForm) -> Iterator[tuple[str, str]]:
    """What is wrong with the fields of one place, each with where it stands."""
    for field in (form.alt, form.part_from, form.part_until):
        yield from ((f"{field.name}-{form.spot.data}", str(each)) for each in field.errors)


def _back(move_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.move_pictures.show", move_id=move_id), 303)
