"""Mail as the owner sets it up: server, sender, where answers go, and whether it works."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.services import mail_setup, practices
from clinic.services.access import practice_of
from clinic.services.sending import trying
from clinic.web import mailing
from clinic.web.authz import current_actor
from clinic.web.forms.base import Form
from clinic.web.forms.mail_settings import MailSettingsForm, ReplyForm
from clinic.web.limits import PER_ADDRESS, on_post
from clinic.web.presenters import mail_settings as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = Response | str | tuple[str, int]


def show() -> Page:
    """Show how mail leaves, and set it; what the environment says is shown and not set here."""
    actor = current_actor()
    if mail_setup.may_change(actor):
        return _elsewhere()
    setup, practice = mail_setup.current(), practice_of(actor)
    form = MailSettingsForm(reply_to=practice.email)
    form.show(setup.server, setup.mail_from)
    if form.validate_on_submit():
        with form.attempt():
            practices.set_up_mail(actor, form.mail_details(), form.reply_address())
            flash("Saved. Send yourself a test mail to see whether it works.", "success")
            return _back()
    return _page(form)


def test() -> Response:
    """Knock at the server, and mail oneself; the server's answer is told in words."""
    actor = current_actor()
    with told_on_the_next_page():
        trial = trying.send_test_mail(actor)
        if trial.refusal:
            flash(words.refusal(trial.refusal), "caution")
        else:
            mailing.flash_promised(
                f"The mail server answers. A test mail to {trial.address} is on its way.",
                "The test mail",
            )
    if actor.may(mail_setup.NEEDS):
        return _back()
    return redirect(url_for("practitioner.practice.show", _anchor="mail"), 303)


test = on_post(PER_ADDRESS)(test)
test.__test__ = False  # type: ignore[attr-defined]  # the name begins like a test; it is none


def forget() -> Response:
    """Take back what was set here: mail stays on this machine from then on."""
    if not Form().validate_on_submit():
        raise NotFound
    with told_on_the_next_page():
        mail_setup.forget(current_actor())
        flash("The mail server is forgotten. Mail is kept here from now on, not sent.", "caution")
    return _back()


def _elsewhere() -> Page:
    """The server is set elsewhere; where answers go is the practice's own all the same."""
    actor = current_actor()
    form = ReplyForm(reply_to=practice_of(actor).email)
    if form.validate_on_submit():
        with form.attempt():
            practices.change_reply_address(actor, form.reply_address())
            flash("Saved.", "success")
            return _back()
    return _page(form, why_not=mail_setup.may_change(actor))


def _page(form: Form, *, why_not: str | None = None) -> Page:
    actor = current_actor()
    setup = mail_setup.current()
    zone = practice_of(actor).time_zone
    page = render_template(
        "practitioner/practice/mail.html",
        form=form,
        why_not=why_not,
        facts=words.facts(setup),
        is_unreadable=setup.source is mail_setup.MailSource.UNREADABLE,
        can_be_forgotten=setup.version is not None and why_not is None,
        has_password=bool(setup.server and setup.server.password),
        last=words.last_test(trying.last_test_mail(actor), zone),
    )
    return page, 422 if form.errors else 200


def _back() -> Response:
    return redirect(url_for("practitioner.mail_settings.show", _anchor="test"), 303)
