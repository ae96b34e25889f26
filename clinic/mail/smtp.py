"""Mail over one connection that stays open, with as few waits for the other side as its PIPELINING allows.

Three commands go in one write, the mail and its dot in one, and behind it the next mail's three commands.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from clinic.mail.smtp_url import SmtpServer, parse_smtp_url
from clinic.mail.transport import BeforeDot, Envelope, SendOutcome, SendVerdict, SmtpStage, nothing, readable
from clinic.mail.wire import Reply, Unwelcome, Wire, WireLost

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
DOT_SECONDS = 600.0  # RFC 5321 4.5.3.2.6: a shorter wait makes copies
GOODBYE_SECONDS = 2.0
MAILS_PER_CONNECTION = 100  # relays limit it, and some say so only by 421

_NOT_IN_A_COMMAND = re.compile(r"[\x00-\x20<>\x7f]")
_WANTED = {SmtpStage.MAIL: (250,), SmtpStage.RCPT: (250, 251, 252), SmtpStage.DATA: (354,)}


class SmtpTransport:
    """Mail through the relay of CLINIC_SMTP_URL."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        command_seconds: float = COMMAND_SECONDS,
        dot_seconds: float = DOT_SECONDS,
        mails_per_connection: int = MAILS_PER_CONNECTION,
        smtputf8: bool = False,
    ) -> None:
        self.server = server
        self.connect_seconds = connect_seconds
        self.command_seconds = command_seconds
        self.dot_seconds = dot_seconds
        self.mails_per_connection = mails_per_connection
        self.smtputf8 = smtputf8

    @classmethod
    def from_url(cls, url: str) -> SmtpTransport:
        """The transport for a CLINIC_SMTP_URL; raises SmtpUrlError."""
        return cls(parse_smtp_url(url))

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """A session, closed at the end of the block."""
        session = SmtpSession(self)
        try:
            yield session
        finally:
            session.close()


class _Refused(Exception):
    """The conversation about this mail is over; carries what to report."""

    def __init__(self, outcome: SendOutcome) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome


class _Stale(Exception):
    """A connection left over from an earlier mail has ended meanwhile; a new one may do."""


