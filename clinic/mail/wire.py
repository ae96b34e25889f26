"""The SMTP conversation line by line: commands out, replies in, encryption and login.

smtplib is not used: it hides when the final dot goes out, turns a time-out into "closed", and
cannot send several commands in one write.
"""

from __future__ import annotations

import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import NamedTuple

_LONGEST_REPLY = 65_536


class Reply(NamedTuple):
    """A server's answer; code 0 is something that is no SMTP answer."""

    code: int
    words: bytes


class WireLost(Exception):
    """The connection is of no more use."""

    def __init__(self, problem: str, *, timed_out: bool = False) -> None:
        super().__init__(problem)
        self.timed_out = timed_out
        self.left = 0  # bytes of a write that were with the network by then


class Unwelcome(Exception):
    """Refused by the server or by our own care before any mail; `lasting` means waiting is no use."""

    def __init__(self, words: bytes | str, code: int | None = None, *, lasting: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.code = code
        self.lasting = lasting or (code or 0) >= 500


class Wire:
    """One socket to one server. Every loss raises WireLost."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self.features: dict[str, str] = {}

    @classmethod
    def dial(
        cls,
        host: str,
        port: int,
        seconds: float,
        tls: ssl.SSLContext | None = None,
        refuses: Callable[[str], str | None] | None = None,
    ) -> Wire:
        """Connect, encrypted from the first byte if `tls` is given, and read the greeting.

        `refuses` says of an address why it is not dialled; what was asked about is what is dialled.
        """
        try:
            at = _allowed(host, port, refuses) if refuses else host
            wire = cls(socket.create_connection((at, port), seconds))
        except OSError as error:
            raise _lost(error) from None
        try:
            wire._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                wire._encrypt(tls, host)
            wire._expect(220, wire.reply())
        except BaseException:
            wire.close()
            raise
        return wire

    def wait_at_most(self, seconds: float) -> None:
        """How long the next reads and writes may take, each."""
        with suppress(OSError):
            self._sock.settimeout(seconds)

    def write(self, data: bytes) -> None:
        """Hand all of it to the network; a WireLost tells how many bytes of it have left us at most."""
        left, ends = 0, time.monotonic() + (self._sock.gettimeout() or inf)
        try:
            while True:
                left += self._sock.send(data[left:] if left else data)
                if left == len(data):
                    return
                if time.monotonic() > ends:
                    raise TimeoutError
        except OSError as error:
            lost = _lost(error)
            lost.left = left
            raise lost from None

    @property
    def quiet(self) -> bool:
        """Nothing has been said that we have not read: the next reply answers the next command."""
        return not self._buffer

    def reply(self) -> Reply:
        """The next answer, however many lines it has."""
        words = []
        size = 0
        while True:
            line = self._line()
            size += len(line)
            code, mark = line[:3], line[3:4]
            if not code.isdigit() or mark not in (b" ", b"-", b"") or size > _LONGEST_REPLY:
                return Reply(0, line)
            words.append(line[4:].strip())
            if mark != b"-":
                return Reply(int(code), b"\n".join(words))

    def command(self, line: str) -> Reply:
        """Say one line and read the answer."""
        self.write(f"{line}\r\n".encode())
        return self.reply()

    def hello(self, name: str) -> None:
        """EHLO, or HELO to a server of the old school."""
        code, words = self.command(f"EHLO {name}")
        if code == 250:
            lines = words.decode("latin-1").lower().split("\n")[1:]
            self.features = {word: rest for word, _, rest in (line.partition(" ") for line in lines)}
        else:
            self.features = {}
            self._expect(250, self.command(f"HELO {name}"))

    def start_tls(self, tls: ssl.SSLContext, host: str, name: str) -> None:
        """Encrypt, and forget everything said in the clear."""
        if "starttls" not in self.features:
            raise Unwelcome("the server offers no STARTTLS", lasting=True)
        self._expect(220, self.command("STARTTLS"))
        if not self.quiet:  # said in the clear, meant to be read as if encrypted
            raise Unwelcome("the server spoke between STARTTLS and the encryption", lasting=True)
        self._encrypt(tls, host)
        self.hello(name)

    def log_in(self, user: str, password: str) -> None:
        """AUTH PLAIN, or LOGIN where only that is offered."""
        offered = self.features.get("auth", "").split()
        if "plain" in offered or "login" not in offered:
            reply = self.command(f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
        else:
            self._expect(334, self.command("AUTH LOGIN"))
            self._expect(334, self.command(_base64(user)))
            reply = self.command(_base64(password))
        self._expect(235, reply)

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._sock.close()

    def _encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        try:
            self._sock = tls.wrap_socket(self._sock, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise Unwelcome(f"certificate: {error.verify_message}", lasting=True) from None
        except OSError as error:
            raise _lost(error) from None

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _LONGEST_REPLY:
                raise WireLost("the server's answer has no end")
            try:
                received = self._sock.recv(65_536)
            except OSError as error:
                raise _lost(error) from None
            if not received:
                raise WireLost("the server closed the connection")
            self._buffer += received
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.rstrip(b"\r")

    def _expect(self, wanted: int, reply: Reply) -> None:
        if reply.code != wanted:
            raise Unwelcome(reply.words, reply.code or None)


def _lost(error: OSError) -> WireLost:
    if isinstance(error, TimeoutError):
        return WireLost("no answer in time", timed_out=True)
    if isinstance(error, ConnectionRefusedError):
        return WireLost("connection refused")
    if isinstance(error, ConnectionError):
        return WireLost("the server closed the connection")
    return WireLost(error.strerror or str(error) or type(error).__name__)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _allowed(host: str, port: int, refuses: Callable[[str], str | None]) -> str:
    """The first address of a name; all of them must be ones that may be dialled."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if problem := refuses(address.partition("%")[0]):
            raise Unwelcome(problem, lasting=True)
    return found[0]
