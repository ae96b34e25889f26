"""Composing and sending mail: addresses, words, bytes, transports, and the journal of what went out."""

from __future__ import annotations

from pathlib import Path

from clinic.mail.maildir import MaildirTransport
from clinic.mail.smtp import SmtpTransport
from clinic.mail.transport import Transport


def transport_for(smtp_url: str | None, data_dir: Path) -> Transport:
    """The relay of CLINIC_SMTP_URL, or without one the Maildir below the data folder.

    Raises SmtpUrlError, whose message names the variable.
    """
    if smtp_url is None:
        return MaildirTransport(data_dir / "mail")
    return SmtpTransport.from_url(smtp_url)
