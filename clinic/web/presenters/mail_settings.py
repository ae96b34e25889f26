"""The mail server in words: what is set, what it answered, and what to do about it."""

from __future__ import annotations

from clinic.domain.types import OutboxState
from clinic.mail.transport import SendOutcome, SmtpStage
from clinic.services.mail_setup import MailSetup
from clinic.services.sending.trying import LastTestMail
from clinic.web.filters import moment
from clinic.web.mailing import mail_leaves, why_none_leaves

SECURITY = {"starttls": "STARTTLS", "implicit": "TLS from the start", "none": "Not encrypted"}
# What a refusal means at each step of the conversation, and what to do.
STEPS = {
    SmtpStage.LOCAL: "It was not tried.",
    SmtpStage.CONNECT: "The mail server could not be reached. Check its name and port.",
    SmtpStage.HELLO: "What answered is no mail server. Check its name, port and encryption.",
    SmtpStage.TLS: "The way to the mail server could not be encrypted. Check its name, port and encryption.",
    SmtpStage.AUTH: "The mail server did not accept the user name and password. Enter them again; "
    "some providers want a password made for this program alone.",
    SmtpStage.MAIL: "The mail server does not let this account send as this sender. Check its address.",
    SmtpStage.RCPT: "The mail server did not take the address it was to go to.",
}
OTHERWISE = "The mail server did not take the mail."


def facts(setup: MailSetup) -> list[tuple[str, str]]:
    """What is set now, as rows; the password never."""
    if setup.server is None:
        return []
    server = setup.server
    return [
        ("Mail server", f"{server.host}, port {server.port}"),
        ("Encryption", SECURITY[server.security]),
        ("User name", server.user or "None"),
        ("Password", "Set" if server.password else "None"),
        ("Sender", setup.mail_from),
    ]


def refusal(outcome: SendOutcome) -> str:
    """What the server refused and what to do, with its own words behind."""
    said = f"{outcome.code or ''} {outcome.reply}".strip()
    meaning = STEPS.get(outcome.stage, OTHERWISE)
    if not said:
        return meaning
    return f"{meaning} {'It said' if outcome.code else 'What happened'}: {said}"


def last_test(last: LastTestMail | None, zone: str) -> str:
    """What became of the last test mail; empty where none was sent."""
    if last is None:
        return ""
    mail, said = last.mail, f" It said: {last.said}" if last.said else ""
    at = moment(mail.finished_at or mail.due_at, zone)
    match last.state:
        case OutboxState.SENT:
            return f"The mail server took the last test mail on {at}.{said}"
        case OutboxState.KEPT:
            return f"The last test mail was kept here, not sent, on {at}."
        case OutboxState.IN_DOUBT:
            return "The last test mail may have arrived: the mail server did not answer at its end."
        case OutboxState.READY | OutboxState.LEASED if not mail_leaves():
            return f"The last test mail waits and is not sent: {why_none_leaves()}."
        case OutboxState.READY | OutboxState.LEASED:
            since = moment(mail.created_at, zone)
            return f"A test mail waits since {since}. Open this page again in a moment.{said}"
        case _:
            return f"The last test mail was not sent: {mail.reason}.{said}"
