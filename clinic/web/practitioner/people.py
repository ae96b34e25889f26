"""Those who work here: invited, with a role, closed and opened again; and what each role may do."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.domain.staffing import ROLE_IN_A_SENTENCE, ROLE_NOTES
from clinic.models import User
from clinic.services.access import colleague_for, practice_of, user_for
from clinic.services.accounts import sessions
from clinic.services.actors import Actor
from clinic.services.clients import responsible
from clinic.services.links import address as full_address
from clinic.services.people import handing_over, inviting, listed, roles
from clinic.web.authz import current_actor, end_session
from clinic.web.forms.accounts import EndSessionForm
from clinic.web.forms.base import Form
from clinic.web.forms.people import HandOverForm, InviteColleagueForm, RoleForm
from clinic.web.mailing import flash_promised
from clinic.web.presenters import browsers
from clinic.web.presenters import people as words
from clinic.web.presenters.invitations import qr_code
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


def index() -> str:
    """Who works here and who did, whom an invitation waits for, and what each role may do."""
    actor = current_actor()
    people = listed.everybody(actor)
    return render_template(
        "practitioner/people/index.html",
        people=[each for each in people if each.user.is_open],
        gone=[each.user for each in people if not each.user.is_open],
        pending=words.pending(inviting.open_ones(actor), practice_of(actor).time_zone),
        words=words,
        table=words.table(),
    )


def invite() -> Page:
    """Ask who is invited as what; send the invitation, or show a link to hand over, this once."""
    actor, form = current_actor(), InviteColleagueForm()
    form.be_asked_by(actor)
    if form.validate_on_submit():
        with form.attempt():
            return _invited(actor, form)
    page = render_template("practitioner/people/invite.html", form=form, notes=ROLE_NOTES)
    return page, 422 if form.errors else 200


def send_again(staff_invitation_id: uuid.UUID) -> Response:
    """Mail an invitation once more."""
    with told_on_the_next_page():
        invitation = inviting.send_again(current_actor(), staff_invitation_id)
        _flash_sent(invitation.email or "", also="The link before has ended.")
    return _back()


def revoke(staff_invitation_id: uuid.UUID) -> Response:
    """Take an invitation back."""
    invitation = inviting.revoke(current_actor(), staff_invitation_id)
    if invitation.revoked_at is not None:
        flash("The invitation is taken back. Its links no longer work.", "success")
    else:
        flash("The invitation was accepted before it could be taken back.", "caution")
    return _back()


def role(user_id: uuid.UUID) -> Page:
    """Ask for another role, and give it; with clients to hand over, to whom."""
    actor = current_actor()
    person, form = _open(actor, user_id), RoleForm()
    held = handing_over.of(actor, person)
    form.offer(responsible.takers(actor, but=user_id))
    if not held.clients:
        form.leave_out()
    if form.validate_on_submit():
        with form.attempt():
            roles.change(actor, user_id, form.role.data, form.taker_id())
            flash(f"{person.name} is now {ROLE_IN_A_SENTENCE[form.role.data]} here.", "success")
            return _back()
    if not form.is_filled_in:
        form.role.data = person.role
    page = render_template(
        "practitioner/people/role.html", person=person, form=form, held=held, notes=ROLE_NOTES
    )
    return page, 422 if form.errors else 200


def close(user_id: uuid.UUID) -> Page:
    """Ask who takes over, and close an account; one's own, too, where another owner stays."""
    actor = current_actor()
    person, form = _open(actor, user_id), HandOverForm()
    held = handing_over.of(actor, person)
    form.offer(responsible.takers(actor, but=user_id))
    if not held.any:
        form.leave_out()
    if form.validate_on_submit():
        with form.attempt():
            roles.close(actor, user_id, form.taker_id())
            return _closed(actor, person)
    page = render_template(
        "practitioner/people/close.html",
        person=person,
        form=form,
        held=words.belongings(held),
        stays=words.stays(held),
        is_own=user_id == actor.user_id,
    )
    return page, 422 if form.errors else 200


def open_again(gone_id: uuid.UUID) -> Response | str:
    """Ask, and open a closed account again."""
    actor = current_actor()
    person = colleague_for(actor, gone_id)
    if not Form().validate_on_submit():
        return render_template("practitioner/people/open.html", person=person, words=words)
    with told_on_the_next_page():
        roles.open_again(actor, gone_id)
        flash(f"{person.name} can sign in again.", "success")
    return _back()


def devices(user_id: uuid.UUID) -> str:
    """Where somebody of the practice is signed in."""
    actor = current_actor()
    person = user_for(actor, user_id)
    found = browsers.lines(sessions.open_browsers(person), practice_of(actor).time_zone)
    return render_template("practitioner/people/devices.html", person=person, browsers=found)


def end_device(user_id: uuid.UUID) -> Response:
    """Sign somebody of the practice out in one browser, or in all."""
    form = EndSessionForm()
    if not form.validate_on_submit():
        raise NotFound
    person = sessions.end_of(current_actor(), user_id, form.session_id())
    flash(f"{person.name} is signed out there.", "success")
    return redirect(url_for("practitioner.people.devices", user_id=user_id), 303)


def _invited(actor: Actor, form: InviteColleagueForm) -> Page:
    key = form.key.data or ""
    if not form.by_link:
        _flash_sent(inviting.invite(actor, form.role.data, form.email.data, key).email or "")
        return _back()
    invitation, secret = inviting.hand_over(actor, form.role.data, key)
    link = full_address("public.staff_invitation.show", secret=secret)
    return render_template(
        "practitioner/people/link.html",
        invitation=invitation,
        role=ROLE_IN_A_SENTENCE[invitation.role],
        link=link,
        code=qr_code(link),
    )


def _flash_sent(address: str, also: str = "") -> None:
    flash_promised(f"An invitation is on its way to {address}.", f"The invitation to {address}", also=also)


def _open(actor: Actor, user_id: uuid.UUID) -> User:
    person = colleague_for(actor, user_id)
    if not person.is_open:
        raise NotFound
    return person


def _closed(actor: Actor, person: User) -> Response:
    name = person.name
    if person.id != actor.user_id:
        flash(f"The account of {name} is closed.", "success")
        return _back()
    end_session()
    flash("Your account is closed, and you are signed out. Another owner can open it again.", "success")
    return redirect(url_for("public.signin.sign_in"), 303)


def _back() -> Response:
    return redirect(url_for("practitioner.people.index"), 303)
