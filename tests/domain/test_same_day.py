"""Findings that want a doctor the same day."""

from __future__ import annotations

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.findings import Place, Values
from clinic.domain.same_day import same_day_findings
from clinic.domain.types import Side

BATTERY = load_catalogue().batteries["hip_back_first_visit"]
STRENGTH = Place("myotomes", "l5", Side.LEFT)
BIG_TOE = Place("plantar_response", "response", Side.RIGHT)
LIMITED = Place("myotomes", "pain_limited", Side.LEFT)


# The warning-sign rule for findings (authored): grade 3 or less, a fall of one grade, an up-going big toe.
@pytest.mark.parametrize(
    "now, before, flagged",
    [
        ({STRENGTH: 5.0}, {}, {}),
        ({STRENGTH: 4.0}, {}, {}),
        ({STRENGTH: 4.0}, {STRENGTH: 4.0}, {}),
        ({STRENGTH: 3.0}, {}, {STRENGTH: (None, False)}),
        ({STRENGTH: 4.0}, {STRENGTH: 5.0}, {STRENGTH: (5.0, False)}),
        ({STRENGTH: 3.0}, {STRENGTH: 5.0}, {STRENGTH: (5.0, False)}),
        ({STRENGTH: 3.0}, {STRENGTH: 3.0}, {STRENGTH: (None, False)}),
        ({STRENGTH: 5.0}, {STRENGTH: 3.0}, {}),
        ({STRENGTH: 3.0, LIMITED: "yes"}, {}, {STRENGTH: (None, True)}),
        ({STRENGTH: 3.0, LIMITED: "no"}, {}, {STRENGTH: (None, False)}),
        ({BIG_TOE: "up"}, {}, {BIG_TOE: (None, False)}),
        ({BIG_TOE: "down"}, {BIG_TOE: "up"}, {}),
        ({}, {STRENGTH: 5.0}, {}),
    ],
)
def test_a_same_day_flag_is_raised_for(now: Values, before: Values, flagged: dict[Place, object]) -> None:
    flags = same_day_findings(BATTERY.items, now, before)
    assert {each.spot.place: (each.before, each.limited_by_pain) for each in flags} == flagged
    assert all(each.spot.field.warning_do for each in flags)
    assert all(each.value == now[each.spot.place] for each in flags)
