"""A signed assessment as it reads with its amendments."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from clinic.domain.amendments import AddedAmendment, overlaid
from clinic.domain.findings import Place, Value
from clinic.domain.types import Side

LEFT, RIGHT = Place("faber", "result", Side.LEFT), Place("faber", "result", Side.RIGHT)
SIGNED: dict[Place, Value] = {RIGHT: "positive"}


def added(place: Place | None, new: Value | None, reason: str = "Typed wrong") -> AddedAmendment:
    """One amendment."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return AddedAmendment(uuid.uuid4(), place, None, new, "", reason, "Robin Vale", at)


@pytest.mark.parametrize(
    "said, amendments, reads, signed",
    [
        ("none changes nothing", [], {RIGHT: "positive"}, {}),
        ("a note alone changes nothing", [added(None, None)], {RIGHT: "positive"}, {}),
        ("a value is corrected", [added(RIGHT, "negative")], {RIGHT: "negative"}, {RIGHT: "positive"}),
        (
            "nor does a note hide what is corrected after it",
            [added(None, None), added(RIGHT, "negative")],
            {RIGHT: "negative"},
            {RIGHT: "positive"},
        ),
        ("a value is withdrawn", [added(RIGHT, None)], {}, {RIGHT: "positive"}),
        (
            "one that was left out is added",
            [added(LEFT, "negative")],
            {RIGHT: "positive", LEFT: "negative"},
            {LEFT: None},
        ),
        (
            "the later counts, and what was signed is told",
            [added(RIGHT, None), added(RIGHT, "equivocal")],
            {RIGHT: "equivocal"},
            {RIGHT: "positive"},
        ),
    ],
)
def test_amendments_lie_over_what_was_signed(
    said: str,
    amendments: list[AddedAmendment],
    reads: dict[Place, Value],
    signed: dict[Place, Value | None],
) -> None:
    values, amended = overlaid(SIGNED, amendments)
    assert values == reads
    assert {place: each.signed for place, each in amended.items()} == signed
    assert SIGNED == {RIGHT: "positive"}


def test_the_reason_that_is_told_is_the_latest() -> None:
    _, amended = overlaid(SIGNED, [added(RIGHT, "negative"), added(RIGHT, "equivocal", "Read again")])
    assert amended[RIGHT].reason == "Read again"
    assert (amended[RIGHT].by, amended[RIGHT].at) == ("Robin Vale", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
