"""Mail that comes back: delivery reports (RFC 3464, RFC 6533), complaints (RFC 5965), and what is neither.

Anybody can write to the address these come to. Nothing here is believed: it is only taken apart. What the
words of a server mean is `domain/bounces`; which mail a person wrote is told by leaving out all that a
machine did.
"""

from __future__ import annotations

import json
import quopri
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from enum import StrEnum
from functools import cached_property
from html import unescape
from typing import Any

from clinic.domain.bounce_words import sayings
from clinic.domain.bounces import LASTING, BounceCause, cause_of, is_elsewhere
from clinic.mail import report_words as told_by
from clinic.mail.addresses import AddressRefused, mailbox
from clinic.mail.transport import readable

MOST_BYTES = 256 * 1024  # a report says what it has to say at its beginning
MOST_PARTS = 20  # more are an attempt to keep us busy
MOST_BREAKS = 1000  # lines that could be the end of a part, likewise
MOST_RECIPIENTS = 20
MOST_LINES = 8  # of one answer
LONGEST_HEADER = 4000  # the parser's time for a header's parameters grows with its square
LONGEST_EXCERPT = 4000  # characters of a report in plain words
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
COMPLAINT_TYPE = "message/feedback-report"
RECEIPT_TYPE = "message/disposition-notification"
COMPLAINTS = frozenset({"abuse", "opt-out", "fraud", "virus", "complaint", "opt-out-list"})
# the words of a server in a report without any form: "550 5.1.1 …", "550-5.1.1 …", "#5.1.1", "5.1.1 <ada@…>"
SERVER_WORDS = re.compile(r"(?<![\d.])(?:[45][0-5]\d[ -]|(?=[45]\.[0-7]\.\d))[^\n]*")
ENHANCED = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?!\d|\.\d)")
_ABOUT_A_MAILBOX = LASTING | {BounceCause.ADDRESS}
_FORWARDED_BY_ALIAS = re.compile(r"\(generated from [^)]*@")
_FILES = frozenset({"image", "video", "audio", "application"})
# the line with which a mailbox file begins each mail, also where a relay has set its own lines before it
_SEPARATOR = re.compile(rb"\A((?:[\w-]{1,80}:[^\n]{0,1000}\n){0,5})>?From [^\n]{0,1000}\n")
_FIELDS = re.compile(r"(?im)^(?:final-recipient|original-recipient|action|status|diagnostic-code):")
_ANSWER = re.compile(r"(?i)^\s*(?:re|aw|antw|sv|fwd?|wg|tr|rv|r|vs|odp)\s*(?:\[\d+\])?:")


class ReportKind(StrEnum):
    """What a mail that came to us is."""

    FAILED = "failed"
    DELAYED = "delayed"  # or delivered, relayed, expanded: whatever is no failure
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"  # away, a receipt, a challenge, a list: no person wrote it for us
    OTHER = "other"
    PERSON = "person"  # as far as can be seen


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """One address that was not reached: why, a code of RFC 3463 or nothing, the other server's words."""

    cause: BounceCause
    status: str = ""
    words: str = ""
    recipient: str = ""
    original: str = ""  # what was written to, where the report says both

    def is_to(self, address: str) -> bool:
        """Whether this is about an address of ours."""
        return address.casefold() in (self.recipient, self.original)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """A mail taken apart."""

    kind: ReportKind
    subject: str
    texts: tuple[str, ...]  # all of it, decoded: somewhere in here stands which mail it is about
    failures: tuple[FailedDelivery, ...] = ()
    sender: str = ""  # the address it says it is from
    body: str = ""  # what can be read of it
    told: str = ""  # what it says by itself, without the copy of our mail
    answers: str = ""  # the ids of the mails it answers, as its head names them
    is_answer: bool = False
    carries_files: bool = False  # as far as it was read
    is_from_somebody: bool = False  # an answer would go to somebody; a mail server wants none

    @property
    def status(self) -> str:
        """The code of the first failure."""
        return self.failures[0].status if self.failures else ""

    @property
    def words(self) -> str:
        """The other server's words of the first failure."""
        return self.failures[0].words if self.failures else ""

    @property
    def cause(self) -> BounceCause:
        """Why the mail came back, where the report is about one address of ours."""
        return self.failure_of("").cause

    def names(self, address: str) -> bool:
        """Whether it is about this address: by its fields, or by its own words where it has none."""
        ours = {address.casefold(), _as_sent(address)}
        named = {each for failure in self.failures for each in (failure.recipient, failure.original) if each}
        return bool(ours & named) if named else any(each in self.told.casefold() for each in ours)

    def failure_of(self, address: str) -> FailedDelivery:
        """What of a report is about this address; of several that are not, what blames nobody's address."""
        if not self.failures:
            return FailedDelivery(BounceCause.UNKNOWN)
        ours = [failure for failure in self.failures if failure.is_to(address)] or list(self.failures)
        if len({failure.cause for failure in ours}) > 1:
            ours = [failure for failure in ours if failure.cause is not BounceCause.ADDRESS]
        return ours[0]


