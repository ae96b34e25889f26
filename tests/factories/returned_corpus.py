"""Samples of mail that comes back, written by us from what mail systems are known to say: one fact a line.

Each names the system, what is true, and what it says. Mails in the form of that system are made of the lines.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from pathlib import Path

from clinic.domain.bounces import BounceCause
from clinic.mail.reports import ReportKind

OURS = "ada@client.example"
HEAD = "Message-ID: <ci.1@clinic.example>\r\nSubject: How is it going?\r\nX-Mail-Mark: {mark}"
BOUNDARY = "=_corpus"

GONE, FULL, INACTIVE = BounceCause.ADDRESS, BounceCause.FULL, BounceCause.INACTIVE
ABOUT_US, TOMORROW, FORWARDED = BounceCause.REFUSED, BounceCause.TOMORROW, BounceCause.FORWARDED
PASSING, UNKNOWN = BounceCause.PASSING, BounceCause.UNKNOWN
LATE, AUTOMATIC = ReportKind.DELAYED, ReportKind.AUTOMATIC
COMPLAINT, PERSON = ReportKind.COMPLAINT, ReportKind.PERSON

Truth = BounceCause | ReportKind


@dataclass(frozen=True, slots=True)
class ReturnedSample:
    """One mail, from which system, and what is true of it."""

    system: str
    truth: Truth
    text: str  # with {mark} where the mark of our mail stands

    @property
    def is_hard(self) -> bool:
        """Whether the mailbox is truly not there."""
        return self.truth is GONE

    def raw(self, mark: str = "0123.4567") -> bytes:
        """The mail as it comes in."""
        return self.text.replace("{mark}", mark).encode()


FACTS = Path(__file__).parent / "corpus"
TRUTHS: dict[str, Truth] = {each.value: each for each in (*BounceCause, *ReportKind)}


def samples() -> Iterator[ReturnedSample]:
    """Every sample."""
    for line in (FACTS / "reports.txt").read_text("utf-8").splitlines()[1:]:
        truth, status, system, words = (part.strip() for part in line.split("|"))
        yield ReturnedSample(system, TRUTHS[truth], _report(status, words))
    for fact in tomllib.loads((FACTS / "texts.toml").read_text("utf-8"))["text"]:
        text = _text(fact["from"], fact["subject"], fact["says"])
        yield ReturnedSample(f"{fact['system']}, as text", TRUTHS[fact["truth"]], text)
    yield from _in_other_forms()


def _in_other_forms() -> Iterator[ReturnedSample]:
    words = "550 5.1.1 User unknown"
    delayed = _report("4.4.1", "451 4.4.1 no answer").replace("Action: failed", "Action: delayed")
    yield ReturnedSample("Postfix, delayed", LATE, delayed)
    yield ReturnedSample(
        "Delivered", LATE, _report("2.0.0", "250 ok").replace("Action: failed", "Action: delivered")
    )
    elsewhere = "Final-Recipient: rfc822; ada@elsewhere.example"
    ours = f"Final-Recipient: rfc822; {OURS}"
    yield ReturnedSample("A forwarder", FORWARDED, _report("5.1.1", words).replace(ours, elsewhere))
    full = _report("5.2.2", "552 5.2.2 full").replace(ours, elsewhere)
    yield ReturnedSample("A forwarder, full", FORWARDED, full)
    inner = _report("5.1.1", words).replace(ours, "Final-Recipient: rfc822; ada@mailbox.client.example")
    yield ReturnedSample("The same mailbox within", GONE, inner)
    no_action = _report("5.1.1", words).replace("Action: failed\r\n", "")
    yield ReturnedSample("No action named", GONE, no_action)
    odd = _report("5.1.1", words).replace("Action: failed", "Action: failed (bad mailbox)")
    yield ReturnedSample("An action with words", GONE, odd)
    several = _report("5.1.1", words).replace(
        "\r\nOriginal-Recipient",
        "\r\nFinal-Recipient: rfc822; eve@other.example\r\nAction: failed\r\nStatus: 5.7.1\r\n"
        "Diagnostic-Code: smtp; 554 5.7.1 spam\r\n\r\nOriginal-Recipient",
        1,
    )
    yield ReturnedSample("Several addresses, ours unknown", GONE, several)
    without = _report("5.0.0", "").replace(
        "could not be delivered.", f"could not be delivered.\r\n\r\n<{OURS}>: 550 5.1.1 User unknown"
    )
    yield ReturnedSample("Exim, words in the text alone", GONE, without)
    yield ReturnedSample("Old Macintosh", GONE, _report("5.1.1", words).replace("\r\n", "\r"))
    mailbox = "X-Relay: ours\r\nFrom VM Thu Dec  7 15:07:27 2000\r\n" + _report("5.1.1", words)
    yield ReturnedSample("Out of a mailbox file", GONE, mailbox)
    yield ReturnedSample("A person sends a report along", PERSON, _sent_along(_report("5.1.1", words)))
    for kind, truth in (("Bounce", GONE), ("Complaint", COMPLAINT), ("Delivery", LATE)):
        yield ReturnedSample(f"Amazon SES, {kind}", truth, _notification(kind, words))
    for kind in ("abuse", "fraud"):
        yield ReturnedSample(f"Feedback, {kind}", COMPLAINT, _feedback(kind))


def _report(status: str, words: str) -> str:
    said = f"Diagnostic-Code: smtp; {words}\r\n" if words else ""
    return _in_parts(
        "Mail Delivery System <MAILER-DAEMON@relay.example>",
        "Undelivered Mail Returned to Sender",
        "multipart/report; report-type=delivery-status",
        (
            "text/plain; charset=utf-8",
            "I'm sorry to have to inform you that your message could not be delivered.\r\n",
        ),
        (
            "message/delivery-status",
            f"Reporting-MTA: dns; relay.example\r\n\r\nOriginal-Recipient: rfc822;{OURS}\r\n"
            f"Final-Recipient: rfc822; {OURS}\r\nAction: failed\r\nStatus: {status}\r\n{said}",
        ),
        ("text/rfc822-headers", HEAD),
    )


def _sent_along(report: str) -> str:
    inner = report.replace(BOUNDARY, f"{BOUNDARY}_inner")
    parts = (("text/plain", "I got this, what is it?"), ("message/rfc822", inner))
    return _in_parts(f"Ada <{OURS}>", "Fwd: Undelivered Mail", "multipart/mixed", *parts)


def _notification(kind: str, words: str) -> str:
    bounced = {
        "bouncedRecipients": [{"status": "5.1.1", "diagnosticCode": f"smtp; {words}", "action": "failed"}]
    }
    headers = [{"name": "X-Mail-Mark", "value": "{mark}"}]
    told = {"notificationType": kind, "bounce": bounced, "mail": {"headers": headers}}
    return _text("no-reply@sns.amazonaws.example", "AWS Notification Message", json.dumps(told))


def _feedback(kind: str) -> str:
    return _in_parts(
        "<feedback@provider.example>",
        "FW: How is it going?",
        "multipart/report; report-type=feedback-report",
        ("text/plain", "This is an email abuse report."),
        ("message/feedback-report", f"Feedback-Type: {kind}\r\nUser-Agent: Feedback/1.0\r\nVersion: 1"),
        ("message/rfc822", f"{HEAD}\r\n\r\nHow is it going?"),
    )


def _text(sender: str, subject: str, body: str) -> str:
    if body == "--{copy}--":
        return _in_parts(
            sender, subject, "multipart/mixed", ("message/rfc822", f"{HEAD}\r\n\r\nHow is it going?")
        )
    shown = subject if subject.isascii() else Header(subject, "utf-8").encode()
    copy = HEAD.replace("\r\n", "\n")
    text = f"{body}\n\n{copy}\n".replace("\n", "\r\n")
    return (
        f"From: {sender}\r\nTo: bounces@clinic.example\r\nSubject: {shown}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
    )


def _in_parts(sender: str, subject: str, kind: str, *parts: tuple[str, str]) -> str:
    inside = "".join(f"--{BOUNDARY}\r\nContent-Type: {type_}\r\n\r\n{text}\r\n" for type_, text in parts)
    return (
        f"From: {sender}\r\nTo: bounces@clinic.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: {kind}; boundary="{BOUNDARY}"\r\n\r\n{inside}--{BOUNDARY}--\r\n'
    )
