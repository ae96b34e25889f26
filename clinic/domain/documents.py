"""Documents of a client: which sorts there are, what is wrong with one, and who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

LONGEST_TITLE = 160
LONGEST_FROM = 160
LONGEST_NOTE = 1000
EARLIEST = date(1900, 1, 1)


class DocumentKind(StrEnum):
    """What a document is."""

    LETTER = "letter"
    SCAN = "scan"
    IMAGING_REPORT = "imaging_report"
    CONSENT_FORM = "consent_form"
    OTHER = "other"


def problems(title: str, dated_on: date | None, today: date) -> Iterator[RuleBroken]:
    """All that speaks against what is written down of a document."""
    if not title:
        yield RuleBroken(say("Give it a title."), "title")
    if dated_on is not None and dated_on > today:
        yield RuleBroken(say("The date on it is in the future."), "dated_on")
    if dated_on is not None and dated_on < EARLIEST:
        yield RuleBroken(say("Enter the year in four figures, 1900 or later."), "dated_on")


def file_name(kind: DocumentKind, title: str, day: date, ending: str) -> str:
    """A name for the file where it lies among others of the same client: day, sort and title."""
    plain = "".join(letter if letter.isalnum() else " " for letter in title)[:60].split()
    return "-".join([day.isoformat(), kind.value.replace("_", "-"), *plain]) + f".{ending}"


def is_shown_to_client(shared_at: datetime | None, removed_at: datetime | None) -> bool:
    """Whether its client sees it: shared, and not removed since."""
    return shared_at is not None and removed_at is None
