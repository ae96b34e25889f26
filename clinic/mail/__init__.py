"""Composing and sending mail: addresses, words, bytes, transports, and the journal of what went out."""

from __future__ import annotations

from pathlib import Path

from clinic.mail.maildir import MaildirTransport
from clinic.mail.shut import ShutTransport
from clinic.mail.smtp import SmtpTransport
from clinic.mail.smtp_url import SmtpServer
from clinic.mail.transport import Transport


def transport_for(server: SmtpServer | None, data_dir: Path, *, trouble: str = "") -> Transport:
    """The way to this relay, or to the Maildir below the data folder; with `trouble` no way at all."""
    if trouble:
        return ShutTransport(trouble)
    return SmtpTransport(server) if server else MaildirTransport(data_dir / "mail")
