"""The texts of a draft as they are signed: where each stands, and what changed since somebody signed it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from clinic.domain.text_changes import MarkedLine, marked_lines
from clinic.services.routines.signoffs import Signature, TextStanding, Wording
from clinic.web.filters import day_year, local_date


@dataclass(frozen=True, slots=True)
class StateWord:
    """Where something stands: the kind of its mark, and the words beside it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Some lines of a text under their label, with what changed since the text was signed."""

    label: str
    lines: tuple[MarkedLine, ...]
    has_fields: bool = False  # the page shows it in fields

    @property
    def is_changed(self) -> bool:
        """Whether anything of it is new or gone."""
        return any(line.is_changed for line in self.lines)


@dataclass(frozen=True, slots=True)
class TextPart:
    """One text that is signed: `status` says where it stands, `since` who signed what it was before."""

    scope: str
    title: str
    status: StateWord
    blocks: tuple[TextBlock, ...]
    is_signed: bool
    since: str = ""

    @property
    def changed(self) -> tuple[TextBlock, ...]:
        """What to read: all of a text that is new, and what changed of one that was signed."""
        if not self.since:
            return self.fixed
        return tuple(block for block in self.blocks if block.is_changed)

    @property
    def unchanged(self) -> tuple[TextBlock, ...]:
        """What somebody read before."""
        return tuple(block for block in self.fixed if not block.is_changed) if self.since else ()

    @property
    def fixed(self) -> tuple[TextBlock, ...]:
        """All of it that stands in no field."""
        return tuple(block for block in self.blocks if not block.has_fields)


def text_part(wording: Wording, standing: TextStanding, zone: str, fields: Collection[str] = ()) -> TextPart:
    """A text with where it stands: signed as it is, changed since then, or never signed.

    `fields` are the labels of what the page shows in fields instead.
    """
    signed = standing.signature
    if signed is not None:
        status = StateWord("signed", f"Signed off by {_name(signed, zone)}")
    elif standing.last is not None:
        status = StateWord("draft", "Changed, awaits your sign-off")
    else:
        status = StateWord("draft", "Authored, awaits your sign-off")
    is_changed = signed is None and standing.last is not None
    return TextPart(
        scope=wording.scope,
        title=wording.title,
        status=status,
        blocks=tuple(_blocks(wording, standing.signed_lines if is_changed else None, fields)),
        is_signed=signed is not None,
        since=_name(standing.last, zone) if is_changed and standing.last else "",
    )


def _blocks(wording: Wording, old: Sequence[str] | None, fields: Collection[str]) -> Iterator[TextBlock]:
    """The parts of a text; where there is an older one, what is gone stands where it stood."""
    lines, behind = _marked(wording, old), 0
    for part in wording.parts:
        label = max(1, behind)
        first, behind = behind, label + 1 + len(part.lines)
        within = ((here, line) for here, line in lines if first <= here < behind)
        shown = (line for here, line in within if here > label or line.is_changed)
        yield TextBlock(part.label, tuple(shown), part.label in fields)


def _marked(wording: Wording, old: Sequence[str] | None) -> list[tuple[int, MarkedLine]]:
    """The lines with the place they stand at or, of those that are gone, the one they stood behind."""
    if old is None:
        old = wording.lines
    marked, here = [], 0
    for line in marked_lines(old, wording.lines):
        here = here if line.place is None else line.place
        marked.append((here, line))
    return marked


def _name(signature: Signature, zone: str) -> str:
    return f"{signature.name}, {day_year(local_date(signature.at, zone))}"
