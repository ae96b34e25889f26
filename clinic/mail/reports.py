"""Mail that comes back: delivery reports (RFC 3464, RFC 6533), complaints (RFC 5965), and what is neither.

Anybody can write to the address these come to. Nothing here is believed: it is only taken apart.
"""

from __future__ import annotations

import quopri
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from enum import StrEnum
from functools import cached_property
from typing import Any

from clinic.mail.transport import readable

MOST_BYTES = 256 * 1024  # a report says what it has to say at its beginning
MOST_PARTS = 20  # more are an attempt to keep us busy
MOST_BREAKS = 1000  # lines that could be the end of a part, likewise
LONGEST_HEADER = 4000  # the parser's time for a header's parameters grows with its square
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
COMPLAINT_TYPE = "message/feedback-report"
COMPLAINTS = frozenset({"abuse", "opt-out"})
POSTMASTERS = re.compile(r"(?i)\b(mailer-daemon|postmaster)\b")
# the words of a server in a report without any form: "550 5.1.1 …", "550-5.1.1 …", "#5.1.1"
SERVER_WORDS = re.compile(r"(?m)(?:\b[45]\d\d[ -]|\(?#)\(?#?([45]\.\d{1,3}\.\d{1,3})\b[^\n]*")
ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")


class ReportKind(StrEnum):
    """What a mail that came to us is."""

    FAILED = "failed"
    DELAYED = "delayed"  # or delivered, relayed, expanded: whatever is no failure
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BounceReport:
    """A mail taken apart. `status` is an RFC 3463 code or empty; `words` are the other server's."""

    kind: ReportKind
    subject: str
    texts: tuple[str, ...]  # all of it, decoded: somewhere in here stands which mail it is about
    status: str = ""
    words: str = ""


def read_report(raw: bytes) -> BounceReport:
    """Take a mail apart; never raises for what is in it."""
    raw = raw[:MOST_BYTES]
    lowered = raw.lower()
    parts = lowered.count(b"multipart/") + lowered.count(b"message/")
    if parts > MOST_PARTS or raw.count(b"\n--") > MOST_BREAKS:
        return BounceReport(ReportKind.OTHER, "", (raw.decode("utf-8", "replace"),))
    return _Parcel(message_from_bytes(raw, policy=_Short())).report()


class _Short(Compat32):
    """Headers are cut where nothing that we look for could still come."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


class _Parcel:
    """One mail and the parts in it."""

    def __init__(self, message: Message[str, str]) -> None:
        self._message = message
        self._parts = list(message.walk())

    def report(self) -> BounceReport:
        kind, status, words = self._meaning()
        return BounceReport(kind, self._subject(), tuple(self._texts), status, readable(words))

    def _meaning(self) -> tuple[ReportKind, str, str]:
        if blocks := self._blocks(STATUS_TYPES):
            return _delivery(blocks)
        if blocks := self._blocks(frozenset({COMPLAINT_TYPE})):
            feedback = blocks[0].get("feedback-type", "").lower()
            return ReportKind.COMPLAINT if feedback in COMPLAINTS else ReportKind.OTHER, "", feedback
        if POSTMASTERS.search(self._header("From")) and (found := SERVER_WORDS.search(self._body)):
            return ReportKind.FAILED, found.group(1), found.group().strip("(# ")
        return (ReportKind.AUTOMATIC if self._automatic() else ReportKind.OTHER), "", ""

    def _automatic(self) -> bool:
        submitted = self._header("Auto-Submitted").lower()
        by_itself = submitted not in ("", "no") or "auto_reply" in self._header("Precedence").lower()
        return by_itself or any(name in self._message for name in ("X-Autoreply", "X-Autorespond"))

    def _blocks(self, types: frozenset[str]) -> list[Mapping[str, str]]:
        """The groups of fields of all parts of these types."""
        found = [_text_of(part) for part in self._parts if part.get_content_type() in types]
        return [fields for text in found for chunk in _chunks(text) if (fields := _fields(chunk))]

    @cached_property
    def _body(self) -> str:
        return "\n".join(_text_of(part) for part in self._parts if part.get_content_maintype() == "text")

    @cached_property
    def _texts(self) -> list[str]:
        heads = ["\n".join(f"{name}: {value}" for name, value in _headers(part)) for part in self._parts]
        return heads + [_text_of(part) for part in self._parts if not part.is_multipart()]

    def _header(self, name: str) -> str:
        return next((value for known, value in _headers(self._message) if known.lower() == name.lower()), "")

    def _subject(self) -> str:
        subject = " ".join(self._header("Subject").split())
        try:
            return readable(str(make_header(decode_header(subject))))
        except (ValueError, LookupError, MessageError):
            return readable(subject)


def _delivery(blocks: list[Mapping[str, str]]) -> tuple[ReportKind, str, str]:
    """What the groups of a delivery report say; each but the first is about one recipient."""
    failed = next((block for block in blocks if block.get("action", "").lower() == "failed"), None)
    if failed is None:
        return ReportKind.DELAYED, "", ""
    words = failed.get("diagnostic-code", "").partition(";")[2].strip()
    return ReportKind.FAILED, _status(failed.get("status", ""), words), words or failed.get("status", "")


def _status(status: str, words: str) -> str:
    """The code of a report; where it says nothing (5.0.0), the one in the server's own words."""
    found = ENHANCED.search(status)
    told = found.group(1) if found else ""
    if not told or told.endswith(".0.0"):
        better = ENHANCED.search(words)
        return better.group(1) if better else told
    return told


def _chunks(text: str) -> list[str]:
    return re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())


def _fields(chunk: str) -> dict[str, str]:
    unfolded = re.sub(r"\n[ \t]+", " ", chunk)
    pairs = (line.partition(":") for line in unfolded.split("\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _text_of(part: Message[str, str]) -> str:
    """The content of a part as text. The parser takes some reports for mails inside a mail."""
    if not part.is_multipart():
        return _content(part)
    inside: Any = part.get_payload()
    text = "\n\n".join(_flat(each) for each in inside)
    encoding = str(part.get("Content-Transfer-Encoding", "")).lower()
    if encoding == "base64":
        return _from_base64(text)
    if encoding == "quoted-printable":
        return quopri.decodestring(text.encode()).decode("utf-8", "replace")
    return text


def _flat(message: Message[str, str]) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in _headers(message))
    return f"{head}\n\n{_content(message)}".strip()


def _content(part: Message[str, str]) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _from_base64(text: str) -> str:
    try:
        return b64decode("".join(text.split())).decode("utf-8", "replace")
    except ValueError:
        return text


def _headers(message: Message[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in message.raw_items():
        yield name, _readable_text(value)


def _readable_text(text: str) -> str:
    """What the parser kept byte by byte, as the UTF-8 it most likely is."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
