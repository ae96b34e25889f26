"""A course: what it is, made and changed, opened, called off, its link, and who asks for a place."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.courses import OVER, CourseState, RequestState
from clinic.domain.errors import Conflict
from clinic.models import ClientGroup, Course
from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.files.course_csv import course_csv
from clinic.services.groups import courses, joining, pages, reports
from clinic.services.links import address as full_address
from clinic.services.routines import choosing
from clinic.web.authz import current_actor
from clinic.web.downloads import CSV, file_answer
from clinic.web.forms.courses import CallOffForm, CourseForm
from clinic.web.presenters import courses as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


def show(group_id: uuid.UUID) -> str:
    """What a course is, its link, and who waits for a place."""
    actor = current_actor()
    course = courses.course_for(actor, group_id)
    today = today_in(access.practice_of(actor).time_zone)
    version = access.routine_version_for(actor, course.version_id)
    figures = pages.course_figures(actor, course.group)
    return render_template(
        "practitioner/courses/show.html",
        course=course,
        group=course.group,
        facts=words.facts(course, figures, version.routine.name, today),
        state=words.state(course),
        problems=figures.problems,
        link=full_address("public.joining.show", code=course.join_code) if course.join_code else None,
        waiting=[(each, words.asks(each, today)) for each in joining.waiting(actor, course)],
        is_draft=course.state is CourseState.DRAFT,
        is_over=course.state in OVER,
    )


def report(group_id: uuid.UUID) -> str:
    """What came of a course."""
    actor = current_actor()
    course = courses.course_for(actor, group_id)
    found = reports.of_course(actor, course)
    return render_template(
        "practitioner/courses/report.html",
        group=course.group,
        days=words.days(course, today_in(access.practice_of(actor).time_zone)),
        state=words.state(course),
        facts=words.report(found),
        stops=words.stops(found),
    )


def report_csv(group_id: uuid.UUID) -> Response:
    """The figures of a course as a table."""
    actor = current_actor()
    course = courses.course_for(actor, group_id)
    made = course_csv(reports.of_course(actor, course))
    return file_answer(made, CSV, "course.csv", today_in(access.practice_of(actor).time_zone))


def edit(group_id: uuid.UUID) -> Page:
    """Make a group a course, or change one."""
    actor = current_actor()
    group = access.group_for(actor, group_id)
    course = courses.of_group(actor, group)
    choices = [each.version for each in choosing.choices(actor)]
    if not choices:
        return render_template("practitioner/programs/nothing_published.html", client=None)
    form = CourseForm.of(actor, access.practice_of(actor), course)
    form.offer(choices, course)
    if form.validate_on_submit():
        try:
            with form.attempt():
                courses.put(actor, group_id, form.wish(), form.version.data or 0)
                flash("Saved.", "success")
                return _to(group_id)
        except Conflict:
            course = courses.course_for(actor, group_id)
            form.version.data = course.version
            return _edit_page(form, group, course, changed=True), 409
    return _edit_page(form, group, course), 422 if form.errors else 200


def open_it(group_id: uuid.UUID) -> Response:
    """Open a course."""
    with told_on_the_next_page():
        courses.open_it(current_actor(), group_id)
        flash("The course is open. Whoever stands in the group has its program now.", "success")
    return _to(group_id)


def call_off(group_id: uuid.UUID) -> Page:
    """Ask, and call a course off."""
    actor, form = current_actor(), CallOffForm()
    course = courses.course_for(actor, group_id)
    if course.state in OVER:
        return _to(group_id)
    if form.validate_on_submit():
        courses.call_off(actor, group_id, form.reason.data or "")
        flash("The course is called off. Mail that had not gone out yet was called back.", "success")
        return _to(group_id)
    page = render_template("practitioner/courses/call_off.html", form=form, group=course.group)
    return page, 422 if form.errors else 200


def link(group_id: uuid.UUID, choice: str) -> Response:
    """Make a new link to join by, or turn it off."""
    with told_on_the_next_page():
        courses.set_link(current_actor(), group_id, on=choice == "on")
        flash(
            "This is the link now. An earlier one has ended." if choice == "on" else "The link is off.",
            "success",
        )
    return _to(group_id)


def decide(group_id: uuid.UUID, place_id: uuid.UUID, choice: str) -> Response:
    """Give somebody who asked a place, or none."""
    act = joining.accept if choice == "accept" else joining.refuse
    with told_on_the_next_page():
        request = act(current_actor(), group_id, place_id)
        has_place = request.state is RequestState.JOINED
        flash(
            f"{request.name} has a place." if has_place else f"{request.name} has no place. No mail says so.",
            "success",
        )
    return _to(group_id)


def _edit_page(form: CourseForm, group: ClientGroup, course: Course | None, *, changed: bool = False) -> str:
    is_fixed = course is not None and course.state is not CourseState.DRAFT
    return render_template(
        "practitioner/courses/edit.html",
        form=form,
        group=group,
        course=course,
        changed=changed,
        is_fixed=is_fixed,
    )


def _to(group_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.courses.show", group_id=group_id), 303)
