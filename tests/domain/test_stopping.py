"""Why somebody stopped: when it is asked, how long it stands, and when it leads to graduation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.progress import PracticePlan, Span
from clinic.domain.stopping import CLIENTS_WORDS, asks_by_mail, has_gone_quiet, manages_alone, still_stopped
from clinic.domain.types import StopReason

TODAY = date(2026, 11, 26)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def plan(since: int, *pauses: Span, until: int | None = None) -> PracticePlan:
    ends_on = None if until is None else ago(until)
    return PracticePlan(starts_on=ago(since), ends_on=ends_on, pauses=pauses)


QUIET: dict[str, tuple[list[int], PracticePlan, bool]] = {
    "two weeks without a word": ([], plan(40), True),
    "a word fourteen days ago": ([14, 20], plan(40), True),
    "a word thirteen days ago": ([13], plan(40), False),
    "a word today": ([0], plan(40), False),
    "a program of fourteen days": ([], plan(14), True),
    "a program of thirteen days": ([], plan(13), False),
    "a pause that ended yesterday": ([], plan(40, Span(ago(9), ago(1))), False),
    "a pause before that": ([], plan(40, Span(ago(20), ago(15))), True),
    "a pause up to the first of the days": ([], plan(40, Span(ago(20), ago(14))), False),
    "a program that ended yesterday": ([], plan(40, until=1), True),
    "a program that ended before": ([], plan(40, until=2), False),
}


@pytest.mark.parametrize(("logged", "asked", "is_quiet"), QUIET.values(), ids=QUIET)
def test_logging_has_ended_after_two_weeks_that_asked_for_practice(
    logged: list[int], asked: PracticePlan, is_quiet: bool
) -> None:
    assert has_gone_quiet([ago(days) for days in logged], asked, TODAY) is is_quiet


MAILED: dict[str, tuple[int | None, PracticePlan, int | None, bool]] = {
    "no mail yet": (20, plan(40), None, True),
    "the last mail before the silence was one": (20, plan(40), 7, True),
    "the last mail on its first day": (20, plan(40), 6, False),
    "the last mail yesterday": (20, plan(40), 1, False),
    "a mail of an earlier silence": (14, plan(90), 15, True),
    "never logged, mailed on the thirteenth day": (None, plan(20), 7, True),
    "never logged, mailed on the fourteenth": (None, plan(20), 6, False),
    "logged lately": (13, plan(40), None, False),
    "a mail in a pause": (40, plan(60, Span(ago(20), ago(15))), 16, True),
}


@pytest.mark.parametrize(("logged", "asked", "mailed", "asks"), MAILED.values(), ids=MAILED)
def test_a_mail_asks_once_in_each_silence(
    logged: int | None, asked: PracticePlan, mailed: int | None, asks: bool
) -> None:
    days = [None if each is None else ago(each) for each in (logged, mailed)]
    assert asks_by_mail(days[0], asked, TODAY, days[1]) is asks


@pytest.mark.parametrize(
    ("said", "logged", "stands"), [(3, None, True), (3, 4, True), (3, 3, True), (3, 2, False)]
)
def test_what_was_said_stands_until_something_is_logged(said: int, logged: int | None, stands: bool) -> None:
    assert still_stopped(ago(said), None if logged is None else ago(logged)) is stands


@pytest.mark.parametrize(
    ("reason", "all_right", "is_ready"),
    [
        (StopReason.CONFIDENT, True, True),
        (StopReason.CONFIDENT, False, False),
        (StopReason.BETTER, True, False),
        (None, True, False),
    ],
)
def test_sure_of_it_and_rechecks_that_passed_are_ready_to_graduate(
    reason: StopReason | None, all_right: bool, is_ready: bool
) -> None:
    assert manages_alone(reason, all_right=all_right) is is_ready


def test_five_answers_are_offered_each_in_one_tap() -> None:
    assert [reason.value for reason in CLIENTS_WORDS] == [
        *("confident", "better", "hurts", "not_suitable", "no_time"),
    ]
