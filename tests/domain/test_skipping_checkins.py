"""Why a check-in that fell due is not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.mail_standing import ORDER, MailStanding
from clinic.domain.skipping import (
    AWAITED,
    OUT,
    UNANSWERED_AFTER,
    UNSENT,
    SendingFacts,
    should_skip,
    skip_in_words,
)
from clinic.domain.types import CheckinState, ProgramStatus, SkipReason

DUE = datetime(2026, 11, 23, 8, tzinfo=UTC)
FINE = SendingFacts(due_at=DUE, program=ProgramStatus.ACTIVE)
MAILED = MailStanding()


def test_a_checkin_with_nothing_against_it_is_sent() -> None:
    assert should_skip(MAILED, FINE, DUE) is None


def test_nothing_stands_against_a_checkin_that_is_not_said() -> None:
    said = replace(FINE, answered_today=False, mailed_today=False, unanswered_in_a_row=0)
    assert said == FINE


STATES = [
    # state -> not sent yet, out or on its way, waited for
    (CheckinState.PLANNED, (True, False, False)),
    (CheckinState.DUE, (True, False, False)),
    (CheckinState.WAITING, (True, True, False)),
    (CheckinState.SENDING, (False, True, False)),
    (CheckinState.SENT, (False, True, True)),
    (CheckinState.KEPT, (False, True, False)),
    (CheckinState.IN_DOUBT, (False, True, True)),
    (CheckinState.ANSWERED, (False, True, False)),
    (CheckinState.EXPIRED, (False, True, False)),
    (CheckinState.SKIPPED, (False, False, False)),
    (CheckinState.FAILED, (False, False, False)),
]


def test_every_state_says_whether_a_checkin_went_out_and_is_waited_for() -> None:
    assert [state for state, _ in STATES] == sorted(CheckinState, key=[row[0] for row in STATES].index)
    for state, where in STATES:
        assert (state in UNSENT, state in OUT, state in AWAITED) == where, state


def test_a_checkin_is_unanswered_after_two_days() -> None:
    assert timedelta(days=2) == UNANSWERED_AFTER


TABLE = [
    ({"program": ProgramStatus.ENDED}, SkipReason.ENDED),
    ({"program": ProgramStatus.PAUSED}, SkipReason.PAUSED),
    ({"program": ProgramStatus.ASSIGNED}, SkipReason.NOT_STARTED),
    ({"due_at": DUE - timedelta(days=1, seconds=1)}, SkipReason.LATE),
    ({"unanswered_in_a_row": 2}, SkipReason.UNANSWERED_TWICE),
    ({"unanswered_in_a_row": 3}, SkipReason.UNANSWERED_TWICE),
    ({"answered_today": True}, SkipReason.ANSWERED_TODAY),
    ({"asked_today": True}, SkipReason.OTHER_PROGRAM),
    ({"mailed_today": True}, SkipReason.ONE_MAIL_A_DAY),
    ({"asked_today": True, "mailed_today": True}, SkipReason.OTHER_PROGRAM),
]


@pytest.mark.parametrize("against, reason", TABLE)
def test_each_thing_against_it_has_its_own_reason(against: dict[str, object], reason: SkipReason) -> None:
    assert should_skip(MAILED, replace(FINE, **against), DUE) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "in_favour",
    [{"due_at": DUE - timedelta(days=1)}, {"due_at": DUE - timedelta(hours=3)}, {"unanswered_in_a_row": 1}],
)
def test_a_day_late_and_one_unanswered_are_still_sent(in_favour: dict[str, object]) -> None:
    assert should_skip(MAILED, replace(FINE, **in_favour), DUE) is None  # type: ignore[arg-type]


def test_what_has_no_time_of_its_own_cannot_be_late() -> None:
    assert should_skip(MAILED, replace(FINE, due_at=None), DUE + timedelta(days=30)) is None


def test_a_warning_sign_is_named_before_everything_else() -> None:
    worst = replace(FINE, program=ProgramStatus.ENDED, mailed_today=True)
    assert should_skip(MailStanding(warning_open=True, bounced=True), worst, DUE) is SkipReason.LOCKED


@pytest.mark.parametrize("against, reason", TABLE)
def test_whether_its_client_may_be_mailed_is_asked_first(
    against: dict[str, object], reason: SkipReason
) -> None:
    """`test_mail_standing` has the table of that."""
    facts = replace(FINE, **against)  # type: ignore[arg-type]
    assert should_skip(MailStanding(numbers_set=False), facts, DUE) is SkipReason.NUMBERS_NOT_SET


def test_the_table_covers_every_reason_and_each_has_words() -> None:
    at_the_claim = {SkipReason.DEMONSTRATION}  # `test_sending` has that
    assert {reason for _, reason in TABLE} == set(SkipReason) - set(ORDER) - at_the_claim
    assert len({skip_in_words(reason) for reason in SkipReason}) == len(SkipReason)
