"""Warning signs: what to look out for, and telling the practice at once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.services import access, warnings
from clinic.web.authz import current_actor
from clinic.web.forms.warnings import SignsForm, TakenBackForm
from clinic.web.presenters import warnings as words


def show() -> ResponseReturnValue:
    """The signs in plain words and, with a press, the practice is told."""
    client = access.own_client(current_actor())
    form = SignsForm()
    form.offer(words.all_signs())
    if form.validate_on_submit():
        return _told(form)
    flag = warnings.open_flag(client)
    groups = words.groups(client.practice)
    page = render_template(
        "client/warnings.html",
        form=form,
        groups=groups,
        advice=words.advice(flag.tier, client.practice) if flag else None,
        taken_back=flag is not None and flag.taken_back_at is not None,
    )
    return page, 422 if form.errors else 200


def taken_back() -> ResponseReturnValue:
    """Something was ticked by mistake: the practice reads why."""
    form = TakenBackForm()
    if form.validate_on_submit():
        with form.attempt():
            warnings.take_back_on_own_page(current_actor(), form.reason.data or "")
            return redirect(url_for("client.warnings.show"), 303)
    return render_template("client/taken_back.html", form=form), 422 if form.errors else 200


def _told(form: SignsForm) -> ResponseReturnValue:
    flag = warnings.name_on_own_page(current_actor(), form.signs.data)
    if "X-Tick" in request.headers:  # a script sends each tick as it is made, and stays on its page
        return {"tier": flag.tier.value}
    return redirect(url_for("client.warnings.show"), 303)
