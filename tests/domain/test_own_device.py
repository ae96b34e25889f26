"""For which day a log counts that a device kept, and what it makes of that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.domain.own_device import KeptDay, day_of_kept, further_outcome
from clinic.domain.types import LogOutcome

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE


@pytest.mark.parametrize(
    ("case", "said", "age", "day", "is_corrected"),
    [
        ("just now", TODAY, timedelta(), TODAY, False),
        ("a day late", TODAY - DAY, DAY, TODAY - DAY, False),
        ("before midnight", TODAY - DAY, 13 * HOUR, TODAY - DAY, False),
        ("at midnight", TODAY, 12 * HOUR, TODAY, False),
        ("by a clock that is a year behind", TODAY - 365 * DAY, DAY, TODAY - DAY, True),
        ("by a clock that is a day ahead", TODAY + DAY, HOUR, TODAY, True),
        ("the longest age", TODAY, 60 * DAY, TODAY - 60 * DAY, True),
        ("beyond it, a day nearby", TODAY - DAY, 60 * DAY + HOUR, TODAY - DAY, False),
        ("a little before it was made", TODAY, timedelta(minutes=-2), TODAY, False),
        ("before it was made, by a clock that is behind", TODAY - DAY, timedelta(minutes=-2), TODAY, True),
        ("set back since, a day nearby", TODAY - 7 * DAY, timedelta(minutes=-3), TODAY - 7 * DAY, False),
        ("set back since, a day long ago", TODAY - 8 * DAY, -HOUR, TODAY, True),
        ("set back since, a day to come", TODAY + DAY, -HOUR, TODAY, True),
        ("set back since, today", TODAY, -DAY, TODAY, False),
    ],
)
def test_the_age_of_a_log_goes_before_the_day_its_device_named(
    case: str, said: date, age: timedelta, day: date, is_corrected: bool
) -> None:
    assert day_of_kept(said, age, AT, "UTC") == KeptDay(day, is_corrected), case


def test_the_day_is_one_of_the_clients_zone() -> None:
    assert day_of_kept(TODAY + DAY, timedelta(), AT, "Pacific/Auckland") == KeptDay(TODAY + DAY, False)
    assert day_of_kept(TODAY + DAY, -DAY, AT, "Pacific/Auckland").day == TODAY + DAY


@pytest.mark.parametrize(
    ("before", "late", "comes_to"),
    [
        (None, PARTLY, PARTLY),
        (None, NOT_DONE, NOT_DONE),
        (NOT_DONE, PARTLY, PARTLY),
        (PARTLY, NOT_DONE, PARTLY),
        (DONE, PARTLY, DONE),
        (PARTLY, DONE, DONE),
    ],
)
def test_what_was_done_was_done(before: LogOutcome | None, late: LogOutcome, comes_to: LogOutcome) -> None:
    assert further_outcome(before, late) is comes_to
