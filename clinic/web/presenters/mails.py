"""What became of one mail, in words that fit before its sending and after."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.domain.mail_standing import MailSort, MailStanding, to_the_client, why_not_mailed
from clinic.domain.types import OutboxState
from clinic.services.outbox.promises import MailStatus
from clinic.web.filters import moment
from clinic.web.mailing import NO_SERVER, mail_leaves, why_none_leaves

WAITING = (OutboxState.READY, OutboxState.LEASED)


def mail_words(mail: MailStatus, zone: str) -> str:
    """What follows "mail": "goes out today at 14:05", its times where the practice is."""
    match mail.state:
        case OutboxState.READY if mail.kept_back:
            return f"kept back: {mail.kept_back}"
        case OutboxState.READY | OutboxState.LEASED if not mail_leaves():
            return f"waits and is not sent: {why_none_leaves()}"
        case OutboxState.KEPT:
            return f"kept here, not sent: {NO_SERVER}"
        case OutboxState.READY | OutboxState.LEASED:
            return f"goes out {moment(mail.due_at, zone)}"
        case OutboxState.SENT:
            return f"sent {moment(mail.finished_at or mail.due_at, zone)}"
        case OutboxState.IN_DOUBT:
            return "may have arrived"
        case _:
            return f"not sent: {mail.reason}"


def alerted(states: Sequence[OutboxState]) -> str:
    """Who was told of a warning sign by mail, as a sentence: nobody is called mailed who was not."""
    sent, kept = states.count(OutboxState.SENT), states.count(OutboxState.KEPT)
    waiting = 0 if not mail_leaves() else sum(state in WAITING for state in states)
    if sent == len(states) and sent:
        return "Every owner and practitioner was mailed a link to this record."
    if waiting == len(states) and waiting:
        return "The alert to every owner and practitioner is about to be mailed."
    if not sent and not waiting:
        why = NO_SERVER if kept or not states else "no mail could be sent"
        return (
            f"The alert is kept here, not sent: {why}. It stands at the top of the pages of every owner and "
            "practitioner until they have seen it."
        )
    others = len(states) - sent - waiting
    parts = [f"{sent} mailed"] + ([f"{waiting} waiting"] if waiting else [])
    if others:
        parts.append(f"{others} not sent, which their readers find at the top of their pages")
    return f"Of {len(states)} alerts by mail: {', '.join(parts)}."


def kept_back(standing: MailStanding, sort: MailSort) -> str:
    """Why such mail does not reach a client now, in words for them; empty where it does."""
    reason = why_not_mailed(standing, sort)
    return to_the_client(reason) if reason else ""


def morning_mail(*, wanted: bool, leaves: bool) -> str:
    """What somebody of the practice has chosen, and how its news reaches them."""
    if not leaves:
        return "Saved. No mail leaves here, so warning signs and news stand at the top of your pages instead."
    if wanted:
        return "You get a mail in the morning when there is news."
    return "No more morning mail. Warning signs are still mailed to you at once."
