"""Tests and batteries: the shelf of both, one test in full, and batteries a practice puts together itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.catalogue import load_catalogue
from clinic.domain.access import Permission
from clinic.domain.assessment import AssessmentTest, Battery
from clinic.domain.errors import Conflict, NotFound
from clinic.services.batteries import offered as shelf
from clinic.services.batteries import own_batteries, own_tests
from clinic.services.batteries.own_batteries import Pick
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.batteries import ComposeForm, found, picks_sent
from clinic.web.presenters import batteries as presenter
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def index() -> str:
    """Every battery and every test: the practice's own first."""
    actor = current_actor()
    offered, tests = shelf.batteries_for(actor), shelf.tests_for(actor)
    return render_template(
        "practitioner/batteries/index.html",
        own=[each for each in offered if shelf.is_own(each.id)],
        shipped=[each for each in offered if not shelf.is_own(each.id)],
        own_tests=[test for key, test in tests.items() if shelf.is_own(key)],
        groups=presenter.tests_by_section(test for key, test in tests.items() if not shelf.is_own(key)),
        line=presenter.battery_line,
        may_make=may_make(),
    )


def show(battery_key: str) -> str:
    """One battery: what it asks, in order."""
    made = own_batteries.made(current_actor(), battery_key) if shelf.is_own(battery_key) else None
    battery = made.battery if made else _shipped(battery_key)
    return render_template(
        "practitioner/batteries/show.html",
        battery=battery,
        made=made,
        parts=presenter.parts(battery.items),
        line=presenter.battery_line(battery),
        may_make=may_make(),
    )


def test(test_key: str) -> str:
    """One test in full: how it is done, what is recorded, and what its figures mean."""
    made = own_tests.made(current_actor(), test_key) if shelf.is_own(test_key) else None
    wanted = _wanted_version()
    shown = _version_of(made, wanted) if made else _shipped_test(test_key, wanted)
    return render_template(
        "practitioner/batteries/test.html",
        test=shown,
        made=made,
        page=presenter.test_page(shown),
        may_make=may_make(),
    )


def compose() -> Answer:
    """Put a new battery together, from nothing or from a copy of another one."""
    actor = current_actor()
    if not may_make():
        return refused()
    tests = shelf.tests_for(actor)
    typed = given_back.typed()
    if not typed:
        pattern = shelf.battery_for(actor, request.args.get("from", ""))
        form = ComposeForm.blank(
            f"{pattern.name}, ours"[:120] if pattern else None, pattern.purpose if pattern else None
        )
        return _compose_page(form, tests, own_batteries.picks_of(pattern) if pattern else ())
    form, picks = ComposeForm(), picks_sent(typed, tests)
    if not request.form or typed.get("act") != "save":
        return _compose_page(form, tests, picks)
    form.be_asked_by(actor, picks)
    if form.validate():
        with form.attempt():
            made = own_batteries.create(
                actor, form.key.data or "", form.name.data or "", form.purpose.data or "", picks
            )
            flash("Saved. It is offered when you begin an assessment.", "success")
            return _to(made.key)
    return _compose_page(form, tests, picks), 422


def edit(battery_key: str) -> Answer:
    """Change a battery of the practice's own: saving makes its next version."""
    actor = current_actor()
    made = own_batteries.made(actor, battery_key)
    if not may_make():
        return refused()
    if made.head.retired_at is not None:
        return _to(battery_key)
    tests = shelf.tests_for(actor)
    typed = given_back.typed()
    if not typed:
        form = ComposeForm(
            data={
                "version": made.head.version,
                "name": made.battery.name,
                "purpose": made.battery.purpose,
            }
        )
        return _compose_page(form, tests, own_batteries.picks_of(made.battery), made.battery)
    form, picks = ComposeForm(), picks_sent(typed, tests)
    if not request.form or typed.get("act") != "save":
        return _compose_page(form, tests, picks, made.battery)
    return _revised(battery_key, form, tests, picks)


def retire(battery_key: str) -> Answer:
    """Offer a battery no more, asked in words."""
    actor = current_actor()
    made = own_batteries.made(actor, battery_key)
    if not may_make():
        return refused()
    if request.method == "POST":
        own_batteries.retire(actor, battery_key)
        flash(f"{made.battery.name} is not offered any more.", "success")
        return redirect(url_for("practitioner.batteries.index"), 303)
    return render_template("practitioner/batteries/retire.html", battery=made.battery)


def may_make() -> bool:
    """Whether the signed-in person makes tests and batteries."""
    return current_actor().may(Permission.MAKE_TESTS)


def refused() -> Response:
    """Back to the shelf, with the reason."""
    flash("A practitioner or the owner makes tests and batteries.", "caution")
    return redirect(url_for("practitioner.batteries.index"), 303)


def _revised(
    key: str, form: ComposeForm, tests: Mapping[str, AssessmentTest], picks: tuple[Pick, ...]
) -> Answer:
    actor = current_actor()
    form.be_asked_by(actor, picks, key)
    if form.validate():
        try:
            with form.attempt():
                changed = own_batteries.revise(
                    actor, key, form.version.data, form.name.data or "", form.purpose.data or "", picks
                )
                flash("Saved as a new version." if changed else "Nothing was different.", "success")
                return _to(key)
        except Conflict:
            return _changed(key, form, tests, picks)
    return _compose_page(form, tests, picks, own_batteries.made(actor, key).battery), 422


def _changed(
    key: str, form: ComposeForm, tests: Mapping[str, AssessmentTest], picks: tuple[Pick, ...]
) -> Answer:
    """Somebody saved first: both lists, and a form that saves over theirs once it was seen."""
    made = own_batteries.made(current_actor(), key)
    form.version.data, form.version.raw_data = made.head.version, None
    page = _compose_page(form, tests, picks, made.battery, theirs=made)
    return page, 409


def _compose_page(
    form: ComposeForm,
    tests: Mapping[str, AssessmentTest],
    picks: tuple[Pick, ...],
    battery: Battery | None = None,
    *,
    theirs: own_batteries.MadeBattery | None = None,
) -> str:
    return render_template(
        "practitioner/batteries/compose.html",
        form=form,
        battery=battery,
        picked=presenter.picked_parts(picks, tests),
        number=len(picks),
        offers=presenter.offers(found(tests, form.q.data), picks),
        theirs=theirs,
        their_parts=presenter.parts(theirs.battery.items) if theirs else (),
    )


def _shipped(key: str) -> Battery:
    catalogue = load_catalogue()
    wanted = _wanted_version()
    battery = catalogue.battery(key, wanted) if wanted else catalogue.batteries.get(key)
    if battery is None:
        raise NotFound
    return battery


def _shipped_test(key: str, wanted: int | None) -> AssessmentTest:
    catalogue = load_catalogue()
    newest = catalogue.tests.get(key)
    if newest is None:
        raise NotFound
    return (catalogue.test(key, wanted) if wanted else None) or newest


def _version_of(made: own_tests.MadeTest, wanted: int | None) -> AssessmentTest:
    for version in made.versions:
        if wanted in (None, version.row.number):
            return version.test
    raise NotFound


def _wanted_version() -> int | None:
    text = request.args.get("version", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        abort(404)
    return int(text)


def _to(key: str) -> Response:
    return redirect(url_for("practitioner.batteries.show", battery_key=key), 303)
