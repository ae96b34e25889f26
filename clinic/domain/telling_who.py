"""What in a text could tell who it is about: shown to whoever takes words of one client for others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from clinic.domain.search import fold

SHORTEST_NAME = 3  # letters: shorter parts of names and places are words of everyday
MOST_FOUND = 30
LONGEST = 20_000  # letters that are looked through: no answer is longer


class TellingKind(StrEnum):
    """What sort of thing could tell who it was."""

    NAME = "name"
    PLACE = "place"
    DATE = "date"
    NUMBER = "number"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class KnownOfClient:
    """What is known of a client that others would know them by: names and places in any spelling."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TellingPart:
    """A part of a text that could tell who it is about."""

    kind: TellingKind
    text: str


_ADDRESS = re.compile(r"(?<!\S)[^\s@]++@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
_MONTH = r"(?:Jan|Febr?|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_LONG_MONTH = (
    "January|February|April|June|July|August|September|October|November|December"  # words of their own
)
_DATE = re.compile(
    r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./](?:\d{2,4})?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}\b(?:,? \d{{4}})?"
    rf"|\b{_MONTH} \d{{1,4}}(?:st|nd|rd|th)?\b"
    rf"|\b(?:{_LONG_MONTH})\b|\b(?:19|20)\d{{2}}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\d[\d ()/-]*\d")
_WORD = re.compile(r"[\w'’-]+")


def telling_parts(text: str, known: KnownOfClient) -> list[TellingPart]:
    """What could tell who it is about, each once: first what is known of the client, then what looks so."""
    text = text[:LONGEST]
    found = [*_known(text, known), *_patterns(text)]
    return list(dict.fromkeys(found))[:MOST_FOUND]


def _known(text: str, known: KnownOfClient) -> Iterator[TellingPart]:
    names, places = _parts(known.names), _parts(known.places)
    for word in _WORD.findall(text):
        bare = set(fold(re.sub(r"['’]s$", "", word)).split())
        if bare & names:
            yield TellingPart(TellingKind.NAME, word)
        elif bare & places:
            yield TellingPart(TellingKind.PLACE, word)


def _patterns(text: str) -> Iterator[TellingPart]:
    """Addresses, dates and numbers of two figures and more; what is one of them is not another."""
    for kind, pattern in (
        (TellingKind.ADDRESS, _ADDRESS),
        (TellingKind.DATE, _DATE),
        (TellingKind.NUMBER, _NUMBER),
    ):
        for match in pattern.finditer(text):
            yield TellingPart(kind, match[0].strip())
        text = pattern.sub(" · ", text)


def _parts(told: Iterable[str]) -> set[str]:
    words = {word for each in told for word in fold(each).split()}
    return {word for word in words if len(word) >= SHORTEST_NAME and not word.isdecimal()}
