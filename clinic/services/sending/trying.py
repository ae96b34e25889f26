"""Trying the mail server at once, for somebody who waits for its answer on a page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.smtp import SmtpTransport
from clinic.mail.transport import SendOutcome, Transport
from clinic.models import OutboxMessage
from clinic.services import mail_setup, practices
from clinic.services.actors import Actor
from clinic.services.sending import limits as sending_limits
from clinic.services.sending.account import account_now
from clinic.services.transaction import release

CONNECT_SECONDS, COMMAND_SECONDS = 5.0, 8.0  # a person waits, and a thread of the web server with them


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: the server's refusal, or the address a test mail is promised to."""

    refusal: SendOutcome | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class LastTestMail:
    """What became of somebody's last test mail, with the server's words."""

    mail: OutboxMessage
    state: OutboxState
    said: str


def send_test_mail(actor: Actor) -> Trial:
    """Knock at the server, and where it lets us in, promise a test mail to whoever asks.

    It takes up to CONNECT_SECONDS and a few answers of COMMAND_SECONDS; no transaction is open meanwhile.
    """
    mail = account_now()
    release()
    if refusal := _knock(mail.transport):
        return Trial(refusal=refusal)
    address = practices.send_test_mail(actor)
    sending_limits.rest(mail.name, "", None)  # it is well: nobody needs to rest any longer
    if mail.setup is not None:
        mail_setup.begin_anew(mail.setup)
    return Trial(address=address)


def last_test_mail(actor: Actor) -> LastTestMail | None:
    """What became of the last one somebody sent to themselves."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.practice_id == actor.practice_id,
            OutboxMessage.user_id == actor.user_id,
            OutboxMessage.kind == MailKind.TEST_MAIL,
        )
        .order_by(OutboxMessage.created_at.desc())
        .limit(1)
    )
    found = db.session.scalar(query)
    if found is None:
        return None
    said = f"{found.smtp_code or ''} {found.smtp_reply or ''}".strip()
    return LastTestMail(found, found.state, said)


def _knock(transport: Transport) -> SendOutcome | None:
    if isinstance(transport, SmtpTransport):
        transport = SmtpTransport(
            transport.server, connect_seconds=CONNECT_SECONDS, command_seconds=COMMAND_SECONDS
        )
    with transport.session() as session:
        return session.open()
