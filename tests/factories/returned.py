"""Mail that comes back, as servers write it: reports with and without form, complaints, automatic answers."""

from __future__ import annotations

import re
from base64 import b64encode

BOUNDARY = "=_report"
UNKNOWN_USER = "550 5.1.1 <ada@client.example>: Recipient address rejected: User unknown"


def went_to(head: str) -> str:
    """Whom a mail went to, by its head; where that does not say, the address of all these reports."""
    found = re.search(r"(?m)^To: [^\r\n]*?([^\s<>]+@[^\s<>]+)", head)
    return found[1] if found else "ada@client.example"


def report(
    head: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    words: str = UNKNOWN_USER,
    kind: str = "delivery-status",
    encoding: str = "",
    to: str = "bounces@clinic.example",
    recipient: str = "",
) -> bytes:
    """A delivery report about the mail with this head, and about whom it went to."""
    recipient = recipient or went_to(head)
    fields = "\r\n".join(
        (
            "Reporting-MTA: dns; relay.example",
            "X-Queue-ID: 4XYZ",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            f"Original-Recipient: rfc822;{recipient}",
            f"Action: {action}",
            f"Status: {status}",
            "Remote-MTA: dns; mx.client.example",
            *([f"Diagnostic-Code: smtp; {words}"] if words else []),
            "",
        )
    )
    code = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    if encoding == "base64":
        fields = b64encode(fields.encode()).decode()
    text = f"""From: Mail Delivery System <MAILER-DAEMON@relay.example>\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type={kind}; boundary="{BOUNDARY}"\r
\r
--{BOUNDARY}\r
Content-Type: text/plain; charset=us-ascii\r
\r
I'm sorry to have to inform you that your message could not be delivered.\r
\r
--{BOUNDARY}\r
Content-Type: message/{kind}\r
{code}\r
{fields}\r
--{BOUNDARY}\r
Content-Type: text/rfc822-headers\r
\r
{head}\r
--{BOUNDARY}--\r
"""
    return text.encode()


def whole_mail_report(mail: bytes, status: str = "5.1.1") -> bytes:
    """The same with all of the mail in it, and its marks encoded as some servers do."""
    start = report("", status=status).decode().partition(f"--{BOUNDARY}\r\nContent-Type: text/rfc822")[0]
    end = f"--{BOUNDARY}\r\nContent-Type: message/rfc822\r\n\r\n".encode()
    return start.encode() + end + mail + f"\r\n--{BOUNDARY}--\r\n".encode()


def complaint(head: str, feedback: str = "abuse") -> bytes:
    """What a provider sends when somebody presses "spam" (RFC 5965)."""
    return f"""From: <abusedesk@mail.example>\r
To: <bounces@clinic.example>\r
Subject: FW: How is it going?\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=feedback-report; boundary="{BOUNDARY}"\r
\r
--{BOUNDARY}\r
Content-Type: text/plain\r
\r
This is an email abuse report.\r
\r
--{BOUNDARY}\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: {feedback}\r
User-Agent: SomeGenerator/1.0\r
Version: 1\r
\r
--{BOUNDARY}\r
Content-Type: message/rfc822\r
\r
{head}\r
\r
How is it going?\r
--{BOUNDARY}--\r
""".encode()


def formless(head: str, words: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    """A report in plain words only, as qmail writes it."""
    return f"""From: MAILER-DAEMON@old.example\r
To: bounces@clinic.example\r
Subject: failure notice\r
\r
Hi. This is the qmail-send program at old.example.\r
I'm afraid I wasn't able to deliver your message to the following addresses.\r
\r
<{went_to(head)}>:\r
{words}\r
\r
--- Below this line is a copy of the message.\r
\r
{head}\r
\r
How is it going?\r
""".encode()


def automatic(head: str, *marks: str) -> bytes:
    """Somebody is on holiday; `marks` are the header lines that say that no person wrote it."""
    lines = marks or ("Auto-Submitted: auto-replied",)
    return "\r\n".join(
        (
            "From: Ada <ada@client.example>",
            "To: bounces@clinic.example",
            "Subject: Out of office",
            *lines,
            "",
            "I am away until Monday. My colleague's extension is 550 5.1.1.",
            "",
            head,
            "",
        )
    ).encode()


def person(subject: str, text: str = "Hello.") -> bytes:
    """A mail that somebody wrote."""
    head = f"From: ada@client.example\r\nTo: bounces@clinic.example\r\nSubject: {subject}"
    return f"{head}\r\n\r\n{text}\r\n".encode()
