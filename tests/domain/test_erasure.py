"""When somebody may be taken for added by mistake, how long is kept, who is due, and what they are called."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from clinic.domain.erasure import (
    AFTER_A_RESTORE,
    FEWEST_YEARS,
    GRACE,
    MOST_YEARS,
    OPEN,
    ErasureState,
    RecordContents,
    heard_before,
    is_retained_long_enough,
    kept_until,
    pseudonym,
    why_no_mistake,
)

TODAY = date(2026, 11, 28)
LAST_DAY, TOO_LATE = date(2026, 11, 14), date(2026, 11, 13)


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (RecordContents(added_on=TODAY), None),
        (RecordContents(added_on=LAST_DAY), None),
        (RecordContents(added_on=TOO_LATE), "more than 14 days ago"),
        (RecordContents(signed=1, added_on=TODAY), "has 1 signed record here"),
        (RecordContents(said=1, added_on=TODAY), "has logged, answered or written"),
    ],
)
def test_a_mistake_is_young_and_empty(contents: RecordContents, said: str | None) -> None:
    problem = why_no_mistake(contents, TODAY)
    assert (said is None) == (problem is None)
    if said:
        assert said in str(problem)
        assert str(problem).endswith(
            "Have it erased instead: that takes 30 days, in which it can be called back."
        )


def test_the_law_keeps_for_years_after_the_last_signature() -> None:
    assert kept_until(date(2026, 3, 2), 10) == date(2036, 3, 2)
    assert kept_until(date(2024, 2, 29), 1) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("last", "due"), [(date(2016, 11, 28), True), (date(2016, 11, 29), False), (date(2026, 1, 1), False)]
)
def test_somebody_is_due_after_the_practices_years(last: date, due: bool) -> None:
    assert is_retained_long_enough(last, 10, TODAY) is due
    assert (last <= heard_before(TODAY, 10)) is due


def test_a_pseudonym_is_as_short_as_nobody_elses() -> None:
    erased = uuid.UUID("7f3a5c00-0000-4000-8000-000000000000")
    assert pseudonym(erased, ()) == "Erased client 7F3A"
    assert pseudonym(erased, {"Erased client 7F3A"}) == "Erased client 7F3A5"


def test_thirty_days_of_grace_and_a_week_after_a_restore() -> None:
    assert timedelta(days=30) == GRACE
    assert timedelta(days=7) == AFTER_A_RESTORE
    assert (FEWEST_YEARS, MOST_YEARS) == (1, 50)


def test_what_is_done_called_back_or_declined_is_over() -> None:
    assert set(ErasureState) - set(OPEN) == {
        ErasureState.DONE,
        ErasureState.CALLED_BACK,
        ErasureState.DECLINED,
    }
