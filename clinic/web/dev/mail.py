"""/dev/mail: what would have gone out, where no mail server is set."""

from __future__ import annotations

from pathlib import Path

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from clinic.mail.maildir import StoredMail, find_mail, newest_mails
from clinic.web.security import mail_headers, policy
from config import Settings

# The mail is shown as it is, with its inline styles, in a frame that may run and load nothing.
FRAME = "allow-popups allow-popups-to-escape-sandbox"


def index() -> str:
    return render_template("dev/mail.html", mails=newest_mails(_folder()))


def show(key: str) -> ResponseReturnValue:
    page = render_template("dev/mail_show.html", mail=_mail(key), frame=FRAME)
    return page, {"Content-Security-Policy": policy(frames=True)}


def html(key: str) -> ResponseReturnValue:
    # links open beside the frame, which could not follow them
    body = _mail(key).html.replace("<head>", '<head><base target="_blank">', 1)
    return body, mail_headers(FRAME)


def _mail(key: str) -> StoredMail:
    return find_mail(_folder(), key) or abort(404)


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir / "mail"
