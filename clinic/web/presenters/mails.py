"""What became of one mail, in words that fit before its sending and after."""

from __future__ import annotations

from clinic.domain.mail_standing import MailSort, MailStanding, to_the_client, why_not_mailed
from clinic.domain.types import OutboxState
from clinic.services.outbox.promises import MailStatus
from clinic.web.filters import moment


def mail_words(mail: MailStatus, zone: str) -> str:
    """What follows "mail": "goes out today at 14:05", its times where the practice is."""
    match mail.state:
        case OutboxState.READY if mail.kept_back:
            return f"kept back: {mail.kept_back}"
        case OutboxState.READY | OutboxState.LEASED:
            return f"goes out {moment(mail.due_at, zone)}"
        case OutboxState.SENT:
            return f"sent {moment(mail.finished_at or mail.due_at, zone)}"
        case OutboxState.IN_DOUBT:
            return "may have arrived"
        case _:
            return f"not sent: {mail.reason}"


def kept_back(standing: MailStanding, sort: MailSort) -> str:
    """Why such mail does not reach a client now, in words for them; empty where it does."""
    reason = why_not_mailed(standing, sort)
    return to_the_client(reason) if reason else ""
