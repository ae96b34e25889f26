"""Mail into a list, for tests: what was sent can be looked at, and outcomes can be prescribed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from clinic.mail.transport import BeforeDot, Envelope, SendOutcome, SendVerdict, SmtpStage, nothing

_REACHES_THE_DOT = frozenset({SmtpStage.DATA, SmtpStage.BODY, SmtpStage.DOT})


@dataclass
class MemoryTransport:
    """Keeps every envelope sent; `outcomes` are given out first, one a mail."""

    smtputf8: bool = True
    sent: list[Envelope] = field(default_factory=list)
    outcomes: list[SendOutcome] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[MemorySession]:
        """A session; there is nothing to close."""
        yield MemorySession(self)

    @property
    def messages(self) -> list[EmailMessage]:
        """What was sent, parsed by the standard library."""
        return [message_from_bytes(envelope.content, policy=policy.default) for envelope in self.sent]


class MemorySession:
    """Behaves like a server with an opinion prepared beforehand."""

    def __init__(self, transport: MemoryTransport) -> None:
        self._transport = transport

    def open(self) -> SendOutcome | None:
        """Always succeeds."""
        return None

    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        """Keep one mail, or do as `outcomes` says; see `Session.send`."""
        outcomes = self._transport.outcomes
        outcome = outcomes.pop(0) if outcomes else SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250, "kept")
        if outcome.stage not in _REACHES_THE_DOT:
            return outcome
        if not before_dot():
            return SendOutcome(SendVerdict.FENCED, SmtpStage.DATA)
        if outcome.verdict is SendVerdict.SENT:
            self._transport.sent.append(envelope)
        meanwhile()
        return outcome

    def close(self) -> None:
        """Nothing is held open."""
