"""The address at which somebody's own calendar reads their appointments: one page for staff and clients."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services import access, links
from clinic.services.actors import Actor
from clinic.services.appointments import calendars
from clinic.web.authz import current_actor
from clinic.web.speaking import flash


def page(template: str, secret: str | None = None) -> str:
    """Whether there is an address, and the address itself where it was made just now."""
    actor = current_actor()
    return render_template(
        template,
        address=links.address("public.calendar.read", secret=secret) if secret else "",
        held=calendars.of_own(actor),
        time_zone=_zone(actor),
    )


def make(template: str) -> str:
    """Make a new address and show it in the one answer that holds it."""
    return page(template, calendars.make(current_actor()))


def revoke(back: str) -> Response:
    """End the address."""
    if calendars.revoke(current_actor()):
        flash(say("The address is ended. A calendar that still asks for it gets nothing."), "success")
    return redirect(url_for(back), 303)


def _zone(actor: Actor) -> str:
    return access.practice_of(actor).time_zone if actor.is_staff else access.own_client(actor).time_zone
