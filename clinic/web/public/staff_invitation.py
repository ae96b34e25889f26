"""Accepting an invitation to work for a practice: a name and a password."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.staffing import ROLE_IN_A_SENTENCE, ROLE_NOTES
from clinic.domain.words import say
from clinic.services.accounts import addresses
from clinic.services.people import inviting
from clinic.services.people.inviting import StaffOffer
from clinic.web.authz import begin_session, current_actor, end_session, is_signed_in
from clinic.web.forms.invitations import LeaveForm
from clinic.web.forms.people import JoinStaffForm
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post
from clinic.web.mailing import flash_to_prove
from clinic.web.presenters.chrome import chrome


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def show(secret: str) -> Response | str | tuple[str, int]:
    """Show which practice invites, and as what; make the account, once."""
    offered = inviting.offer(secret)
    if is_signed_in():
        return _other_account(secret, offered)
    form = JoinStaffForm()
    form.ask_only(offered)
    if form.validate_on_submit():
        with form.attempt():
            begin_session(inviting.accept(secret, form.answer()), persistent=False)
            flash_to_prove(addresses.to_prove(current_actor()))
            return redirect(url_for("practitioner.attention.index"), 303)
        offered = inviting.offer(secret)
    return _page("staff_invitation", offered, form=form), 422 if form.errors else 200


def _other_account(secret: str, offered: StaffOffer) -> Response | str:
    form = LeaveForm()
    if request.method == "POST" and form.validate() and form.leave.data:
        end_session()
        return redirect(url_for("public.staff_invitation.show", secret=secret), 303)
    return _page(
        "invitation_signed_in",
        offered,
        form=form,
        who=current_actor().name,
        whose=say("a new colleague"),
    )


def _page(name: str, offered: StaffOffer, **context: object) -> str:
    role = offered.invitation.role
    context |= {
        "host": offered.practice,
        "address": offered.invitation.email,
        "role": ROLE_IN_A_SENTENCE[role],
        "note": ROLE_NOTES[role],
    }
    return render_template(f"public/{name}.html", **{"chrome": chrome(offered.practice, None)} | context)
