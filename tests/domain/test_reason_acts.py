"""Up to which days a reason is put off, and which are refused in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.reason_acts import snooze_days, snooze_problem

THURSDAY, SUNDAY = date(2026, 11, 26), date(2026, 11, 29)
DAY = timedelta(days=1)


def test_the_days_offered_are_each_named_once() -> None:
    assert snooze_days(THURSDAY) == [
        (date(2026, 11, 27), "Fri 27 Nov, tomorrow"),
        (date(2026, 11, 29), "Sun 29 Nov"),
        (date(2026, 11, 30), "Mon 30 Nov, next week"),
        (date(2026, 12, 10), "Thu 10 Dec, in 2 weeks"),
    ]
    assert [words for _, words in snooze_days(SUNDAY)] == [
        "Mon 30 Nov, tomorrow",
        "Wed 2 Dec",
        "Sun 13 Dec, in 2 weeks",
    ]
    assert snooze_days(date(2026, 12, 30))[-1][1] == "Wed 13 Jan 2027, in 2 weeks"


@pytest.mark.parametrize(
    "day, is_refused",
    [
        (THURSDAY - DAY, True),
        (THURSDAY, True),
        (THURSDAY + DAY, False),
        (THURSDAY + 90 * DAY, False),
        (THURSDAY + 91 * DAY, True),
    ],
)
def test_a_reason_comes_back_on_a_day_to_come_within_ninety(day: date, is_refused: bool) -> None:
    assert (snooze_problem(day, THURSDAY) is not None) is is_refused
