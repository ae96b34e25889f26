"""What is to be done for many, as it is kept between the page that asks and the work behind it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from clinic.services.checkins.rhythms import CadenceCheckin, Rhythm, WeeklyCheckin


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """What an act needs to be told: the routine and its days, a group, or why they are archived.

    `weeks` None has no end, `checkin` None no check-ins; `name` is the routine's, to be read afterwards.
    """

    version_id: uuid.UUID | None = None
    name: str = ""
    starts_on: date | None = None
    weeks: int | None = None
    checkin: Rhythm | None = None
    group: str | None = None
    reason: str = ""

    def kept(self) -> dict[str, Any]:
        """The wish as JSON values."""
        return {
            "version": str(self.version_id) if self.version_id else None,
            "name": self.name,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "weeks": self.weeks,
            "checkin": _kept_rhythm(self.checkin),
            "group": self.group,
            "reason": self.reason,
        }


def wish_of(kept: dict[str, Any]) -> BulkWish:
    """The wish that was kept so; an empty one before anybody has said what is wished for."""
    version, day = kept.get("version"), kept.get("starts_on")
    return BulkWish(
        version_id=uuid.UUID(version) if version else None,
        name=kept.get("name", ""),
        starts_on=date.fromisoformat(day) if day else None,
        weeks=kept.get("weeks"),
        checkin=_rhythm(kept.get("checkin")),
        group=kept.get("group"),
        reason=kept.get("reason", ""),
    )


def _kept_rhythm(rhythm: Rhythm | None) -> dict[str, Any] | None:
    if rhythm is None:
        return None
    at = f"{rhythm.at:%H:%M}"
    if isinstance(rhythm, CadenceCheckin):
        return {"days": list(rhythm.days), "at": at}
    return {"weekday": rhythm.weekday, "every_weeks": rhythm.every_weeks, "at": at}


def _rhythm(kept: dict[str, Any] | None) -> Rhythm | None:
    if kept is None:
        return None
    at = time.fromisoformat(kept["at"])
    if "days" in kept:
        return CadenceCheckin(tuple(kept["days"]), at)
    return WeeklyCheckin(kept["weekday"], at, kept["every_weeks"])
