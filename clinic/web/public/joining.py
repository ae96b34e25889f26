"""A place in a course: asked for by a link, confirmed by a mailed one."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.courses import TAKES_REQUESTS
from clinic.domain.greeting import first_name
from clinic.extensions import limiter
from clinic.services.consents import texts
from clinic.services.groups import joining
from clinic.services.groups.joining import CourseOffer
from clinic.web.forms.joining import ConfirmForm, JoinForm
from clinic.web.limits import PER_ADDRESS, on_post
from clinic.web.presenters import courses as words
from clinic.web.presenters.chrome import chrome

GUESSES = "60 per 10 minutes"  # looks at codes from one address: a code has 72 bits
Page = Response | str | tuple[str, int]


@limiter.limit(GUESSES)
@on_post(PER_ADDRESS)
def show(code: str) -> Page:
    """Show what the link offers, and take a request; the answer is the same whoever asks."""
    offered = joining.offer(code)
    form = JoinForm(time_zone=offered.practice.time_zone)
    form.time_zone.put_first(offered.practice.time_zone)
    if offered.door not in TAKES_REQUESTS:
        return _page("join_shut", offered)
    if form.validate_on_submit():
        if not form.is_from_a_robot:
            joining.ask(code, form.asked())
        return _page("join_asked", offered, address=form.email.data.typed)
    return _page("join", offered, form=form), 422 if form.errors else 200


@on_post(PER_ADDRESS)
def confirm(secret: str) -> Page:
    """Show the button, and afterwards what became of it."""
    request, form = joining.request_of(secret), ConfirmForm()
    if form.validate_on_submit():
        if way_in := joining.way_in(joining.confirm(secret)):
            return redirect(url_for("public.invitation.show", secret=way_in), 303)
        return redirect(url_for("public.joining.confirm", secret=secret), 303)
    offered = joining.offer_of(request)
    return _page(
        "join_confirm",
        offered,
        form=form,
        first_name=first_name(request.name),
        outcome=words.outcome(request, offered.door),
        is_open=words.may_confirm(request, offered.door),
    )


def _page(name: str, offered: CourseOffer, **context: object) -> str:
    return render_template(
        f"public/{name}.html",
        chrome=chrome(offered.practice, None),
        host=offered.practice,
        group=offered.group,
        course=offered.course,
        said=words.DOORS.get(offered.door),
        days=words.public_days(offered.course),
        wording=texts.in_force(offered.practice),
        **context,
    )