def read_report(raw: bytes) -> BounceReport:
    """Take a mail apart; never raises for what is in it."""
    raw = raw[:MOST_BYTES]
    message = taken_apart(raw)
    if message is None:
        return BounceReport(ReportKind.OTHER, "", (raw.decode("utf-8", "replace"),))
    return _Parcel(message).report()


def taken_apart(raw: bytes) -> Message[str, str] | None:
    """A mail and its parts; None for one that has so many that they are to keep us busy."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = _SEPARATOR.sub(rb"\1", raw, count=1)
    lowered = raw.lower()
    parts = lowered.count(b"multipart/") + lowered.count(b"message/")
    if parts > MOST_PARTS or raw.count(b"\n--") > MOST_BREAKS:
        return None
    return message_from_bytes(raw, policy=_Short())


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
        kind, failures = self._meaning()
        _, address = parseaddr(self._header("From"))
        answers = f"{self._header('In-Reply-To')} {self._header('References')}".strip()
        return BounceReport(
            kind,
            self._subject,
            tuple(self._texts),
            failures,
            address.strip().casefold(),
            self._body,
            f"{self._header('X-Failed-Recipients')}\n{self._subject}\n{self._excerpt}",
            answers,
            bool(answers or _ANSWER.match(self._subject)),
            self._carries_files(),
            "Return-Path" in self._message and not self._has_no_way_back,
        )

    def _meaning(self) -> tuple[ReportKind, tuple[FailedDelivery, ...]]:
        if blocks := self._blocks(STATUS_TYPES):
            if any("final-recipient" in block or "action" in block for block in blocks):
                return self._delivery(blocks)
            return self._in_plain_words()
        if blocks := self._blocks(frozenset({COMPLAINT_TYPE})):
            feedback = blocks[0].get("feedback-type", "").lower()
            return ReportKind.COMPLAINT if feedback in COMPLAINTS else ReportKind.OTHER, ()
        if self._is_complaint():
            return ReportKind.COMPLAINT, ()
        if notification := _notification(self._body):
            return notification
        if self._is_report():
            return self._in_plain_words()
        if self._is_automatic():
            return ReportKind.AUTOMATIC, ()
        return (ReportKind.PERSON if "@" in self._header("From") else ReportKind.OTHER), ()

    # ------------------------------------------------------------ in due form

    def _delivery(self, blocks: Sequence[Mapping[str, str]]) -> tuple[ReportKind, tuple[FailedDelivery, ...]]:
        """What the groups of a delivery report say; each but the first is about one recipient."""
        failed = [block for block in blocks if _has_failed(block)][:MOST_RECIPIENTS]
        if not failed:
            return ReportKind.DELAYED, ()
        failures = [self._failure(block) for block in failed]
        return ReportKind.FAILED, tuple(
            sorted(failures, key=lambda each: each.cause is BounceCause.FORWARDED)
        )

    def _failure(self, block: Mapping[str, str]) -> FailedDelivery:
        status, words = block.get("status", ""), _typed(block.get("diagnostic-code", ""))
        original, final = (
            _typed(block.get("original-recipient", "")),
            _typed(block.get("final-recipient", "")),
        )
        cause = cause_of(words, status)
        if not words or cause is BounceCause.UNKNOWN:
            cause, words = self._told_beside(cause, words, status)
        if is_elsewhere(original, final) or _FORWARDED_BY_ALIAS.search(self._excerpt):
            cause = BounceCause.FORWARDED
        shown = readable(words or status)
        return FailedDelivery(
            cause,
            _status(status, words),
            shown,
            final.strip("<> ").casefold(),
            original.strip("<> ").casefold(),
        )

    def _told_beside(self, cause: BounceCause, words: str, status: str) -> tuple[BounceCause, str]:
        """What the text of a report says where its fields say little."""
        better = cause_of(self._server_words, status)
        if better is BounceCause.UNKNOWN:
            return cause, words
        # a sentence without a code weighs less than a field's code: disclaimers name policies, too
        if cause is BounceCause.ADDRESS and better not in LASTING and not SERVER_WORDS.search(self._excerpt):
            return cause, words
        return better, words or self._telling_words

    # ------------------------------------------------------------ in plain words

    def _is_report(self) -> bool:
        if "X-Failed-Recipients" in self._message:
            return True
        says_so = told_by.FAILED.search(self._subject) or told_by.DELAYED.search(self._subject)
        told = told_by.FAILED.search(self._excerpt) or told_by.DELAYED.search(self._excerpt)
        if self._is_from_daemon:
            return bool(
                says_so
                or told
                or SERVER_WORDS.search(self._excerpt)
                or _FIELDS.search(self._body)
                or cause_of(f"{self._subject}\n{self._excerpt}") in _ABOUT_A_MAILBOX
            )
        return bool(says_so and told and not _ANSWER.match(self._subject) and not self._answers_us)

    def _in_plain_words(self) -> tuple[ReportKind, tuple[FailedDelivery, ...]]:
        about = f"{self._subject}\n{self._excerpt}"
        if told_by.DELAYED.search(about) and not told_by.GIVEN_UP.search(about):
            return ReportKind.DELAYED, ()
        if fields := [each for each in map(_fields, _chunks(self._body)) if "final-recipient" in each]:
            return self._delivery(fields)
        cause = cause_of(self._server_words)
        if cause is BounceCause.UNKNOWN:
            cause = cause_of(about)
        says_so = told_by.FAILED.search(about) or SERVER_WORDS.search(self._excerpt)
        if not says_so and cause not in _ABOUT_A_MAILBOX:
            return ReportKind.AUTOMATIC, ()
        if _FORWARDED_BY_ALIAS.search(self._excerpt):
            cause = BounceCause.FORWARDED
        words = self._telling_words
        return ReportKind.FAILED, (FailedDelivery(cause, _status("", words), readable(words)),)

    @cached_property
    def _server_words(self) -> str:
        """The lines around the first code, which say at which step it came; without a code, all of it."""
        lines = self._excerpt.splitlines()
        first = next((number for number, line in enumerate(lines) if SERVER_WORDS.search(line)), None)
        if first is None:
            return self._excerpt
        told = "\n".join(lines[max(0, first - 2) : first + MOST_LINES])
        begins = told.rfind("\n\n", 0, told.index(lines[first]))
        return re.split(r"\n\s*\n", told[max(begins, 0) :].strip(), maxsplit=1)[0]

    @cached_property
    def _telling_words(self) -> str:
        """What of that is shown: from the code on, or the first line that says something."""
        if found := SERVER_WORDS.search(self._server_words):
            told = self._server_words[found.start() :]
            return told if any(letter.isalpha() for letter in told) else self._server_words
        lines = [line.strip() for line in self._excerpt.splitlines() if line.strip()]
        return next((line for line in lines if sayings(line)), " ".join(lines))

    @cached_property
    def _excerpt(self) -> str:
        """What a report says by itself, without the copy of our mail."""
        cut = told_by.COPY_BEGINS.search(self._body)
        text = self._body[: cut.start()] if cut and self._body[: cut.start()].strip() else self._body
        lines = (line for line in text[:LONGEST_EXCERPT].splitlines() if not _OF_OUR_MAIL.match(line))
        return "\n".join(lines)

    # ------------------------------------------------------------ neither

    @cached_property
    def _is_from_daemon(self) -> bool:
        sender = decoded_header(self._header("From"))
        return bool(told_by.DAEMONS.search(sender)) or sender.rstrip().endswith("<>")

    @property
    def _answers_us(self) -> bool:
        return "In-Reply-To" in self._message and not self._has_no_way_back

    @property
    def _has_no_way_back(self) -> bool:
        """Nothing is to come back to it (RFC 3834): a machine sent it."""
        return "Return-Path" in self._message and self._header("Return-Path").strip() in ("", "<>")

    def _is_complaint(self) -> bool:
        if any(name in part for part in self._parts for name in told_by.COMPLAINT_HEADERS):
            return True
        from_a_desk = told_by.COMPLAINT_SENDERS.search(self._header("From"))
        carries_a_mail = any(part.get_content_type() == "message/rfc822" for part in self._parts)
        says_so = told_by.COMPLAINT_SUBJECTS.search(self._subject)
        return bool(from_a_desk and says_so and (carries_a_mail or "mail-mark" in self._body.lower()))

    def _is_automatic(self) -> bool:
        submitted = self._header("Auto-Submitted").lower().strip()
        precedence = self._header("Precedence").lower().strip()
        by_itself = submitted not in ("", "no") or precedence in told_by.MACHINE_PRECEDENCES
        if by_itself or self._has_no_way_back or self._is_from_daemon or self._is_receipt():
            return True
        if any(name in self._message for name in told_by.MACHINE_HEADERS):
            return True
        begins = f"{self._subject}\n{self._header('From')}"
        return bool(told_by.AWAY.match(self._subject) or told_by.CHALLENGES.search(begins))

    def _carries_files(self) -> bool:
        return any(is_file(part) for part in own_parts(self._message))

    def _is_receipt(self) -> bool:
        return any(part.get_content_type() == RECEIPT_TYPE for part in own_parts(self._message))

    def _blocks(self, types: frozenset[str]) -> list[Mapping[str, str]]:
        """The groups of fields of all parts of these types."""
        # a report that somebody sends along is not one to us
        own = self._parts if self._is_from_daemon else own_parts(self._message)
        found = [_text_of(part) for part in own if part.get_content_type() in types]
        return [fields for text in found for chunk in _chunks(text) if (fields := _fields(chunk))]

    @cached_property
    def _body(self) -> str:
        """What can be read, of the plain parts or else the others; nothing of mails inside the mail."""
        own = [part for part in own_parts(self._message) if part.get_content_maintype() == "text"]
        plain = "\n".join(_text_of(part) for part in own if part.get_content_type() != "text/html")
        return plain if plain.strip() else "\n".join(_without_tags(_text_of(part)) for part in own)

    @cached_property
    def _texts(self) -> list[str]:
        heads = ["\n".join(f"{name}: {value}" for name, value in _headers(part)) for part in self._parts]
        return heads + [_text_of(part) for part in self._parts if not part.is_multipart()]

    def _header(self, name: str) -> str:
        return next((value for known, value in _headers(self._message) if known.lower() == name.lower()), "")

    @cached_property
    def _subject(self) -> str:
        return readable(decoded_header(" ".join(self._header("Subject").split())))


def _as_sent(address: str) -> str:
    """An address as servers write it."""
    try:
        return mailbox(address, smtputf8=True).casefold()
    except AddressRefused:
        return address.casefold()


_OF_OUR_MAIL = re.compile(r"(?i)^\s*(?:the )?(?:subject|to|sent|from|date)(?: of the message is)?:")


def _notification(body: str) -> tuple[ReportKind, tuple[FailedDelivery, ...]] | None:
    """What Amazon SES says by mail in its own notation; None for every other mail."""
    if not body.lstrip().startswith("{") or '"notificationType"' not in body:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(body.lstrip())
        kind, bounced = told["notificationType"], told.get("bounce", {}).get("bouncedRecipients", [])
        fields = [
            (str(each.get("status", "")), _typed(str(each.get("diagnosticCode", "")))) for each in bounced
        ]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    if kind == "Complaint":
        return ReportKind.COMPLAINT, ()
    if kind != "Bounce" or not fields:
        return ReportKind.DELAYED, ()
    failures = (
        FailedDelivery(cause_of(words, code), _status(code, words), readable(words)) for code, words in fields
    )
    return ReportKind.FAILED, tuple(failures)


def _has_failed(block: Mapping[str, str]) -> bool:
    action = block.get("action", "").lower()
    if action:
        return action.startswith("fail")
    return "final-recipient" in block and block.get("status", "").startswith("5")


def _typed(value: str) -> str:
    """A field's value without its type: "smtp; 550 no", "rfc822;ada@…"."""
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon and re.fullmatch(r"[\w-]*\s*", kind) else value).strip()


