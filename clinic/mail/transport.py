"""How a mail leaves us, whatever carries it, and what we know afterwards.

A server must not deliver before the final dot; between the dot and its answer nobody can know.
`before_dot` is called at that border: it writes the intent to the journal and looks at the lease.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from clinic.domain.bounces import BounceCause, cause_of, lasts_a_day

BeforeDot = Callable[[], bool]  # False: the lease is lost, send nothing

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_REPLY = 300


class SendVerdict(StrEnum):
    """What became of one mail."""

    SENT = "sent"
    TEMPORARY = "temporary"  # not delivered; try again later
    PERMANENT = "permanent"  # not delivered; the server says it never will be
    IN_DOUBT = "in_doubt"  # the dot went out and no answer came back: never resend by ourselves
    ACCOUNT_PROBLEM = "account_problem"  # nothing to do with this mail: charge it no attempt, slow down
    FENCED = "fenced"  # somebody else may hold this mail by now: not sent, touch nothing


class SmtpStage(StrEnum):
    """How far the conversation had come."""

    LOCAL = "local"
    CONNECT = "connect"
    HELLO = "hello"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who the server is told the mail is from and for, and the mail."""

    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What the server said, and what it means for the mail."""

    verdict: SendVerdict
    stage: SmtpStage
    code: int | None = None
    reply: str = ""
    lasting: bool = False  # an account problem that waiting does not mend, whatever the code
    because: str = ""  # why, in words of ours: in doubt not for want of an answer, refused by no server

    @property
    def words(self) -> str:
        """Code and reply as the server said them."""
        return f"{self.code or ''} {self.reply}".strip()

    @property
    def cause(self) -> BounceCause:
        """What the refusal is about; what we refuse ourselves is about no mailbox."""
        return BounceCause.UNKNOWN if self.stage is SmtpStage.LOCAL else cause_of(self.words)

    @property
    def bad_address(self) -> bool:
        """The mailbox does not exist: write to it no more. A full one may empty."""
        return self.verdict is SendVerdict.PERMANENT and self.cause is BounceCause.ADDRESS

    @property
    def lasts_a_day(self) -> bool:
        """A day's limit is reached: tomorrow it may go out."""
        return lasts_a_day(self.words)

    @property
    def is_kept_here(self) -> bool:
        """It is whole, on this machine: no server took it, for there is none."""
        return self.verdict is SendVerdict.SENT and self.stage is SmtpStage.LOCAL

    @property
    def needs_person(self) -> bool:
        """Waiting will not mend it: wrong password, refused sender, bad certificate."""
        if self.verdict is not SendVerdict.ACCOUNT_PROBLEM or self.lasts_a_day:
            return False
        return self.lasting or (self.code or 0) >= 500


def nothing() -> None:
    """What there is to be done meanwhile where nothing is."""


class Session(Protocol):
    """A way to the server that stays open for a batch; one thread at a time."""

    def open(self) -> SendOutcome | None:
        """Connect now, if not connected; an Outcome says why that failed."""

    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        """Send one mail, connecting first if need be; never raises for what the server does.

        What `before_dot` raises comes through, and then nothing was sent. `then` is what is likely to be
        sent next: a server may be told of it early, but gets nothing of it. `meanwhile` is what may be done
        while a server thinks, or not at all; it raises nothing.
        """

    def close(self) -> None:
        """End it politely; may be opened again."""


class Transport(Protocol):
    """Where mail goes: a server, a folder, or a list."""

    smtputf8: bool  # takes accents before the @-sign, as far as known without asking

    def session(self) -> AbstractContextManager[Session]:
        """A session, closed at the end of the block."""


def readable(reply: bytes | str) -> str:
    """A server's words on one line, short enough for a table and free of controls."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return _CONTROLS.sub(" ", text).strip()[:_LONGEST_REPLY]
