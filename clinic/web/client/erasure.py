"""A client asks for their own record to be erased; the practice's owner decides."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.erasure import GRACE, ErasureState
from clinic.domain.words import say
from clinic.services import access
from clinic.services.erasure import asking
from clinic.web.authz import current_actor
from clinic.web.forms.base import Form
from clinic.web.speaking import flash


def ask() -> Response | str | tuple[str, int]:
    """Say what happens, and ask; or ask no more, as long as nobody has said yes."""
    actor, form = current_actor(), Form()
    client = access.own_client(actor)
    going = asking.open_of(actor, client.id)
    has_asked = going is not None and going.state is ErasureState.ASKED
    if form.validate_on_submit():
        if has_asked:
            asking.take_back_as_client(actor)
            flash(say("You have taken it back. Everything stays as it is."), "success")
        else:
            asking.ask_as_client(actor)
            flash(say("Your practice has been asked. It decides, and tells you."), "success")
        return redirect(url_for("client.account.show"), 303)
    return render_template("client/erasure.html", form=form, has_asked=has_asked, days=GRACE.days)
