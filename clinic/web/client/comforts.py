"""How a client's pages look: their own choice, in their own account."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from clinic.domain.words import say
from clinic.services.accounts import comforts
from clinic.web.authz import current_actor
from clinic.web.forms.comforts import ComfortsForm
from clinic.web.speaking import flash


def show() -> ResponseReturnValue:
    """Show what is chosen, or choose anew."""
    form = ComfortsForm(obj=current_user.comforts)
    if form.validate_on_submit():
        comforts.choose(current_actor(), form.chosen)
        flash(say("Your pages look like this now, wherever you sign in."), "success")
        return redirect(url_for("client.comforts.show"), 303)
    return render_template("client/comforts.html", form=form), 422 if form.errors else 200
