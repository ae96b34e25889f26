"""The first visit to a new installation: the practice and its owner."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.services import practices
from clinic.services.accounts import signing_in as accounts
from clinic.web import mailing
from clinic.web.authz import begin_session, home_for
from clinic.web.forms.practice import SetUpForm
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def begin() -> Response | str | tuple[str, int]:
    """Ask for the practice's details and the owner's account, once."""
    if practices.exists():
        return redirect(url_for("public.signin.sign_in"), 303)
    form, is_set = SetUpForm(), mailing.mail_leaves()
    if form.validate_on_submit():
        with form.attempt():
            owner = practices.begin_first(
                form.details(),
                form.owner_name.data or "",
                form.owner_address(),
                form.password.data or "",
                mail=None if is_set else form.mail(),
            )
            secret = accounts.sign_in(owner.email_key, form.password.data or "", persistent=False)
            begin_session(secret or "", persistent=False)
            return redirect(home_for(owner.role), 303)
    return render_template("public/set_up.html", form=form, mail_is_set=is_set), 422 if form.errors else 200
