"""Erasing a person: the wish, thirty days in which it can be called back, and nothing of them left.

What is left is a pseudonym, counts, and what the practice's law demands to be kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.dates import count

GRACE = timedelta(days=30)
AFTER_A_RESTORE = timedelta(days=7)  # a backup does not know who was called back after it
MISTAKE_WITHIN = timedelta(days=14)
FEWEST_YEARS, MOST_YEARS = 1, 50
SHORTEST_NAME = 4  # signs of a pseudonym


class ErasureState(StrEnum):
    """How far it has come."""

    ASKED = "asked"  # by the client; the owner has not looked yet
    GRACE = "grace"
    UNDER_WAY = "under_way"  # can be called back no more
    DONE = "done"
    CALLED_BACK = "called_back"
    DECLINED = "declined"


class ErasureReason(StrEnum):
    """Why somebody is erased."""

    WISH = "wish"  # of the client
    RETENTION = "retention"  # they have not been heard of for as long as the practice keeps records
    MISTAKE = "mistake"  # the record should never have been made


OPEN = (ErasureState.ASKED, ErasureState.GRACE, ErasureState.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class RecordContents:
    """What hangs on a record, as far as it decides whether it can have been added by mistake."""

    signed: int = 0  # assessments, notes
    said: int = 0  # what the client themselves logged, answered or wrote
    added_on: date = date.min


def why_no_mistake(found: RecordContents, today: date) -> str | None:
    """Why a record is not taken for one added by mistake, and what to do instead; None where it is."""
    instead = "Have it erased instead: that takes 30 days, in which it can be called back."
    if found.signed:
        return f"This client has {count(found.signed, 'signed record')} here. {instead}"
    if found.said:
        return f"The client has logged, answered or written something here. {instead}"
    if today - found.added_on > MISTAKE_WITHIN:
        return f"The record was added more than {MISTAKE_WITHIN.days} days ago. {instead}"
    return None


def kept_until(last_signed: date, years: int) -> date:
    """The last day on which signed records are kept: so many years after the last of them."""
    return _years_after(last_signed, years)


def is_retained_long_enough(last_contact: date, years: int, today: date) -> bool:
    """Whether a person has not been heard of for so many years."""
    return _years_after(last_contact, years) <= today


def heard_before(today: date, years: int) -> date:
    """The day on which somebody may have been heard of last, to be due today."""
    return _years_after(today, -years)


def pseudonym(erasure_id: uuid.UUID, taken: Container[str]) -> str:
    """What an erased client is called from then on: as short as nobody else's."""
    letters = erasure_id.hex.upper()
    for length in range(SHORTEST_NAME, len(letters)):
        if (name := f"Erased client {letters[:length]}") not in taken:
            return name
    return f"Erased client {letters}"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
