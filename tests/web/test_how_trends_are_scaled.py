"""The scale behind a trend: a short one whole, a long one between round numbers, lines at whole numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import Field
from clinic.web.presenters.trends import TrendScale

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough


def field(low: float | None, high: float | None) -> Field:
    any_field = next(iter(load_catalogue().tests.values())).fields[0]
    return replace(any_field, minimum=low, maximum=high)


@pytest.mark.parametrize(
    ("ends", "values", "levels"),
    [
        ((0, 10), [1, 0], (0, 5, 10)),  # one point of ten looks like one
        ((0, 3), [1, 2], (0, 3)),  # no line at one and a half contacts
        ((0, 90), [26, 37], (25, 35, 45)),
        ((0, 40), [9, 12], (9, 11, 13)),
        ((0, 90), [20, 20], (20, 21, 22)),
        ((None, None), [4, 8], (4, 6, 8)),
    ],
)
def test_a_scale_has_room_and_whole_lines(
    ends: tuple[float | None, float | None], values: list[float], levels: tuple[float, ...]
) -> None:
    assert TrendScale.of(field(*ends), values, None).levels == levels
