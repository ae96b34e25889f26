"""The rhythm of check-ins that a version of a routine brings along, for the form that assigns it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from clinic.models import RoutineVersion
from clinic.services.checkins.rhythms import CadenceCheckin, Rhythm, WeeklyCheckin


def preset_of(version: RoutineVersion) -> Rhythm | None:
    """The rhythm that a version brings along; None where the form's usual one is as good."""
    return from_json(version.checkin_preset)


def from_json(kept: Mapping[str, Any] | None) -> Rhythm | None:
    """A rhythm as a version keeps it, read."""
    if kept is None:
        return None
    at = time.fromisoformat(kept["at"])
    if "days" in kept:
        return CadenceCheckin(tuple(kept["days"]), at)
    return WeeklyCheckin(kept["weekday"], at, kept["every_weeks"])


def to_json(rhythm: Rhythm | None) -> dict[str, Any] | None:
    """A rhythm as a version keeps it."""
    if rhythm is None:
        return None
    if isinstance(rhythm, CadenceCheckin):
        return {"days": list(rhythm.days), "at": f"{rhythm.at:%H:%M}"}
    return {"weekday": rhythm.weekday, "at": f"{rhythm.at:%H:%M}", "every_weeks": rhythm.every_weeks}
