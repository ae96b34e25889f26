"""What a client says of one day, and what two such words come to that knew nothing of each other."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clinic.domain.own_device import further_outcome
from clinic.domain.practising import Practised
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer

LONGEST_NOTE = 1000  # characters, of one that is typed


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One day's practice in the client's words; pain is 0-10 or not said.

    `hurting` are the moves, by prescription, that the pain was in; none named: all of them. `practised` is
    what guided practice counted of each, all of the day together; `ways` the easier ones that were taken for
    the day, by move, for those that nothing was counted of.
    """

    outcome: LogOutcome
    pain: int | None = None
    mistake: MistakeAnswer | None = None
    note: str | None = None
    obstacle: LogObstacle | None = None
    hurting: frozenset[uuid.UUID] = frozenset()
    practised: Mapping[uuid.UUID, Practised] = field(default_factory=dict)
    ways: Mapping[uuid.UUID, str] = field(default_factory=dict)

    @property
    def hurts(self) -> bool:
        """Whether anything is said of pain."""
        return self.pain is not None or self.obstacle is LogObstacle.HURTS

    def hurts_in(self, prescription_id: uuid.UUID) -> bool:
        """Whether the pain that is said belongs to a move."""
        return not self.hurting or prescription_id in self.hurting


def seen_as(entry: DiaryEntry | None) -> str:
    """What a form knew of a day when it was opened, as a digest."""
    if entry is None:
        return "-"
    told = (entry.outcome, entry.pain, entry.mistake, entry.note, entry.obstacle, sorted(entry.hurting))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def beside(before: DiaryEntry | None, later: DiaryEntry) -> DiaryEntry:
    """What a day comes to by a word that did not know of the one before: it takes nothing away.

    What was done was done, the highest pain is the highest of both, and a pain that was said of a move is
    not lost by another that went well.
    """
    if before is None:
        return later
    pain = max((each.pain for each in (before, later) if each.pain is not None), default=None)
    obstacle = _obstacle(before, later)
    outcome = further_outcome(before.outcome, later.outcome)
    if outcome is LogOutcome.DONE and pain is None and obstacle is LogObstacle.HURTS:
        outcome = LogOutcome.PARTLY  # a day that is done has nothing in its way
    return replace(
        later,
        outcome=outcome,
        pain=pain,
        mistake=later.mistake or before.mistake,
        note=_notes(before.note, later.note),
        obstacle=obstacle,
        hurting=_hurting(before, later),
    )


def _obstacle(before: DiaryEntry, later: DiaryEntry) -> LogObstacle | None:
    if LogObstacle.HURTS in (before.obstacle, later.obstacle):
        return LogObstacle.HURTS
    return later.obstacle or before.obstacle


def _notes(before: str | None, later: str | None) -> str | None:
    """Both, even if they are longer together than one may be: whoever changes them then shortens them."""
    return before or later if not before or not later or later in before else f"{before}\n{later}"


def _hurting(before: DiaryEntry, later: DiaryEntry) -> frozenset[uuid.UUID]:
    said = [each.hurting for each in (before, later) if each.hurts]
    return frozenset().union(*said) if all(said) else frozenset()
