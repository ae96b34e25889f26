"""What the page of a section is told when it has been kept while somebody types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from clinic.domain.types import Section
from clinic.services.assessments.drafts import SectionKept
from clinic.web.presenters.assessments import SECTION_WORDS


def kept(now: SectionKept, sent: Mapping[str, str], at: datetime | None, zone: str) -> dict[str, Any]:
    """What was kept; `theirs` are fields that somebody else changed: the page shows something old there."""
    stored = now.now.texts
    names = (stored.keys() | sent.keys()) - now.collided.keys()
    return {
        "state": "collided" if now.collided else "saved",
        "at": at.astimezone(ZoneInfo(zone)).strftime("%H:%M") if at else "",
        # a field that collided stays what it was before, or the next save would pass over the other's value
        "seen": {**stored, **{name: each.base for name, each in now.collided.items()}},
        "refused": now.now.refused,
        "theirs": {name: text for name in names if (text := stored.get(name, "")) != sent.get(name, "")},
        "as_normal": sorted(now.now.as_normal),
        "collided": sorted(now.collided),
    }


def next_title(order: Sequence[Section], section: Section) -> str:
    """What comes after a section: the next one's name, or the review."""
    later = order[order.index(section) + 1 :] if section in order else order
    return SECTION_WORDS[later[0]] if later else "Review"
