"""What in a text could tell who it is about: known names and places in any spelling, dates, numbers."""

from __future__ import annotations

import pytest

from clinic.domain.telling_who import (
    LONGEST,
    MOST_FOUND,
    SHORTEST_NAME,
    KnownOfClient,
    TellingKind,
    TellingPart,
    telling_parts,
)

NAME, PLACE, DATE = TellingKind.NAME, TellingKind.PLACE, TellingKind.DATE
NUMBER, ADDRESS = TellingKind.NUMBER, TellingKind.ADDRESS
KNOWN = KnownOfClient(names=("Łukasz Müller-Lee", "Dr Hale"), places=("12 Kirk Lane", "Málaga"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Do my feet swivel? You may march on.", []),
        ("lukasz asked", [(NAME, "lukasz")]),
        ("Muller’s knee", [(NAME, "Muller’s")]),
        ("as dr HALE says", [(NAME, "HALE")]),
        ("near malaga, in Kirk lane", [(PLACE, "malaga"), (PLACE, "Kirk"), (PLACE, "lane")]),
        ("since 3 May 2024", [(DATE, "3 May 2024")]),
        ("on 12/03/2025, or 2025-03-12", [(DATE, "12/03/2025"), (DATE, "2025-03-12")]),
        ("operated in October", [(DATE, "October")]),
        ("and again in october", [(DATE, "october")]),
        ("born 1961", [(DATE, "1961")]),
        ("the 3rd of June", [(DATE, "3rd of June")]),
        ("I am 72", [(NUMBER, "72")]),
        ("ring +44 20 7946 0000", [(NUMBER, "+44 20 7946 0000")]),
        ("two turns, 3 times", []),
        ("write to lu@example.org", [(ADDRESS, "lu@example.org")]),
        ("see WWW.example.org", [(ADDRESS, "WWW.example.org")]),
        ("as Lee says", [(NAME, "Lee")]),
        ("Lukasz and Lukasz", [(NAME, "Lukasz")]),
        ("", []),
    ],
)
def test_what_could_tell_who_it_was_is_named(text: str, parts: list[tuple[TellingKind, str]]) -> None:
    assert telling_parts(text, KNOWN) == [TellingPart(*each) for each in parts]


def test_a_megabyte_is_looked_through_in_no_time_and_names_a_few_parts() -> None:
    assert len(telling_parts("12 Oct 1961 Lukasz 0123 " * 40_000, KNOWN)) <= 30
    assert telling_parts("1" * 1_000_000, KNOWN)


def test_how_far_it_is_looked() -> None:
    assert (SHORTEST_NAME, MOST_FOUND, LONGEST) == (3, 30, 20_000)
