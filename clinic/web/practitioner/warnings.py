"""A warning sign as the practice sees it, and clearing it by name."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.warnings import locks_program
from clinic.services import warnings
from clinic.services.access import practice_of
from clinic.services.outbox import promises as outbox
from clinic.web.authz import current_actor
from clinic.web.forms.warnings import ClearForm
from clinic.web.presenters import mails as mail_words
from clinic.web.presenters import warnings as words
from clinic.web.presenters.assessment_warnings import found_words, what_to_do
from clinic.web.speaking import flash


def show(flag_id: uuid.UUID) -> ResponseReturnValue:
    """What was named and what followed; with a note, a practitioner opens the program again."""
    actor = current_actor()
    seen = warnings.seen(actor, flag_id)
    form = ClearForm()
    if form.validate_on_submit():
        with form.attempt():
            warnings.clear(actor, flag_id, form.note.data or "")
            flash("Cleared. The program is open again, and check-ins go on from the next one.", "success")
            return redirect(url_for("practitioner.warnings.show", flag_id=flag_id), 303)
    page = render_template(
        "practitioner/warnings/flag.html",
        form=form,
        seen=seen,
        signs=words.named(seen.flag),
        found=found_words(seen.flag),
        to_do=what_to_do(seen.flag),
        locked=locks_program(seen.flag.tier),
        urgency=words.urgency(seen.flag.tier),
        zone=practice_of(actor).time_zone,
        alerted=mail_words.alerted(outbox.alert_states(seen.flag)),
    )
    return page, 422 if form.errors else 200
