"""Time zones in words."""

from __future__ import annotations

from clinic.domain.words import ZoneWords


def zone_words(zone: str) -> str:
    """Words like "New York (America)", the city first, so that typing it finds it in a list."""
    area, _, place = zone.partition("/")
    if not place:
        return zone
    region, _, city = place.rpartition("/")
    inside = f"{region}, {area}" if region else area
    return ZoneWords.of(f"{city} ({inside})".replace("_", " "), zone)
