"""One mail as bytes: headers checked, both parts encoded, the same input giving the same bytes."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote
from uuid import UUID

from clinic.mail.form_letters import Encoded, quoted_printable
from clinic.mail.headers import LONGEST_LINE, MailRefused, address_header, check_address, text_header

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_LIST_ID = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_URL = re.compile(r"https?://[!-~]+")
_MARK = re.compile(r"[0-9a-f.]{1,80}")
_SUBJECT = re.compile(r"[A-Za-z0-9_. -]{1,200}")
MARK_HEADER = "X-Mail-Mark"
_OURS = re.compile(r"<ci\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^>]+>")
_URL_BREAKERS = re.compile(r"[<>,\"\\^`{|}]|=\?")


def message_id(mail: UUID, domain: str) -> str:
    """The Message-ID of an outbox row, the same at every attempt, so that mailboxes can drop a copy."""
    return f"<ci.{mail}@{domain}>"


def mail_id_of(message_id: str) -> UUID | None:
    """Which row of the outbox a Message-ID of ours names."""
    found = _OURS.fullmatch(message_id.strip())
    return UUID(found.group(1)) if found else None


def list_id(domain: str, channel: str = "checkins") -> str:
    """The List-Id of a sort of mail; it names the installation, never a practice or a reason for care."""
    return f"{channel}.{domain}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a calendar, with what that is asked to do with it (RFC 6047)."""

    content: bytes
    method: str

    def part(self) -> bytes:
        """As a part of a mail."""
        whole = b64encode(self.content)
        head = (
            f'Content-Type: text/calendar; charset=utf-8; method={self.method}; name="appointment.ics"\r\n'
            "Content-Transfer-Encoding: base64\r\n"
            'Content-Disposition: attachment; filename="appointment.ics"\r\n'
            "\r\n"
        )
        return head.encode() + _in_lines(whole) + b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """Everything one mail says. `to_bytes` refuses what must not go into a header (MailRefused)."""

    to: str
    from_address: str
    subject: str
    text: str | Encoded
    html: str | Encoded
    message_id: str
    date: datetime
    to_name: str = ""
    from_name: str = ""
    reply_to: str | None = None
    list_id: str | None = None
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None
    unsubscribe_subject: str = "unsubscribe"
    mark: str | None = None  # comes back in a report about this mail
    references: tuple[str, ...] = ()
    calendar: Attachment | None = None

    def to_bytes(self) -> bytes:
        """The mail as it goes over the wire (CRLF, no line over 998 bytes, dots not yet doubled)."""
        boundary = "=_" + blake2b(self.message_id.encode(), digest_size=16).hexdigest()
        parts = (_part(boundary, "plain", self.text), _part(boundary, "html", self.html))
        head = "".join((*self._addresses(), *self._identity(), *self._list(), "MIME-Version: 1.0\r\n"))
        words = b"".join((_multipart("alternative", boundary), *parts, f"--{boundary}--\r\n".encode()))
        return head.encode() + (self._with_calendar(words, boundary) if self.calendar else words)

    def _with_calendar(self, words: bytes, inner: str) -> bytes:
        assert self.calendar is not None
        boundary = f"{inner}_"
        line = f"--{boundary}\r\n".encode()
        around = (_multipart("mixed", boundary), line, words, line, self.calendar.part())
        return b"".join((*around, f"--{boundary}--\r\n".encode()))

    def _addresses(self) -> list[str]:
        lines = [
            address_header("From", self.from_address, self.from_name),
            address_header("To", self.to, self.to_name),
        ]
        if self.reply_to is not None:
            lines.append(address_header("Reply-To", self.reply_to, self.from_name))
        lines.append(text_header("Subject", self.subject))
        return lines

    def _identity(self) -> list[str]:
        if self.date.tzinfo is None:
            raise MailRefused("Date", "needs a time zone")
        own_id = _checked_id("Message-ID", self.message_id)
        lines = [f"Date: {_date(self.date)}\r\n", f"Message-ID: {own_id}\r\n"]
        if self.references:
            ids = [_checked_id("References", reference) for reference in self.references]
            lines += [f"In-Reply-To: {ids[-1]}\r\n", "References: " + "\r\n ".join(ids) + "\r\n"]
        lines.append("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n")
        if self.mark is not None:
            if not _MARK.fullmatch(self.mark):
                raise MailRefused(MARK_HEADER, f"{self.mark!a} is not a mark")
            lines.append(f"{MARK_HEADER}: {self.mark}\r\n")
        return lines

    def _list(self) -> list[str]:
        lines = []
        if self.list_id is not None:
            if not _LIST_ID.fullmatch(self.list_id):
                raise MailRefused("List-Id", f"{self.list_id!a} is not a list name")
            lines.append(f"List-Id: <{self.list_id}>\r\n")
        if self.unsubscribe_url is not None:
            lines.append(
                _list_unsubscribe(self.unsubscribe_url, self.unsubscribe_mailto, self.unsubscribe_subject)
            )
        return lines


@lru_cache(maxsize=16)
def _date(when: datetime) -> str:
    return format_datetime(when)


def _list_unsubscribe(url: str, mailto: str | None, subject: str) -> str:
    """RFC 8058: the address stays in one piece; a fold is allowed only after the comma."""
    uris = [f"<{url}>"]
    if not _URL.fullmatch(url) or _URL_BREAKERS.search(url):
        raise MailRefused("List-Unsubscribe", "needs a plain http or https address")
    if len(url) > LONGEST_LINE - len("List-Unsubscribe: <>,"):
        raise MailRefused("List-Unsubscribe", "is longer than a line may be")
    if mailto is not None:
        check_address("List-Unsubscribe", mailto)
        if not _SUBJECT.fullmatch(subject):
            raise MailRefused("List-Unsubscribe", "needs a plain and short subject")
        uris.append(f"<mailto:{quote(mailto, safe='@+')}?subject={quote(subject)}>")
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return "List-Unsubscribe: " + ",\r\n ".join(uris) + "\r\n" + one_click


def _checked_id(header: str, value: str) -> str:
    if len(value) > 250 or not _MESSAGE_ID.fullmatch(value):
        raise MailRefused(header, f"{value!a} is not a message id")
    return value


def _multipart(subtype: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode()


def _part(boundary: str, subtype: str, text: str | Encoded) -> bytes:
    if isinstance(text, Encoded):
        encoding, encoded = "quoted-printable", text.content
    else:
        encoding, encoded = _encode(_utf8(subtype, text))
    head = (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n"
        "\r\n"
    )
    return head.encode() + encoded + b"\r\n"


def _utf8(subtype: str, text: str) -> bytes:
    try:
        body = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    except UnicodeEncodeError:
        raise MailRefused(f"text/{subtype}", "holds half of a character") from None
    if b"\0" in body:
        raise MailRefused(f"text/{subtype}", "holds a NUL")
    return body


def _encode(body: bytes) -> tuple[str, bytes]:
    """Quoted-printable while it stays readable, base64 for scripts it would triple.

    Both keep lines at 76 and neither can contain the boundary: `=_` is in neither alphabet.
    """
    if len(body.translate(None, _ASCII)) * 6 > len(body):
        whole = b64encode(body.replace(b"\n", b"\r\n"))
        return "base64", _in_lines(whole)
    return "quoted-printable", quoted_printable(body)


def _in_lines(whole: bytes) -> bytes:
    return b"\r\n".join(whole[i : i + 76] for i in range(0, len(whole), 76))


_ASCII = bytes(range(128))