class SmtpSession:
    """One connection at a time to one relay."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._wire: Wire | None = None
        self._mails = 0  # said over this connection
        self._announced: Envelope | None = None  # its MAIL, RCPT and DATA are said, their answers not read

    def open(self) -> SendOutcome | None:
        """Connect now, if not connected; an Outcome says why that failed."""
        try:
            self._connected()
        except _Refused as refused:
            return refused.outcome
        return None

    def close(self) -> None:
        """End it politely; may be opened again."""
        if self._wire is not None and self._announced is None:  # inside DATA a QUIT would be part of a mail
            self._wire.wait_at_most(GOODBYE_SECONDS)
            with suppress(WireLost):
                self._wire.command("QUIT")
        self._drop()

    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        """Send one mail; see `Session.send`."""
        try:
            try:
                return self._send(envelope, before_dot, then, meanwhile)
            except _Stale:
                self._drop()
                return self._send(envelope, before_dot, then, meanwhile)
        except _Refused as refused:
            return refused.outcome
        except BaseException:
            self._drop()
            raise

    def _send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None,
        meanwhile: Callable[[], None],
    ) -> SendOutcome:
        self._make_fit(envelope)
        wire = self._connected()
        self._introduce(wire, envelope)
        if not before_dot():
            self._drop()  # inside DATA there is no other way to take a mail back
            return SendOutcome(SendVerdict.FENCED, SmtpStage.DATA)
        return self._finish(wire, envelope, then, meanwhile)

    def _make_fit(self, envelope: Envelope) -> None:
        """Let go of a connection that this mail cannot go over."""
        if self._announced is not None and self._announced is not envelope:
            self._drop()
        elif self._announced is None and self._mails >= self._transport.mails_per_connection:
            self.close()

    def _connected(self) -> Wire:
        if self._wire is None:
            self._wire = _connect(self._transport)
            self._mails = 0
        return self._wire

    def _drop(self) -> None:
        wire, self._wire, self._mails, self._announced = self._wire, None, 0, None
        if wire is not None:
            wire.close()

    # ------------------------------------------------------------ before the dot

    def _introduce(self, wire: Wire, envelope: Envelope) -> None:
        """MAIL, RCPT and DATA; afterwards the server waits for the mail."""
        said, self._announced = self._announced is not None, None
        replies = _answers(wire) if said else _converse(wire, _commands(wire, envelope))
        stage, reused = SmtpStage.MAIL, self._mails > 0
        try:
            for stage, wanted in _WANTED.items():
                reply = next(replies)
                if reply.code not in wanted:
                    self._refuse(wire, stage, reply, replies)
            if not wire.quiet:
                raise WireLost("the server gave more answers than there were questions")
        except WireLost as lost:
            self._drop()
            if reused and stage is SmtpStage.MAIL and not lost.timed_out:
                raise _Stale from None
            raise _Refused(_gone(SendVerdict.TEMPORARY, stage, lost)) from None
        self._mails += 1

    def _refuse(self, wire: Wire, stage: SmtpStage, reply: Reply, rest: Iterator[Reply]) -> None:
        if reply.code == 421:
            if stage is SmtpStage.MAIL and self._mails > 0:
                raise _Stale
            self._drop()
        else:
            self._start_over(wire, rest)
        raise _Refused(_judge(stage, reply))

    def _start_over(self, wire: Wire, rest: Iterator[Reply]) -> None:
        """Make the connection fit for the next mail, or let go of it."""
        try:
            inside_data = any(reply.code == 354 for reply in rest)
            fit = not inside_data and wire.command("RSET").code == 250
        except WireLost:
            fit = False
        if not fit:
            self._drop()

    # ------------------------------------------------------------ at the dot and after

    def _announcement(self, wire: Wire, envelope: Envelope | None) -> bytes:
        """The next mail's commands, to go behind this one's dot. Only a dot of its own can make it a mail."""
        if envelope is None or "pipelining" not in wire.features:
            return b""
        if self._mails >= self._transport.mails_per_connection:
            return b""
        with suppress(_Refused):  # that is found out when its turn comes
            commands = b"".join(_commands(wire, envelope))
            self._announced = envelope
            return commands
        return b""

    def _finish(
        self, wire: Wire, envelope: Envelope, then: Envelope | None, meanwhile: Callable[[], None]
    ) -> SendOutcome:
        mail, fit = _stuffed(envelope.content), True
        try:
            wire.write(mail + self._announcement(wire, then))
        except WireLost as lost:
            if lost.left < len(mail):
                # Not all of it left us, so the dot did not: the server has nothing to deliver.
                return self._last_words(wire, lost)
            fit = False  # for another mail: a part of what was announced stands on the wire
        meanwhile()
        wire.wait_at_most(self._transport.dot_seconds)
        try:
            reply = wire.reply()
        except WireLost as lost:
            self._drop()
            return _gone(SendVerdict.IN_DOUBT, SmtpStage.DOT, lost)
        wire.wait_at_most(self._transport.command_seconds)
        if reply.code in (0, 421) or not fit:
            self._drop()
        return _judge(SmtpStage.DOT, reply)

    def _last_words(self, wire: Wire, lost: WireLost) -> SendOutcome:
        """A server that hangs up inside a mail may have said why, such as that it is too large."""
        wire.wait_at_most(GOODBYE_SECONDS)
        try:
            reply = wire.reply()
        except WireLost:
            reply = Reply(0, b"")
        self._drop()
        if 400 <= reply.code < 600:
            return _judge(SmtpStage.BODY, reply)
        return _gone(SendVerdict.TEMPORARY, SmtpStage.BODY, lost)


def _connect(transport: SmtpTransport) -> Wire:
    """A connection ready for MAIL; whatever fails here is the account's problem, not a mail's."""
    server, wire, stage = transport.server, None, SmtpStage.CONNECT
    try:
        tls = _tls(server) if server.security != "none" else None
        implicit = tls if server.security == "implicit" else None
        wire = Wire.dial(server.host, server.port, transport.connect_seconds, implicit, server.refuses)
        wire.wait_at_most(transport.command_seconds)
        stage = SmtpStage.HELLO
        wire.hello(server.helo)
        if tls is not None and implicit is None:
            stage = SmtpStage.TLS
            wire.start_tls(tls, server.host, server.helo)
        if server.user:
            stage = SmtpStage.AUTH
            wire.log_in(server.user, server.password)
    except (WireLost, Unwelcome) as problem:
        if wire is not None:
            wire.close()
        raise _Refused(_account_problem(stage, problem)) from None
    return wire


def _tls(server: SmtpServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


# ---------------------------------------------------------------- the words on the wire


def _commands(wire: Wire, envelope: Envelope) -> list[bytes]:
    addresses = (envelope.sender, envelope.recipient)
    if any("@" not in address or _NOT_IN_A_COMMAND.search(address) for address in addresses):
        raise _unfit(553, "not a mail address")
    limit = wire.features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(envelope.content):
        raise _unfit(552, f"the mail has {len(envelope.content)} bytes, the server takes {limit}")
    accents = not all(address.isascii() for address in addresses)
    if accents and "smtputf8" not in wire.features:
        raise _unfit(553, "the server takes no letters like é before the @-sign")
    options = " BODY=8BITMIME SMTPUTF8" if accents else ""
    return [
        f"MAIL FROM:<{envelope.sender}>{options}\r\n".encode(),
        f"RCPT TO:<{envelope.recipient}>\r\n".encode(),
        b"DATA\r\n",
    ]


def _unfit(code: int, words: str) -> _Refused:
    return _Refused(SendOutcome(SendVerdict.PERMANENT, SmtpStage.LOCAL, code, words))


def _converse(wire: Wire, commands: list[bytes]) -> Iterator[Reply]:
    """The replies one by one; all commands go out at once where the server allows it."""
    if "pipelining" in wire.features:
        wire.write(b"".join(commands))
        for _ in commands:
            yield wire.reply()
        return
    for command in commands:
        wire.write(command)
        reply = wire.reply()
        yield reply
        if not 200 <= reply.code < 400:
            return


def _answers(wire: Wire) -> Iterator[Reply]:
    """The replies to commands that were said before."""
    return (wire.reply() for _ in _WANTED)


def _stuffed(content: bytes) -> bytes:
    """The mail and its final dot as one piece: written apart, Nagle's algorithm costs 42 ms a mail."""
    begin = b"." if content.startswith(b".") else b""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return begin + content.replace(b"\n.", b"\n..") + end


