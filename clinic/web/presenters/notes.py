"""The words about notes of visits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from clinic.domain.notes import DAY, NoteEdit, NotePart, NoteStatus, written
from clinic.domain.words import in_a_row, say
from clinic.models import VisitNote, VisitNoteAmendment
from clinic.services.notes.reading import NotePage
from clinic.services.notes.writing import texts_of
from clinic.web.filters import day_year, moment

PART_WORDS: Mapping[str, str] = MappingProxyType(
    {
        NotePart.TEXT: say("Note"),
        NotePart.SUBJECTIVE: say("S: what the client says"),
        NotePart.OBJECTIVE: say("O: what was found"),
        NotePart.ASSESSED: say("A: what it means"),
        NotePart.PLAN: say("P: what comes next"),
        DAY: say("Day of the visit"),
    }
)
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class AddedLine:
    """What was added to a note."""

    text: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as it is read; `parts` are headings with their texts, the heading of free text is empty."""

    id: uuid.UUID
    day: str
    is_draft: bool
    who: str
    parts: Sequence[tuple[str, str]]
    added: Sequence[AddedLine]
    assessment_id: uuid.UUID | None


def lines(page: NotePage, zone: str) -> list[NoteLine]:
    """The notes of a page."""
    return [line(note, page.added.get(note.id, ()), zone) for note in page.notes]


def beside(notes: Sequence[VisitNote]) -> list[tuple[uuid.UUID, str]]:
    """Notes of an assessment's visit, each as a link says it."""
    return [(note.id, _named(note)) for note in notes]


def _named(note: VisitNote) -> str:
    draft = ", draft" if note.status is NoteStatus.DRAFT else ""
    return f"Note of {day_year(note.visited_on)} by {note.author.name}{draft}"


def line(note: VisitNote, added: Sequence[VisitNoteAmendment], zone: str) -> NoteLine:
    """One note, with times where the practice is."""
    texts = texts_of(note)
    return NoteLine(
        id=note.id,
        day=day_year(note.visited_on),
        is_draft=note.status is NoteStatus.DRAFT,
        who=_who(note, zone),
        parts=[(_heading(part), texts[part]) for part in written(texts)],
        added=[AddedLine(each.text, each.reason, _by(each.maker.name, each, zone)) for each in added],
        assessment_id=note.assessment_id,
    )


def differences(collided: Mapping[str, NoteEdit]) -> list[tuple[str, str, str]]:
    """Where two people wrote different things: the field, what is saved now, and what was typed."""
    return [
        (PART_WORDS[name], _told(name, edit.base), _told(name, edit.mine)) for name, edit in collided.items()
    ]


def _told(name: str, text: str) -> str:
    return day_year(date.fromisoformat(text)) if name == DAY and text else text or NOTHING


def _heading(part: NotePart) -> str:
    return "" if part is NotePart.TEXT else PART_WORDS[part]


def _who(note: VisitNote, zone: str) -> str:
    author, saver = note.author.name, note.saver.name
    if note.signer is None or note.signed_at is None:
        at = moment(note.saved_at, zone)
        return say("Written by %(author)s, saved %(at)s by %(saver)s", author=author, at=at, saver=saver)
    signer, at = note.signer.name, moment(note.signed_at, zone)
    if note.signer.id == note.author.id:
        return say("Signed by %(signer)s, %(at)s", signer=signer, at=at)
    return say("Written by %(author)s, signed by %(signer)s, %(at)s", author=author, signer=signer, at=at)


def _by(name: str, added: VisitNoteAmendment, zone: str) -> str:
    return in_a_row([name, moment(added.made_at, zone)])
