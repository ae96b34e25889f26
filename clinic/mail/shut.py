"""No way out: what mail waits behind while its settings cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clinic.mail.transport import BeforeDot, Envelope, SendOutcome, SendVerdict, SmtpStage, nothing


class ShutTransport:
    """Takes no mail and says why: each waits, and is charged for no try."""

    smtputf8 = False

    def __init__(self, why: str) -> None:
        self._outcome = SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.LOCAL, None, why, lasting=True)

    @contextmanager
    def session(self) -> Iterator[ShutSession]:
        """A session; there is nothing to close."""
        yield ShutSession(self._outcome)


class ShutSession:
    """Refuses to begin."""

    def __init__(self, outcome: SendOutcome) -> None:
        self._outcome = outcome

    def open(self) -> SendOutcome | None:
        """Never."""
        return self._outcome

    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        """Never."""
        return self._outcome

    def close(self) -> None:
        """Nothing is held open."""
