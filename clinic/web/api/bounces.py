"""Mail that came back, handed in by a mail server or a provider: one raw mail a request."""

from __future__ import annotations

from hmac import compare_digest

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue

from clinic.services.sending import intake as mail_intake
from clinic.serving.arrival import LARGEST_MAIL
from clinic.web.limits import on_post
from config import Settings

SECRET_HEADER = "X-Bounce-Secret"  # noqa: S105 - its name only
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@on_post("600 per minute")
def take() -> ResponseReturnValue:
    """Take one mail as it is (message/rfc822). 503 asks to be given it again a little later."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.bounce_secret is None:
        abort(404)
    given = request.headers.get(SECRET_HEADER, "")
    if not compare_digest(given.encode(), settings.bounce_secret.encode()):
        abort(403)
    request.max_content_length = LARGEST_MAIL
    raw = request.get_data(cache=False)
    if not raw.strip():
        return "Send the mail itself as the body.\n", 422, PLAIN
    try:
        taken = mail_intake.take_in(raw)
    except mail_intake.NotYet as early:
        return f"{early}\n", 503, {**PLAIN, "Retry-After": "60"}
    return f"{taken.words}\n", 422 if taken.is_nobodys else 200, PLAIN
