"""The files that come with a mail: their bytes as they were sent, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from clinic.mail.reports import decoded_header, is_file, own_parts, taken_apart


@dataclass(frozen=True, slots=True)
class MailedFile:
    """A file that came with a mail; `is_in_text`: the words show it, as a logo under a name."""

    name: str
    data: bytes
    is_in_text: bool


def files_in(raw: bytes) -> Iterator[MailedFile]:
    """The files of a mail in their order; not those of a mail inside it. Never raises for what is in it."""
    message = taken_apart(raw)
    for part in own_parts(message) if message is not None else ():
        data = part.get_payload(decode=True)
        if is_file(part) and isinstance(data, bytes):
            yield MailedFile(decoded_header(part.get_filename() or ""), data, _is_in_text(part))


def _is_in_text(part: Message[str, str]) -> bool:
    return "Content-ID" in part and part.get_content_disposition() != "attachment"
