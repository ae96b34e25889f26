"""One mail over a session, with its intent and its end in the journal and the fence before the dot."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from clinic.mail.journal import Journal, JournalError
from clinic.mail.lease import Lease
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, Session, nothing


def deliver(
    session: Session,
    envelope: Envelope,
    *,
    journal: Journal,
    lease: Lease,
    mail: UUID,
    attempt: int,
    then: Envelope | None = None,
    meanwhile: Callable[[], None] = nothing,
) -> SendOutcome:
    """Send one claimed mail; `then` is the next. Raises JournalError if the intent cannot be written."""
    noted = False

    def before_dot() -> bool:
        nonlocal noted
        journal.dot(mail, attempt)
        noted = True
        return lease.holds(mail)

    outcome = session.send(envelope, before_dot, then, meanwhile)
    if noted:
        with suppress(JournalError):  # the outcome is known here; without the line a crash leaves it in doubt
            _note(journal, mail, attempt, outcome)
    return outcome


def _note(journal: Journal, mail: UUID, attempt: int, outcome: SendOutcome) -> None:
    if outcome.verdict is SendVerdict.SENT:
        journal.sent(mail, attempt, outcome.code or 0)
    elif outcome.verdict is not SendVerdict.IN_DOUBT:
        journal.not_sent(mail, attempt, outcome.code or 0)
