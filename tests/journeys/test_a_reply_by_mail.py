"""A client answers the mail that a message waits: their words and their photo stand in the thread."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.mail.maildir import StoredMail
from clinic.models import Client, Message, OutboxMessage
from clinic.services.reach import across_practices
from tests.factories.media import picture
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, Somebody, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in
from tests.sink import running_sink

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

QUESTION, ANSWER = "Does your knee still click?", "Only on the stairs. See the photo."


def test_a_reply_with_a_photo_arrives_in_the_thread(settled: Installation, sit_down: SitDown) -> None:
    nora = a_client(settled, "Nora Stairs")
    olive, client = sit_down("Olive", settled), sit_down("Nora", settled, **PHONE)
    signs_in(olive, OWNER)
    olive.opens("/clients")
    olive.presses("Nora Stairs")
    olive.presses("Messages")
    olive.writes("Your answer to Nora Stairs", QUESTION)
    olive.presses("Send answer")
    olive.sees("Sent. The client reads it in a minute.")

    waiting = word_of_a_message(settled, nora)
    assert QUESTION not in waiting.text
    answers_by_smtp(settled, nora, waiting)

    signs_in(client, nora.email)
    client.opens("/my/messages")
    client.sees(QUESTION, ANSWER, "By mail")
    client.does_not_see("There is a message for you")
    photo = client.page.get_by_alt_text("Photo 1 from You")
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 80

    olive.opens("/inbox")
    olive.sees("Nora Stairs")
    olive.presses("Open Nora Stairs")
    olive.sees(ANSWER)
    assert olive.page.get_by_alt_text("Photo 1 from Nora Stairs").is_visible()


def word_of_a_message(installation: Installation, somebody: Somebody) -> StoredMail:
    """The mail that tells them, as soon as the minute is over in which the message could be taken back."""
    had = len(installation.mails_to(somebody.email))
    with installation.inside(), across_practices("a minute passes"):
        client = db.session.query(Client).filter_by(email=somebody.email).one()
        for row, column in ((Message, "sent_at"), (OutboxMessage, "due_at")):
            for each in db.session.query(row).filter_by(client_id=client.id):
                setattr(each, column, getattr(each, column) - timedelta(minutes=2))
        db.session.commit()
    return installation.mail_to(somebody.email, after=had)


def answers_by_smtp(installation: Installation, somebody: Somebody, waiting: StoredMail) -> None:
    """A mail program answers by SMTP, and the server hands it on as `docs/deploy` says."""
    reply = EmailMessage()
    reply["From"], reply["To"] = somebody.email, waiting.message["Reply-To"]
    reply["Subject"] = f"Re: {waiting.message['Subject']}"
    reply["In-Reply-To"] = waiting.message["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in waiting.text.splitlines())
    reply.set_content(
        f"{ANSWER}\n\nOn Sun, 29 Nov 2026 at 09:00, Harbour <no-reply@clinic.example> wrote:\n{quoted}"
    )
    reply.add_attachment(picture(), maintype="image", subtype="jpeg", filename="stairs.jpg")
    with running_sink(keep=True) as mail_server:
        with smtplib.SMTP("127.0.0.1", mail_server.port) as line:
            line.send_message(reply)
        (arrived,) = mail_server.messages
    assert "it stands in their messages" in installation.command("mail", "intake", piped=arrived)
