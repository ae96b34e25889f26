"""Time zones that are places: there clocks are what people live by, summer time included."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from clinic.domain.words import say

AREAS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Arctic", "Asia"),
        *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    }
)
COUNTRIES = frozenset({"US", "Canada", "Brazil", "Mexico", "Chile"})  # older names of places, still in use


@cache
def places() -> frozenset[str]:
    """The IANA zones to choose from: those that are a place, under today's names, and UTC."""
    return frozenset(zone for zone in available_timezones() if zone.partition("/")[0] in AREAS) | {"UTC"}


def zone_problem(zone: str) -> str | None:
    """What is wrong with a time zone, if anything is; "EST", "Etc/GMT+5" and "Factory" are no places."""
    if zone in places() or (zone.partition("/")[0] in COUNTRIES and zone in available_timezones()):
        return None
    if zone in available_timezones() or zone in {"localtime", "posixrules"}:
        return say(
            "%(zone)s is no place, and its clock may be wrong in summer; write it like Europe/London",
            zone=repr(zone),
        )
    return say("%(zone)s is no time zone; write it like Europe/London", zone=repr(zone))
