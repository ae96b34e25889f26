"""A time zone is a place; the others do not know when summer is."""

from __future__ import annotations

import pytest

from clinic.domain.zones import places, zone_problem


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/Argentina/Salta", "Asia/Kolkata", "UTC", "US/Eastern"]
)
def test_a_place_is_a_time_zone(zone: str) -> None:
    assert zone_problem(zone) is None


@pytest.mark.parametrize(
    "zone",
    [
        "Factory",
        "EST",
        "MST",
        "EST5EDT",
        "CET",
        "GMT",
        "localtime",
        "posixrules",
        "Etc/GMT+5",
        "Etc/UTC",
        "GB",
    ],
)
def test_what_is_no_place_is_told_apart_from_what_is_not_known(zone: str) -> None:
    problem = f"{zone!r} is no place, and its clock may be wrong in summer; write it like Europe/London"
    assert zone_problem(zone) == problem


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "US/Nowhere", "london", "Europe", "../etc/passwd", "posix/Europe/London"]
)
def test_what_is_not_known_is_no_time_zone(zone: str) -> None:
    assert zone_problem(zone) == f"{zone!r} is no time zone; write it like Europe/London"


def test_only_places_are_offered() -> None:
    assert not [zone for zone in places() if zone_problem(zone)]
