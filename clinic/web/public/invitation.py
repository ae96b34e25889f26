"""Accepting an invitation: a password, and consent where it is not recorded yet."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.greeting import NOBODY, first_name
from clinic.services.accounts import addresses
from clinic.services.clients import invitations
from clinic.services.clients.invitations import InvitationOffer
from clinic.web.authz import begin_session, current_actor, end_session, is_signed_in
from clinic.web.forms.invitations import AcceptForm, LeaveForm
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post
from clinic.web.mailing import flash_to_prove
from clinic.web.presenters.chrome import chrome


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def show(secret: str) -> Response | str | tuple[str, int]:
    """Show whom the invitation is for; make the account, once."""
    offered = invitations.offer(secret)
    if is_signed_in():
        return _other_account(secret, offered)
    form = AcceptForm()
    form.ask_only(offered)
    if form.validate_on_submit():
        with form.attempt():
            session_secret = invitations.accept(secret, form.answer())
            begin_session(session_secret, persistent=bool(form.persistent.data))
            flash_to_prove(addresses.to_prove(current_actor()))
            return redirect(url_for("client.today.index"), 303)
        offered = invitations.offer(secret)
    return _page("invitation", offered, form=form), 422 if form.errors else 200


def _other_account(secret: str, offered: InvitationOffer) -> Response | str:
    form = LeaveForm()
    if request.method == "POST" and form.validate() and form.leave.data:
        end_session()
        return redirect(url_for("public.invitation.show", secret=secret), 303)
    return _page("invitation_signed_in", offered, form=form, who=current_actor().name)


def _page(name: str, offered: InvitationOffer, **context: object) -> str:
    """One of the two pages; whoever holds the link learns no more of the name than a greeting says."""
    called = first_name(offered.client.name)
    context |= {
        "first_name": called,
        "whose": offered.client.name if called == NOBODY else called,
        "host": offered.practice,
        "client": offered.client,
        "wording": offered.wording,
    }
    return render_template(f"public/{name}.html", **{"chrome": chrome(offered.practice, None)} | context)
