"""Documents of a client in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.domain.dates import day_in_words
from clinic.domain.documents import DocumentKind
from clinic.domain.media import LARGEST, WITHOUT_SCRIPT, MediaKind, MediaState, in_words
from clinic.domain.words import again, in_a_row, say
from clinic.models import Document
from clinic.web.filters import local_date

KINDS = {
    DocumentKind.LETTER: say("Letter"),
    DocumentKind.SCAN: say("Scan"),
    DocumentKind.IMAGING_REPORT: say("Imaging report"),
    DocumentKind.CONSENT_FORM: say("Consent form"),
    DocumentKind.OTHER: say("Something else"),
}
TAKES = "application/pdf,image/jpeg,image/png,image/webp"
TYPES = {"application/pdf": (say("PDF"), "pdf"), "image/jpeg": (say("Picture"), "jpg")}
ANY_TYPE = (say("File"), "bin")
LARGEST_DOCUMENT = LARGEST[MediaKind.DOCUMENT]
LARGEST_WORDS = in_words(LARGEST_DOCUMENT)
WITHOUT_SCRIPT_WORDS = in_words(WITHOUT_SCRIPT)
MADE_READY = "It is being made ready. This takes a minute or two; you can leave this page."


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document as a list shows it."""

    id: str
    title: str
    facts: list[str]
    note: str
    state: str  # what is to be said of it while it cannot be opened
    is_shared: bool


def lines(documents: Sequence[Document], zone: str, today: date) -> list[DocumentLine]:
    """Those that stand on the record."""
    return [_line(each, zone, today) for each in documents if each.removed_at is None]


def removed(documents: Sequence[Document]) -> list[Document]:
    """Those that can still be put back."""
    return [each for each in documents if each.removed_at is not None]


def for_client(documents: Sequence[Document], today: date) -> list[tuple[str, str, str]]:
    """The id, the title, and what it is, of each that can be opened; the practice's own note is not told."""
    ready = (each for each in documents if each.media.state is MediaState.READY)
    return [(str(each.id), each.title, in_a_row(_about(each, today))) for each in ready]


def saved_as(document: Document) -> str:
    """The name of the file: what it is and of which day, never whose."""
    day: date = document.dated_on or document.added_at.date()
    ending = TYPES.get(document.media.type, ANY_TYPE)[1]
    return f"{document.kind.value.replace('_', '-')}-{day.isoformat()}.{ending}"


def _line(document: Document, zone: str, today: date) -> DocumentLine:
    media, is_ready = document.media, document.media.state is MediaState.READY
    facts = _about(document, today)
    by = f" by {document.adder.name}" if document.adder else ""
    facts.append(f"added {day_in_words(local_date(document.added_at, zone), today)}{by}")
    return DocumentLine(
        id=str(document.id),
        title=document.title,
        facts=facts,
        note=document.note,
        state="" if is_ready else again(media.said) if media.said else MADE_READY,
        is_shared=document.shared_at is not None,
    )


def _about(document: Document, today: date) -> list[str]:
    media = document.media
    facts: list[str] = [KINDS[document.kind]]
    if document.dated_on:
        facts.append(say("of %(day)s", day=day_in_words(document.dated_on, today)))
    if document.from_whom:
        facts.append(say("from %(whom)s", whom=document.from_whom))
    if media.state is MediaState.READY:
        facts.append(in_a_row((TYPES.get(media.type, ANY_TYPE)[0], in_words(media.size))))
    return facts
