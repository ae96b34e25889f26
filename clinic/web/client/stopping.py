"""Why somebody stopped: asked in one tap, and answered with what helps."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.types import ProgramStatus
from clinic.services.programs import noticed, own, stopping
from clinic.web.authz import current_actor
from clinic.web.forms.noticing import StoppingForm
from clinic.web.presenters import noticing as words
from clinic.web.presenters.hold import hold_text


def say() -> ResponseReturnValue:
    """The question with its answers; once one is given, what follows from it."""
    form, actor = StoppingForm(), current_actor()
    if form.validate_on_submit():
        with form.attempt():
            stopping.say(actor, form.because.data)
            return redirect(url_for("client.stopping.say"), 303)
    held = own.held(actor)
    told = noticed.of_client(held.client, held.today)
    asks = told.stop is None or bool(form.errors) or request.args.get("change") == "1"
    page = render_template(
        "client/stopping.html",
        form=form,
        reasons=[*CLIENTS_WORDS.items()],
        asks=asks,
        runs=held.status is ProgramStatus.ACTIVE,
        stopped=words.stop_for_client(told) if told.stop else None,
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )
    return page, 422 if form.errors else 200
