"""/dev/mail: what would have gone out, where no mail server is set.

These mails hold working links to other people's pages. So the owner reads them, each practice's its own;
without signing in they are read in `clinic serve --demo` alone, where everybody is made up.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Any

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from clinic.domain.access import Permission
from clinic.domain.errors import NotFound
from clinic.mail.maildir import StoredMail, find_mail, newest_mails
from clinic.services import practices
from clinic.services.outbox import promises as outbox
from clinic.web.authz import View, ask_to_sign_in, current_actor, is_signed_in
from clinic.web.security import mail_headers, policy
from config import Settings

# The mail is shown as it is, with its inline styles, in a frame that may run and load nothing.
FRAME = "allow-popups allow-popups-to-escape-sandbox"


def for_its_readers(view: View) -> View:
    """The door of these pages; strangers get what they get of any record."""

    @wraps(view)
    def behind_the_door(**arguments: Any) -> Any:
        if not _is_open_to_all():
            if not is_signed_in():
                return ask_to_sign_in()
            if not current_actor().may(Permission.READ_KEPT_MAIL):
                raise NotFound
        return view(**arguments)

    return behind_the_door


@for_its_readers
def index() -> str:
    """The mails kept here, newest first."""
    return render_template("dev/mail.html", mails=_readable(newest_mails(_folder())))


@for_its_readers
def show(key: str) -> ResponseReturnValue:
    page = render_template("dev/mail_show.html", mail=_mail(key), frame=FRAME)
    return page, {"Content-Security-Policy": policy(frames=True)}


@for_its_readers
def html(key: str) -> ResponseReturnValue:
    # links open beside the frame, which could not follow them
    body = _mail(key).html.replace("<head>", '<head><base target="_blank">', 1)
    return body, mail_headers(FRAME)


def _mail(key: str) -> StoredMail:
    found = find_mail(_folder(), key)
    return next(iter(_readable([found] if found else [])), None) or abort(404)


def _readable(mails: list[StoredMail]) -> list[StoredMail]:
    """Those of the reader's own practice."""
    if _is_open_to_all():
        return mails
    own = outbox.own_among(current_actor(), {mail.mail_id for mail in mails if mail.mail_id})
    return [mail for mail in mails if mail.mail_id in own]


def _is_open_to_all() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.demo and practices.all_made_up()


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir / "mail"
