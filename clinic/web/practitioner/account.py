"""A practitioner's own account."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.domain.staffing import ROLE_WORDS
from clinic.services import notices
from clinic.web import account
from clinic.web.authz import current_actor
from clinic.web.forms.accounts import DailyNoticeForm
from clinic.web.limits import PER_ACCOUNT, PER_ADDRESS, did_not_work, on_post, own_account_key
from clinic.web.mailing import mail_leaves
from clinic.web.presenters import mails as words
from clinic.web.speaking import flash


@on_post(PER_ADDRESS, deduct_when=did_not_work)
@on_post(PER_ACCOUNT, key_func=own_account_key)
def show() -> Response | str | tuple[str, int]:
    """Show it, and change the password."""
    actor = current_actor()
    form = DailyNoticeForm(formdata=None, wanted=notices.wanted(actor))
    told = {"notice_form": form, "role": ROLE_WORDS[actor.role]}
    return account.page("practitioner/account.html", "practitioner.account.show", **told)


def notice() -> Response:
    """Switch the morning mail on or off."""
    form = DailyNoticeForm()
    if form.validate_on_submit():
        notices.want(current_actor(), bool(form.wanted.data))
        flash(
            words.morning_mail(wanted=bool(form.wanted.data), leaves=mail_leaves()),
            "success",
        )
    return redirect(url_for("practitioner.account.show"), 303)


def devices() -> str:
    """Where one is signed in."""
    return account.devices("practitioner/devices.html")


def end_device() -> Response:
    """Sign one browser out, or all others."""
    return account.end_device("practitioner.account.devices")
