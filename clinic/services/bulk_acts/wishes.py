"""What is to be done for many, as it is kept between the page that asks and the work behind it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.services.checkins.rhythms import Rhythm, kept_rhythm, read_rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """What an act needs to be told: the routine and its days, a group, a colleague, or why they are archived.

    `weeks` None has no end, `checkin` None no check-ins; `name` is the routine's or the
    colleague's, to be read afterwards.
    """

    version_id: uuid.UUID | None = None
    name: str = ""
    starts_on: date | None = None
    weeks: int | None = None
    checkin: Rhythm | None = None
    group: str | None = None
    taker_id: uuid.UUID | None = None
    reason: str = ""

    def kept(self) -> dict[str, Any]:
        """The wish as JSON values."""
        return {
            "version": str(self.version_id) if self.version_id else None,
            "name": self.name,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "weeks": self.weeks,
            "checkin": kept_rhythm(self.checkin),
            "group": self.group,
            "taker": str(self.taker_id) if self.taker_id else None,
            "reason": self.reason,
        }


def wish_of(kept: dict[str, Any]) -> BulkWish:
    """The wish that was kept so; an empty one before anybody has said what is wished for."""
    version, day, taker = kept.get("version"), kept.get("starts_on"), kept.get("taker")
    return BulkWish(
        version_id=uuid.UUID(version) if version else None,
        name=kept.get("name", ""),
        starts_on=date.fromisoformat(day) if day else None,
        weeks=kept.get("weeks"),
        checkin=read_rhythm(kept.get("checkin")),
        group=kept.get("group"),
        taker_id=uuid.UUID(taker) if taker else None,
        reason=kept.get("reason", ""),
    )
