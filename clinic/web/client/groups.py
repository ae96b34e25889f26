"""The groups a client stands in: their courses, and what was written to all."""

from __future__ import annotations

from flask import render_template

from clinic.domain.course_report import CourseMember
from clinic.domain.courses import CourseState
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.groups import own, reports
from clinic.services.groups.own import OwnGroup
from clinic.web.authz import current_actor
from clinic.web.presenters import courses as words


def index() -> str:
    """Each group with its course and its messages."""
    actor = current_actor()
    client = access.own_client(actor)
    found = [(each, _came_of_it(actor, each)) for each in own.groups(actor)]
    entries = words.own_groups(found, client.time_zone, today_in(client.time_zone))
    return render_template("client/groups.html", entries=entries)


def _came_of_it(actor: Actor, each: OwnGroup) -> CourseMember | None:
    """What a course that has ended came to for them."""
    if each.course is None or each.course.state is not CourseState.ENDED:
        return None
    return reports.of_member(actor, each.course, each.member)
