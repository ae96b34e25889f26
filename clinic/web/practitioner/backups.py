"""The backups of the installation, for its owner: how they stand, and the keys that open them."""

from __future__ import annotations

import uuid

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.services.access import practice_of
from clinic.services.clock import now
from clinic.services.upkeep.backups import keys, owning, runs
from clinic.services.upkeep.backups.stores import place
from clinic.web.authz import current_actor
from clinic.web.filters import day_year, local_date
from clinic.web.forms.backups import BackupKeyForm, RetireKeyForm
from clinic.web.presenters import backups as words
from clinic.web.presenters.invitations import qr_code
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash
from config import Settings

Page = Response | str | tuple[str, int]


def show() -> Page:
    """Say when the last one was made and restored, what is wrong, and who can open them."""
    return _page(BackupKeyForm())


def make_key() -> Page:
    """Make a key, and show its sheet in the one answer that holds it."""
    actor, form = current_actor(), BackupKeyForm()
    if form.validate_on_submit():
        with form.attempt():
            made = owning.make_key(actor, form.label.data or "", form.key.data or "")
            return render_template(
                "practitioner/practice/backup_sheet.html",
                made=made,
                made_on=day_year(local_date(made.key.made_at, practice_of(actor).time_zone)),
                picture=qr_code(f"{made.secret_line} {made.verify_line}"),
            )
    return _page(form)


def retire_key() -> Response:
    """Encrypt to a key no more."""
    form = RetireKeyForm()
    if not form.validate_on_submit():
        raise NotFound
    with told_on_the_next_page():
        label = owning.retire_key(current_actor(), uuid.UUID(form.backup_key.data))
        flash(f"The key {label} is retired. Its sheet still opens the backups made before.", "success")
    return redirect(url_for("practitioner.backups.show", _anchor="keys"), 303)


def _page(form: BackupKeyForm) -> Page:
    actor = current_actor()
    settings: Settings = current_app.config["SETTINGS"]
    zone, status, used = practice_of(actor).time_zone, runs.status(), keys.in_use()
    page = render_template(
        "practitioner/practice/backups.html",
        form=form,
        why_not=owning.may_change(actor),
        facts=words.facts(status, place(), settings.backup_hour, zone),
        notes=words.notes(
            status,
            has_keys=bool(used),
            is_here=settings.backup_to is None,
            hour=settings.backup_hour,
            at=now(),
        ),
        keys=words.key_rows(used, keys.this_installation(), zone),
        runs=words.run_rows(runs.recent(), zone),
        verify_line=keys.verify_line(),
    )
    return page, 422 if form.errors else 200
