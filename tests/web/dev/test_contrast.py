"""The palette keeps its promises: body text 7:1, frames and focus rings 3:1, by day and by night."""

from __future__ import annotations

import pytest

from clinic.web.dev.components import Contrast, contrast, contrasts


@pytest.mark.parametrize("pair", contrasts(), ids=lambda pair: f"{pair.text} on {pair.under}")
def test_a_pair_of_colours_can_be_read_by_day_and_by_night(pair: Contrast) -> None:
    assert pair.day >= pair.least
    assert pair.night >= pair.least


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#777777", 1.0),
        ("#767676", "#ffffff", 4.54),
    ],
)
def test_contrast_is_measured_as_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