def _status(status: str, words: str) -> str:
    """The code of a report; where it says nothing (5.0.0), the one in the server's own words."""
    found = ENHANCED.search(status)
    told = found.group(1) if found else ""
    if not told or told.endswith(".0.0"):
        better = ENHANCED.search(words)
        return better.group(1) if better else told
    return told


def is_file(part: Message[str, str]) -> bool:
    """Whether a part of a mail is something else than its words."""
    return part.get_content_maintype() in _FILES or bool(part.get_filename())


def own_parts(message: Message[str, str]) -> Iterator[Message[str, str]]:
    """The parts of a mail itself; not those of a mail inside it."""
    if not message.is_multipart() or message.get_content_maintype() == "message":
        yield message
        return
    inside: Any = message.get_payload()
    for part in inside:
        yield from own_parts(part)


def _without_tags(text: str) -> str:
    for hidden in ("head", "style", "script"):
        text = _without(text, f"<{hidden}", f"</{hidden}>")
    text = re.sub(r"(?i)<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]{0,100}>", "\n", text)
    return unescape(re.sub(r"<(?![^<>]{0,500}@)[^<>]{0,500}>", " ", text))


def _without(text: str, begin: str, end: str) -> str:
    """A text without what stands between two words; where it never ends, without all the rest."""
    lowered, kept, at = text.lower(), [], 0
    while (found := lowered.find(begin, at)) >= 0:
        kept.append(text[at:found])
        closed = lowered.find(end, found)
        at = closed + len(end) if closed >= 0 else len(text)
    return "".join([*kept, text[at:]])


def decoded_header(value: str) -> str:
    """A header's value with its encoded words read."""
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, MessageError):
        return value


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
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return content.decode(charset or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("utf-8", "replace")


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