# ---------------------------------------------------------------- what an answer means


def _judge(stage: SmtpStage, reply: Reply) -> SendOutcome:
    verdict = _meaning(stage, reply)
    return SendOutcome(verdict, stage, reply.code or None, readable(reply.words))


def _meaning(stage: SmtpStage, reply: Reply) -> SendVerdict:
    code = reply.code
    if stage is SmtpStage.DOT and 200 <= code < 300:
        return SendVerdict.SENT
    if not 400 <= code < 600:  # no answer SMTP knows; after the dot it proves nothing
        return SendVerdict.IN_DOUBT if stage is SmtpStage.DOT else SendVerdict.TEMPORARY
    if code in (421, 530, 535):
        return SendVerdict.ACCOUNT_PROBLEM
    if code < 500:
        return SendVerdict.TEMPORARY
    about_this_mail = code == 552 or reply.words.startswith((b"5.3.4", b"5.2.3"))
    if stage is SmtpStage.MAIL and not about_this_mail:
        return SendVerdict.ACCOUNT_PROBLEM
    return SendVerdict.PERMANENT


def _gone(verdict: SendVerdict, stage: SmtpStage, lost: WireLost) -> SendOutcome:
    return SendOutcome(verdict, stage, None, readable(str(lost)))


def _account_problem(stage: SmtpStage, problem: WireLost | Unwelcome) -> SendOutcome:
    if isinstance(problem, Unwelcome):
        return SendOutcome(
            SendVerdict.ACCOUNT_PROBLEM, stage, problem.code, readable(problem.words), lasting=problem.lasting
        )
    return _gone(SendVerdict.ACCOUNT_PROBLEM, stage, problem)
