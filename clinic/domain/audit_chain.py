"""The chain of the audit trail: each entry's hash holds that of the one before, so that nothing goes unseen.

What an entry tells in words (who, and the details) is hashed apart, with a salt: it can be made unreadable
one day, and the chain still holds. What was written before there was a chain is told of by its digests.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64  # what comes before the first entry
OLDER_SEALED = "audit.older_sealed"  # an entry that holds the digests of entries from before the chain
WORDS_FORGOTTEN = (
    "audit.words_forgotten"  # an entry that tells which others have lost their words, and what is left
)
_PLAIN_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_STORED_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
MOST_COMPARED = 100  # entries that are held against each other's places


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What an entry is about, without a word that is anybody's."""

    practice_id: uuid.UUID
    id: uuid.UUID
    happened_at: datetime
    action: str
    actor_id: uuid.UUID | None
    client_id: uuid.UUID | None
    subject_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry as it stands in the database."""

    facts: AuditFacts
    actor_name: str
    details: Mapping[str, Any]
    seq: int
    salt: str | None
    told: str | None
    hash: str | None
    is_forgotten: bool = (
        False  # its words were taken off, as an entry of the chain says, and the rest is as it says
    )


@dataclass(frozen=True, slots=True)
class AuditEnd:
    """The end of a practice's chain: how many entries it has, and the last one's hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What is wrong, in words, and the number of the entry."""

    seq: int
    words: str


def told_hash(salt: str, actor_name: str, details: Mapping[str, Any]) -> str:
    """The hash of what an entry tells in words."""
    return _hash([salt, actor_name, details])


def entry_hash(before: str, seq: int, facts: AuditFacts, told: str) -> str:
    """The hash of an entry that comes after the one with the hash `before`."""
    return _hash([before, seq, *_plain(facts), told])


def older_digest(facts: AuditFacts, actor_name: str, details: Mapping[str, Any]) -> str:
    """What is kept of an entry from before the chain: 128 bits of it."""
    return _hash([*_plain(facts), actor_name, details])[:32]


def as_stored(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as the database will give them back: keys are texts, a tuple is a list."""
    if all(type(name) is str and type(value) in _STORED_AS_THEY_ARE for name, value in details.items()):
        return dict(details)  # nearly always, and a mail has a line
    stored: dict[str, Any] = json.loads(json.dumps(details))
    return stored


class ChainCheck:
    """Looks at a practice's entries one after the other, in the order of their numbers."""

    def __init__(self) -> None:
        self.length = 0
        self._last = AuditEnd()
        self._doubtful: list[AuditEntry] = []
        self._before: dict[int, str] = {}  # the hash that stands before each doubtful entry

    def look(self, entry: AuditEntry) -> Iterator[AuditFault]:
        """What is seen at once: what is missing before it. Whether it is what it was, `end` tells."""
        if entry.seq != self._last.seq + 1:
            yield AuditFault(self._last.seq + 1, _missing(self._last.seq + 1, entry.seq - 1))
        before = self._last.hash if entry.seq == self._last.seq + 1 else None
        if not _holds(entry, before):
            self._doubtful.append(entry)
            self._before[entry.seq] = self._last.hash
        self.length += 1
        self._last = AuditEnd(entry.seq, entry.hash or "")

    def end(self, end: AuditEnd | None) -> Iterator[AuditFault]:
        """What is wrong with the entries that did not hold, and with the end of the chain."""
        for entry in self._doubtful:
            if not self._follows_what_was_changed(entry):
                yield AuditFault(entry.seq, self._why(entry))
        if end is None:
            if self.length:
                yield AuditFault(self._last.seq, "the end of the chain is gone")
        elif end.seq > self._last.seq:
            yield AuditFault(self._last.seq + 1, _missing(self._last.seq + 1, end.seq))
        elif end.seq < self._last.seq:
            yield AuditFault(end.seq + 1, "it was put in after the end of the chain")
        elif end.hash != self._last.hash and end.seq not in self._before:
            yield AuditFault(end.seq, "the end of the chain was changed")

    def _why(self, entry: AuditEntry) -> str:
        place = self._place_of(entry)
        if place is not None:
            return f"entry {place} was moved here"
        if not _is_as_told(entry):
            return "what it tells was changed"
        return f"it was changed, or entry {entry.seq - 1} was written anew"

    def _place_of(self, entry: AuditEntry) -> int | None:
        """The number an entry had, where it holds at another doubtful one's place."""
        for other in self._doubtful[:MOST_COMPARED]:
            if other.seq != entry.seq and self._holds_somewhere(entry, other.seq):
                return other.seq
        return None

    def _follows_what_was_changed(self, entry: AuditEntry) -> bool:
        """Whether it is as it was, and only what stands before it is not."""
        return _is_as_told(entry) and self._holds_somewhere(entry, entry.seq)

    def _holds_somewhere(self, entry: AuditEntry, seq: int) -> bool:
        told = entry.told or ""
        return any(entry.hash == entry_hash(before, seq, entry.facts, told) for before in self._befores())

    def _befores(self) -> Iterator[str]:
        """Every hash that may have stood before a doubtful entry."""
        yield from (GENESIS, *self._before.values())
        for other in self._doubtful[:MOST_COMPARED]:
            yield other.hash or ""
            yield entry_hash(self._before[other.seq], other.seq, other.facts, other.told or "")


def _holds(entry: AuditEntry, before: str | None) -> bool:
    """Whether an entry is what it was. After a gap nobody knows what stood before: its words alone count."""
    if entry.told is None or not _is_as_told(entry):
        return False
    return before is None or entry.hash == entry_hash(before, entry.seq, entry.facts, entry.told)


def _is_as_told(entry: AuditEntry) -> bool:
    """Whether its words are those it was written with, or were taken off it as the chain says."""
    if entry.salt is None:
        return entry.is_forgotten
    return entry.told == told_hash(entry.salt, entry.actor_name, entry.details)


def _missing(first: int, last: int) -> str:
    return "it is missing" if first == last else f"it and all up to {last} are missing"


def _plain(facts: AuditFacts) -> Iterable[str | None]:
    keys = (facts.actor_id, facts.client_id, facts.subject_id)
    yield from (
        facts.practice_id.hex,
        facts.id.hex,
        facts.happened_at.astimezone(UTC).isoformat(),
        facts.action,
    )
    yield from (key.hex if key else None for key in keys)


def _hash(value: object) -> str:
    return hashlib.sha256(_PLAIN_JSON(value).encode()).hexdigest()
