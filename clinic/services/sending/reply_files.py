"""The files of a client's mail at the gate: photos and a short video are let in, the rest is told of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import filetype

from clinic.domain.mail_replies import FileFacts, FileRuling, rule_on_files, with_word, word_of_files
from clinic.domain.media import MediaAway, MediaKind, MediaRefused
from clinic.domain.messages import LONGEST_MESSAGE, check_file
from clinic.mail.attachments import MailedFile, files_in
from clinic.mail.said_anew import said_anew
from clinic.services.media import uploads, videos
from clinic.services.media.uploads import Announced
from clinic.services.messages.writing import MailedWords


@dataclass(frozen=True, slots=True)
class LetIn:
    """What of a mail is kept as files, and a word of what is not."""

    media_ids: Sequence[uuid.UUID] = ()
    left_out: str = ""


NO_FILES = LetIn()
NOT_NOW = "files cannot be kept here just now"


def let_in(practice_id: uuid.UUID, client_id: uuid.UUID, raw: bytes) -> LetIn:
    """Let in what a message takes of a client's mail; what cannot be kept now holds up no word of it."""
    files = list(files_in(raw))
    made, left_out = [], []
    for file, ruling in zip(files, rule_on_files([_facts(each) for each in files]), strict=True):
        if ruling is FileRuling.TAKEN:
            try:
                made.append(_kept(practice_id, client_id, file))
            except MediaRefused as refused:
                left_out.append((file.name, refused.message))
            except MediaAway:
                left_out.append((file.name, NOT_NOW))
        elif ruling is not FileRuling.ORNAMENT:
            left_out.append((file.name, ruling.value))
    return LetIn(made, word_of_files(left_out))


def worded(text: str, at: datetime, files: LetIn = NO_FILES) -> MailedWords:
    """A mail as a message of its client: what they wrote anew, its files, and a word of what is missing."""
    said = with_word(said_anew(text), files.left_out, LONGEST_MESSAGE)
    nothing = "" if files.media_ids else "Nothing was written."
    return MailedWords(said or nothing, at, files.media_ids)


def _facts(file: MailedFile) -> FileFacts:
    return FileFacts(_kind_of(file.data[:4096]), len(file.data), file.is_in_text)


def _kind_of(begin: bytes) -> MediaKind | None:
    """By what is in it: a name says what somebody called it."""
    if videos.container_of(begin):
        return MediaKind.VIDEO
    return MediaKind.PICTURE if (filetype.guess_mime(begin) or "").startswith("image/") else None


def _kept(practice_id: uuid.UUID, client_id: uuid.UUID, file: MailedFile) -> uuid.UUID:
    kind = _kind_of(file.data[:4096]) or MediaKind.PICTURE
    check_file(kind, len(file.data))
    announced = Announced(kind, file.name, len(file.data), client_id=client_id)
    return uploads.came_by_mail(practice_id, announced, file.data).id
