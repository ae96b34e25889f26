"""Why a check-in that fell due is not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.skipping import SendingFacts, should_skip, skip_in_words
from clinic.domain.types import ProgramStatus, SkipReason

DUE = datetime(2026, 11, 23, 8, tzinfo=UTC)
FINE = SendingFacts(due_at=DUE, program=ProgramStatus.ACTIVE)


def test_a_check_in_with_nothing_against_it_is_sent() -> None:
    assert should_skip(FINE, DUE) is None


TABLE = [
    ({"locked": True}, SkipReason.LOCKED),
    ({"archived": True}, SkipReason.ARCHIVED),
    ({"program": ProgramStatus.ENDED}, SkipReason.ENDED),
    ({"program": ProgramStatus.PAUSED}, SkipReason.PAUSED),
    ({"program": ProgramStatus.ASSIGNED}, SkipReason.NOT_STARTED),
    ({"consented": False}, SkipReason.NO_CONSENT),
    ({"unsubscribed": True}, SkipReason.UNSUBSCRIBED),
    ({"has_address": False}, SkipReason.NO_ADDRESS),
    ({"bounced": True}, SkipReason.BOUNCED),
    ({"numbers_set": False}, SkipReason.NUMBERS_NOT_SET),
    ({"due_at": DUE - timedelta(days=1, seconds=1)}, SkipReason.LATE),
    ({"unanswered_in_a_row": 2}, SkipReason.UNANSWERED_TWICE),
    ({"unanswered_in_a_row": 3}, SkipReason.UNANSWERED_TWICE),
    ({"answered_today": True}, SkipReason.ANSWERED_TODAY),
    ({"mailed_today": True}, SkipReason.ONE_MAIL_A_DAY),
]


@pytest.mark.parametrize("against, reason", TABLE)
def test_each_thing_against_it_has_its_own_reason(against: dict[str, object], reason: SkipReason) -> None:
    assert should_skip(replace(FINE, **against), DUE) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "in_favour",
    [{"due_at": DUE - timedelta(days=1)}, {"due_at": DUE - timedelta(hours=3)}, {"unanswered_in_a_row": 1}],
)
def test_a_day_late_and_one_unanswered_are_still_sent(in_favour: dict[str, object]) -> None:
    assert should_skip(replace(FINE, **in_favour), DUE) is None  # type: ignore[arg-type]


def test_what_has_no_time_of_its_own_cannot_be_late() -> None:
    assert should_skip(replace(FINE, due_at=None), DUE + timedelta(days=30)) is None


def test_a_warning_sign_is_named_before_everything_else() -> None:
    worst = replace(FINE, locked=True, bounced=True, program=ProgramStatus.ENDED, mailed_today=True)
    assert should_skip(worst, DUE) is SkipReason.LOCKED


def test_the_table_covers_every_reason_and_each_has_words() -> None:
    assert {reason for _, reason in TABLE} == set(SkipReason)
    assert len({skip_in_words(reason) for reason in SkipReason}) == len(SkipReason)
