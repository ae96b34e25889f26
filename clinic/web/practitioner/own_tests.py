"""Tests a practice makes itself: added, changed as a new version, retired."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.services.batteries import offered as shelf
from clinic.services.batteries import own_tests
from clinic.services.batteries.definitions import draft_of
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.own_tests import FIELD_ROWS, OwnTestForm
from clinic.web.practitioner.batteries import may_make, refused
from clinic.web.presenters import batteries as presenter
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def add() -> Answer:
    """Make a test."""
    if not may_make():
        return refused()
    if not given_back.typed():
        return _page(OwnTestForm.blank())
    if (form := _arranged()) is not None:
        return _page(form)
    form = OwnTestForm()
    form.be_asked_by(current_actor())
    if form.validate():
        with form.attempt():
            made = own_tests.create(current_actor(), form.key.data or "", form.draft())
            flash("Saved. You can put it into a battery now.", "success")
            return _to(made.key)
    return _page(form), 422


def edit(test_key: str) -> Answer:
    """Change a test: saving makes its next version, and what was recorded keeps the one it had."""
    actor = current_actor()
    made = own_tests.made(actor, test_key)
    if not may_make():
        return refused()
    if made.head.retired_at is not None:
        return _to(test_key)
    if not given_back.typed():
        return _page(OwnTestForm.of(draft_of(made.newest.test), made.head.version), made)
    if (form := _arranged()) is not None:
        return _page(form, made)
    form = OwnTestForm()
    form.be_asked_by(actor, test_key)
    if form.validate():
        try:
            with form.attempt():
                changed = own_tests.revise(actor, test_key, form.version.data, form.draft())
                flash("Saved as a new version." if changed else "Nothing was different.", "success")
                return _to(test_key)
        except Conflict:
            return _changed(test_key, form)
    return _page(form, own_tests.made(actor, test_key)), 422


def retire(test_key: str) -> Answer:
    """Offer a test no more, asked in words."""
    actor = current_actor()
    made = own_tests.made(actor, test_key)
    if not may_make():
        return refused()
    if request.method == "POST":
        own_tests.retire(actor, test_key)
        flash(f"{made.newest.test.name} is not offered any more.", "success")
        return redirect(url_for("practitioner.batteries.index"), 303)
    asked_by = [
        battery.name
        for battery in shelf.batteries_for(actor)
        if any(item.test.id == test_key for item in battery.items)
    ]
    return render_template("practitioner/batteries/retire_test.html", made=made, asked_by=asked_by)


def _arranged() -> OwnTestForm | None:
    """The form with a row added, moved or taken out, or given back; None if it was sent to be saved."""
    if not request.form:
        return OwnTestForm()
    act = request.form.get("act", "save")
    return None if act == "save" else OwnTestForm(formdata=FIELD_ROWS.rearranged(request.form, act))


def _changed(key: str, form: OwnTestForm) -> Answer:
    made = own_tests.made(current_actor(), key)
    form.version.data, form.version.raw_data = made.head.version, None
    return _page(form, made, theirs=made.newest), 409


def _page(
    form: OwnTestForm, made: own_tests.MadeTest | None = None, *, theirs: own_tests.TestVersion | None = None
) -> str:
    return render_template(
        "practitioner/batteries/test_edit.html",
        form=form,
        made=made,
        theirs=theirs,
        their_page=presenter.test_page(theirs.test) if theirs else None,
    )


def _to(key: str) -> Response:
    return redirect(url_for("practitioner.batteries.test", test_key=key), 303)
