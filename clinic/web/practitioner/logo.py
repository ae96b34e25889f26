"""The practice's logo: chosen, removed, put back."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.domain.media import WITHOUT_SCRIPT, MediaKind, MediaRefused, in_words
from clinic.services.media import logo, uploads
from clinic.services.media.uploads import Announced
from clinic.web.authz import current_actor
from clinic.web.forms.logo import LogoForm
from clinic.web.speaking import flash


def show() -> Response | tuple[str, int]:
    """The logo as it is, and the form that sends another one."""
    form = LogoForm()
    if form.validate_on_submit():
        with form.attempt():
            _take()
            flash("The logo stands in the letterhead now.", "success")
            return _back()
    found = logo.lately(current_actor())
    page = render_template(
        "practitioner/practice/logo.html",
        form=form,
        shown=next((each for each in found if each.removed_at is None), None),
        removed=next((each for each in found if each.removed_at is not None), None),
        largest=in_words(WITHOUT_SCRIPT),
    )
    return page, 422 if form.errors else 200


def remove() -> Response:
    """Show none; the page that follows offers it back."""
    logo.remove(current_actor())
    flash("The letterhead has no logo. For a day it can be put back below.", "success")
    return _back()


def put_back() -> Response:
    """Show again what was removed lately."""
    try:
        logo_id = uuid.UUID(request.form.get("logo", ""))
    except ValueError:
        raise NotFound from None
    logo.put_back(current_actor(), logo_id)
    flash("The logo stands in the letterhead again.", "success")
    return _back()


def _take() -> None:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MediaRefused("Choose a file.")
    data = file.read(WITHOUT_SCRIPT + 1)
    if len(data) > WITHOUT_SCRIPT:
        raise MediaRefused(f"A logo has at most {in_words(WITHOUT_SCRIPT)}.")
    actor = current_actor()
    media = uploads.send_whole(actor, Announced(MediaKind.PICTURE, file.filename, len(data)), data)
    logo.show(actor, media.id)


def _back() -> Response:
    return redirect(url_for("practitioner.logo.show"), 303)
