"""What a client agreed to, and withdraws or gives again."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.consents import ConsentKind
from clinic.domain.words import say
from clinic.services import access
from clinic.services.consents import acts, texts
from clinic.web.authz import current_actor
from clinic.web.presenters import consents as words
from clinic.web.speaking import flash


def show() -> str:
    """Both kinds, each in the words that were agreed to."""
    actor = current_actor()
    client, practice = access.own_client(actor), access.practice_of(actor)
    own = acts.of_client(actor, client.id)
    found = words.sections(
        client, practice, own, acts.missing(client), texts.in_force(practice), to_client=True
    )
    return render_template("client/consents.html", sections=found, practice=practice)


def withdraw(choice: str) -> Response:
    """Withdraw one."""
    if acts.withdraw_own(current_actor(), ConsentKind(choice)):
        flash(say("Your consent is withdrawn, and your practice can see it."), "success")
    return _back()


def give(choice: str) -> Response:
    """Agree to it, for the first time or again."""
    if acts.give_own(current_actor(), ConsentKind(choice)):
        flash(say("Noted: you agree."), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("client.consents.show"), 303)
