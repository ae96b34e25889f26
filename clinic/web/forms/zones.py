"""Time zones as a list to choose from: a few first, then all by the name of the city."""

from __future__ import annotations

from functools import cache

from wtforms.fields import SelectChoice

from clinic.domain.words import say
from clinic.domain.zones import places
from clinic.web.presenters.zones import zone_words

OFTEN = (
    "Europe/London",
    "Europe/Dublin",
    "Europe/Berlin",
    "Europe/Madrid",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def zone_choices(*first: str) -> list[SelectChoice]:
    """All zones, with `first` (the practice's own, say) and the usual ones at the top."""
    top = tuple(dict.fromkeys((*first, *OFTEN)))
    return [
        *(SelectChoice(zone, zone_words(zone), optgroup=say("Often used")) for zone in top),
        *(choice for choice in _all() if choice.value not in top),
    ]


@cache
def _all() -> tuple[SelectChoice, ...]:
    zones = sorted(places(), key=zone_words)
    return tuple(SelectChoice(zone, zone_words(zone), optgroup=say("All time zones")) for zone in zones)
