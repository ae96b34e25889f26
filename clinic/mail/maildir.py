"""Mail into a local folder: what development uses instead of a server, read at /dev/mail."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from uuid import UUID

from clinic.mail.message import mail_id_of
from clinic.mail.transport import BeforeDot, Envelope, SendOutcome, SendVerdict, SmtpStage, nothing


class MaildirTransport:
    """Delivers into a Maildir that only its owner can read; the mails hold working links."""

    smtputf8 = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def session(self) -> Iterator[MaildirSession]:
        """A session; there is nothing to close."""
        yield MaildirSession(self.folder)


class MaildirSession:
    """Writes each mail to tmp/ and renames it into new/, so that no reader sees half of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> SendOutcome | None:
        """Make the folder; an Outcome says why that failed."""
        try:
            _maildir(self._folder)
        except OSError as error:
            return _problem(error)
        return None

    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        """Store one mail; see `Session.send`."""
        if problem := self.open():
            return problem
        if not before_dot():
            return SendOutcome(SendVerdict.FENCED, SmtpStage.DATA)
        try:
            key = _maildir(self._folder).add(envelope.content.replace(b"\r\n", b"\n"))
        except OSError as error:
            return _problem(error)
        return SendOutcome(SendVerdict.SENT, SmtpStage.LOCAL, None, f"stored as {key}")

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail of the folder: `key` finds it again."""

    key: str
    stored_at: datetime
    message: EmailMessage

    @property
    def mail_id(self) -> UUID | None:
        """Which mail of the outbox it is."""
        return mail_id_of(str(self.message["Message-ID"] or ""))

    @property
    def text(self) -> str:
        """The plain part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part; show it in a sandboxed frame only."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        content = cast(str, part.get_content()) if part is not None else ""
        return content.replace("\r\n", "\n")


def newest_mails(folder: Path, limit: int = 50) -> list[StoredMail]:
    """The last mails stored, newest first; none if the folder is not there yet."""
    files = sorted((folder / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [_stored(file) for file in files[:limit]]


def find_mail(folder: Path, key: str) -> StoredMail | None:
    """The mail of that key, if there is one."""
    return next((_stored(file) for file in (folder / "new").glob("*") if file.name == key), None)


def forget(folder: Path, addresses: Collection[str]) -> int:
    """Delete every mail to one of these addresses, in small letters; returns how many."""
    gone = 0
    for file in (*(folder / "new").glob("*"), *(folder / "cur").glob("*")):
        told = message_from_bytes(file.read_bytes(), policy=policy.default).get_all("To", [])
        to = " ".join(str(each) for each in told).casefold()
        if any(address in to for address in addresses):
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _stored(file: Path) -> StoredMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return StoredMail(file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC), message)


def _maildir(folder: Path) -> mailbox.Maildir:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(folder, create=True)


def _problem(error: OSError) -> SendOutcome:
    words = f"the mail folder: {error.strerror}"
    return SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.LOCAL, None, words, lasting=True)
