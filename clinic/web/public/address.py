"""Proving an address to sign in with: a mailed link, and a press."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services.accounts import addresses
from clinic.web.forms.base import Form
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post
from clinic.web.speaking import flash


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def show(secret: str) -> Response | str | tuple[str, int]:
    """Show which address it is about; let it count on a press."""
    found, form = addresses.subject(secret), Form()
    if form.validate_on_submit():
        with form.attempt():
            address = addresses.prove(secret)
            flash(say("From now on you sign in with %(address)s.", address=address), "success")
            return redirect(url_for("public.signin.sign_in"), 303)
    page = render_template("public/address.html", form=form, address=found.address)
    return page, 422 if form.errors else 200
