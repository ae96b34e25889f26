"""How long one mail takes to compose and encode, and to send: `python -m tests.mail.bench`."""

from __future__ import annotations

import json
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import UUID

from clinic.mail import compose
from clinic.mail.compose import Letterhead, MailContent
from clinic.mail.deliver import deliver
from clinic.mail.journal import Journal
from clinic.mail.lease import Lease
from clinic.mail.message import MailMessage, list_id, message_id
from clinic.mail.smtp import SmtpTransport
from clinic.mail.transport import Envelope, SendVerdict
from tests.sink import sink_process

HEAD = Letterhead("Harbour Street Practice", "020 7946 0018", "112")
SENDER = "no-reply@clinic.example"


def content(number: int) -> MailContent:
    """A check-in mail no other has the links of."""
    link = f"https://clinic.example/c/k7PqX2mVd9Lw0sTz4RbN8yHf1Jc{number:016x}"
    stop = f"https://clinic.example/stop/{'eyJ0' * 20}{number:016x}"
    return compose.checkin(HEAD, first_name="Zoë", link=link, until=date(2026, 12, 8), stop_link=stop)


def message(number: int, words: MailContent) -> MailMessage:
    """The mail with every header a check-in has."""
    return MailMessage(
        to=f"anna{number}@client.example",
        to_name=f"Zoë Öst {number}",
        from_name=HEAD.practice,
        from_address=SENDER,
        reply_to="desk@harbour.example",
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=message_id(UUID(int=number), "clinic.example"),
        date=datetime(2026, 11, 24, 9, tzinfo=UTC),
        list_id=list_id("clinic.example"),
        unsubscribe_url=f"https://clinic.example/u/{'eyJ0' * 20}{number:016x}",
        unsubscribe_mailto="stop@clinic.example",
    )


def by_the_standard_library(number: int, words: MailContent) -> bytes:
    """The same mail by EmailMessage, for comparison."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"] = f"{HEAD.practice} <{SENDER}>"
    mail["To"] = f"Zoë Öst {number} <anna{number}@client.example>"
    mail["Reply-To"] = f"{HEAD.practice} <desk@harbour.example>"
    mail["Subject"] = words.subject
    mail["Message-ID"] = message_id(UUID(int=number), "clinic.example")
    mail["List-Unsubscribe"] = f"<https://clinic.example/u/{'eyJ0' * 20}{number:016x}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(words.text)
    mail.add_alternative(words.html, subtype="html")
    return mail.as_bytes()


def microseconds(work: Callable[[int], object], times: int) -> float:
    """The best of three rounds, a call."""
    work(0)
    rounds = []
    for turn in range(3):
        began = time.perf_counter()
        for number in range(times):
            work(turn * times + number)
        rounds.append((time.perf_counter() - began) / times * 1e6)
    return round(min(rounds), 1)


def rendering(times: int = 1500) -> Iterator[dict[str, Any]]:
    """Composing and encoding one mail."""
    words = content(1)
    both = microseconds(lambda n: message(n, content(n)).to_bytes(), times)
    encode = microseconds(lambda n: message(n, words).to_bytes(), times)
    library = microseconds(lambda n: by_the_standard_library(n, words), times // 10)
    yield {"name": "mail.compose-and-encode", "value": both, "unit": "us"}
    yield {
        "name": "mail.encode", "value": encode, "unit": "us",
        "against": "EmailMessage with policy SMTP", "ratio": round(encode / library, 3),
    }  # fmt: skip


def sending(mails: int = 4000) -> Iterator[dict[str, Any]]:
    """Ready-made bytes over one connection with journal and fence, against bare smtplib."""
    ready = [message(n, content(n)).to_bytes() for n in range(mails)]
    with sink_process() as sink:
        floor = _smtplib(sink.port, ready)
        ours = _ours(sink.port, ready)
        assert sink.counts()["total"] == 2 * mails
    yield {
        "name": "mail.send", "value": round(ours), "unit": "mails/s",
        "against": "bare persistent smtplib", "ratio": round(ours / floor, 2),
    }  # fmt: skip


def _smtplib(port: int, ready: list[bytes]) -> float:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        began = time.perf_counter()
        for number, mail in enumerate(ready):
            smtp.sendmail(SENDER, f"anna{number}@client.example", mail)
        return len(ready) / (time.perf_counter() - began)


def _ours(port: int, ready: list[bytes]) -> float:
    transport = SmtpTransport.from_url(f"smtp://127.0.0.1:{port}")
    with tempfile.TemporaryDirectory() as folder, transport.session() as session:
        journal, lease = Journal.open(Path(folder)), Lease(900)
        began = time.perf_counter()
        for number, mail in enumerate(ready):
            envelope = Envelope(SENDER, f"anna{number}@client.example", mail)
            outcome = deliver(
                session, envelope, journal=journal, lease=lease, mail=UUID(int=number), attempt=1
            )
            assert outcome.verdict is SendVerdict.SENT
        seconds = time.perf_counter() - began
        journal.close()
    return len(ready) / seconds


if __name__ == "__main__":
    for measure in (rendering, sending):
        for line in measure():
            print(json.dumps(line))  # noqa: T201
