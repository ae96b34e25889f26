"""Practice, pain and the named mistake over time: what is not known is never drawn as zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.progress import (
    Adherence,
    Day,
    MistakeWeek,
    PainChange,
    PainPoint,
    PlanPace,
    PlansSideBySide,
    PracticePlan,
    Span,
    adherence,
    day_outcome,
    mistake_weeks,
    pain_since_first,
    pain_up,
    progress_sentence,
    week_strip,
)
from clinic.domain.types import DayMark, LogOutcome, MistakeAnswer

DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE
TODAY = date(2026, 11, 26)  # a Thursday
MONDAY = date(2026, 11, 23)
PLAN = PracticePlan(starts_on=date(2026, 10, 1))


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def logs(**by_days_ago: LogOutcome) -> dict[date, LogOutcome]:
    return {days_ago(int(key.removeprefix("d"))): outcome for key, outcome in by_days_ago.items()}


def marks(days: Iterable[Day]) -> list[str]:
    return [day.mark.value for day in days]


GOES_ON = [
    (PracticePlan(starts_on=MONDAY), True),
    (PracticePlan(starts_on=TODAY + timedelta(days=1)), True),
    (PracticePlan(starts_on=MONDAY, ends_on=TODAY), True),
    (PracticePlan(starts_on=MONDAY, ends_on=TODAY - timedelta(days=1)), False),
    (PracticePlan(starts_on=MONDAY, over_since=TODAY + timedelta(days=1)), True),
    (PracticePlan(starts_on=MONDAY, over_since=TODAY), False),
    (PracticePlan(starts_on=TODAY + timedelta(days=7), over_since=TODAY), False),
    (PracticePlan(starts_on=MONDAY, ends_on=TODAY, over_since=TODAY), False),
]


@pytest.mark.parametrize("plan, goes_on", GOES_ON)
def test_a_program_goes_on_until_its_last_day_or_somebodys_word(plan: PracticePlan, goes_on: bool) -> None:
    assert plan.goes_on(TODAY) is goes_on


DAY_OUTCOMES = [
    ([], 2, None),
    ([DONE, DONE], 2, DONE),
    ([DONE, DONE, DONE], 2, DONE),
    ([DONE], 2, PARTLY),
    ([DONE, NOT_DONE], 2, PARTLY),
    ([PARTLY, PARTLY], 2, PARTLY),
    ([PARTLY, NOT_DONE], 2, PARTLY),
    ([NOT_DONE, NOT_DONE], 2, NOT_DONE),
    ([NOT_DONE], 2, NOT_DONE),
    ([DONE], 1, DONE),
]


@pytest.mark.parametrize("outcomes, expected, day", DAY_OUTCOMES)
def test_a_day_is_done_only_when_all_of_it_was_done(
    outcomes: list[LogOutcome], expected: int, day: LogOutcome | None
) -> None:
    assert day_outcome(outcomes, expected) is day


def test_the_week_shows_what_was_logged_what_was_not_and_what_is_to_come() -> None:
    strip = week_strip(logs(d3=DONE, d2=PARTLY), PLAN, TODAY)
    assert [day.date for day in strip] == [MONDAY + timedelta(days=step) for step in range(7)]
    assert marks(strip) == ["done", "partly", "not_reported", "future", "future", "future", "future"]


def test_today_is_still_to_come_until_something_is_logged() -> None:
    assert week_strip({}, PLAN, TODAY)[3].mark is DayMark.FUTURE
    assert week_strip(logs(d0=NOT_DONE), PLAN, TODAY)[3].mark is DayMark.NOT_DONE


def test_days_before_the_start_within_a_pause_and_after_the_end_are_asked_of_nobody() -> None:
    begun = PracticePlan(starts_on=days_ago(2))
    paused = PracticePlan(starts_on=days_ago(30), pauses=(Span(days_ago(2), days_ago(2)), Span(TODAY)))
    ended = PracticePlan(starts_on=days_ago(30), ends_on=days_ago(2))
    by_somebody = PracticePlan(starts_on=days_ago(30), over_since=days_ago(1), pauses=(Span(days_ago(1)),))
    assert marks(week_strip({}, by_somebody, TODAY)) == marks(week_strip({}, ended, TODAY))
    assert marks(week_strip({}, begun, TODAY))[:3] == ["before_start", "not_reported", "not_reported"]
    assert marks(week_strip({}, paused, TODAY))[:4] == ["not_reported", "paused", "not_reported", "paused"]
    assert marks(week_strip({}, ended, TODAY))[:4] == [
        "not_reported",
        "not_reported",
        "after_end",
        "after_end",
    ]


def test_another_week_can_be_looked_at() -> None:
    strip = week_strip({}, PLAN, TODAY, MONDAY - timedelta(days=7))
    assert marks(strip) == ["not_reported"] * 7


@pytest.mark.parametrize(
    ("plan", "last"),
    [
        (PLAN, TODAY),
        (PracticePlan(starts_on=days_ago(30), ends_on=days_ago(2)), days_ago(2)),
        (PracticePlan(starts_on=days_ago(30), pauses=(Span(days_ago(5)),)), days_ago(6)),
        (PracticePlan(starts_on=days_ago(30), pauses=(Span(days_ago(5), days_ago(2)),)), TODAY),
        (PracticePlan(starts_on=TODAY + timedelta(days=2)), TODAY + timedelta(days=2)),
    ],
    ids=["it runs", "it has ended", "paused till somebody resumes it", "paused for some days", "to come"],
)
def test_the_last_day_that_may_have_asked_for_practice(plan: PracticePlan, last: date) -> None:
    assert plan.last_day(TODAY) == last


ADHERENCE = [
    # logs, plan, window -> expected, done, partly, not done, not reported, per cent
    ({}, PLAN, 7, (7, 0, 0, 0, 7, 0), "nothing reported is no zero day, but counts in the denominator"),
    (logs(d1=DONE, d2=DONE, d3=PARTLY, d4=NOT_DONE), PLAN, 7, (7, 2, 1, 1, 3, 43), "all four kinds"),
    (logs(d0=DONE), PLAN, 7, (7, 1, 0, 0, 6, 14), "today counts once it is logged"),
    (logs(d8=DONE), PLAN, 7, (7, 0, 0, 0, 7, 0), "older days are outside the window"),
    ({}, PracticePlan(starts_on=TODAY), 7, (0, 0, 0, 0, 0, None), "nothing asked yet has no percentage"),
    ({}, PracticePlan(starts_on=days_ago(3)), 7, (3, 0, 0, 0, 3, 0), "only days since the start"),
    (
        logs(d1=DONE),
        PracticePlan(starts_on=days_ago(3)),
        30,
        (3, 1, 0, 0, 2, 33),
        "a longer window than the program",
    ),
    (
        logs(d1=DONE),
        PracticePlan(starts_on=days_ago(60), pauses=(Span(days_ago(5), days_ago(2)),)),
        7,
        (3, 1, 0, 0, 2, 33),
        "a pause is in no denominator",
    ),
    (
        logs(d1=DONE, d2=DONE, d4=DONE, d5=DONE, d7=DONE),
        PracticePlan(starts_on=days_ago(60), days_per_week=5),
        7,
        (5, 5, 0, 0, 0, 100),
        "five days a week, all five done",
    ),
    (
        {},
        PracticePlan(starts_on=days_ago(3), days_per_week=5),
        7,
        (3, 0, 0, 0, 3, 0),
        "a part of a day is a day",
    ),
    (
        logs(d1=DONE, d2=DONE, d3=DONE, d4=DONE, d5=DONE, d6=DONE, d7=DONE),
        PracticePlan(starts_on=days_ago(60), days_per_week=3),
        7,
        (3, 7, 0, 0, 0, 100),
        "more than asked is 100 %, not more",
    ),
]


@pytest.mark.parametrize("reported, plan, window, figures, why", ADHERENCE, ids=[row[4] for row in ADHERENCE])
def test_adherence_comes_with_its_denominator(
    reported: dict[date, LogOutcome],
    plan: PracticePlan,
    window: int,
    figures: tuple[int | None, ...],
    why: str,
) -> None:
    found = adherence(reported, plan, TODAY, window)
    assert (
        found.expected,
        found.done,
        found.partly,
        found.not_done,
        found.not_reported,
        found.percent,
    ) == figures, why
    assert found.window == window


outcomes = st.dictionaries(st.integers(0, 100).map(days_ago), st.sampled_from(LogOutcome))
plans = st.builds(
    PracticePlan,
    starts_on=st.integers(0, 120).map(days_ago),
    ends_on=st.none() | st.integers(0, 60).map(days_ago),
    pauses=st.lists(
        st.builds(Span, st.integers(30, 90).map(days_ago), st.integers(0, 30).map(days_ago)), max_size=2
    ).map(tuple),
    days_per_week=st.integers(1, 7),
)


@given(outcomes, plans, st.sampled_from([7, 30, 90]))
def test_adherence_stays_within_its_bounds(
    reported: dict[date, LogOutcome], plan: PracticePlan, window: int
) -> None:
    found = adherence(reported, plan, TODAY, window)
    assert 0 <= found.expected <= window
    assert found.done + found.partly + found.not_done <= window
    assert 0 <= found.not_reported <= found.expected
    assert found.percent is None or 0 <= found.percent <= 100


@given(outcomes, plans, st.integers(1, 30))
def test_one_more_day_done_never_lowers_adherence(
    reported: dict[date, LogOutcome], plan: PracticePlan, day: int
) -> None:
    more = reported | {days_ago(day): DONE}
    before, after = (adherence(each, plan, TODAY, 30).practised for each in (reported, more))
    assert after >= before


def test_adherence_is_said_with_its_denominator_and_what_was_not_reported() -> None:
    found = adherence(logs(d1=DONE, d2=PARTLY, d3=NOT_DONE), PLAN, TODAY, 7)
    assert found.in_words == "2 of 7 days, 1 not done, 4 not reported"
    assert adherence({}, PracticePlan(starts_on=TODAY), TODAY, 7).in_words == "nothing asked yet"


@pytest.mark.parametrize(
    "practised, band",
    [(10, "on plan"), (8, "on plan"), (7, "partly on plan"), (5, "partly on plan"), (4, "off plan")],
)
def test_bands_begin_at_80_and_50_per_cent(practised: int, band: str) -> None:
    found = Adherence(
        window=10, expected=10, done=practised, partly=0, not_done=0, not_reported=10 - practised
    )
    assert found.band == band


def test_there_is_no_band_where_nothing_was_asked() -> None:
    assert Adherence(window=7, expected=0, done=0, partly=0, not_done=0, not_reported=0).band == ""


def weeks(*values: int | None) -> list[PainPoint]:
    return [PainPoint(MONDAY + timedelta(weeks=week), value) for week, value in enumerate(values)]


PAIN_UP = [
    ([], None, "nothing answered"),
    ([5], None, "one answer is a baseline"),
    ([3, 5], (3, 5), "up by 2 since baseline"),
    ([3, 4], None, "up by 1 is within error"),
    ([5, 4, 3, 5], (3, 5), "over the last two check-ins, though not since baseline"),
    ([6, 3, 4, 5], (3, 5), "2 over two check-ins, 1 at each"),
    ([6, 2, 3, 3, 4], None, "1 over two check-ins"),
    ([2, 6, 6, 6], (2, 6), "the larger rise is named"),
    ([8, 5, 2], None, "down"),
    ([3, None, 5], (3, 5), "an answer left out is skipped"),
    ([None, None], None, "nothing given"),
    ([3, 5, None], (3, 5), "the latest answer that was given"),
]


@pytest.mark.parametrize("values, rise, why", PAIN_UP, ids=[row[2] for row in PAIN_UP])
def test_pain_is_up_from_two_points_on(
    values: list[int | None], rise: tuple[int, int] | None, why: str
) -> None:
    found = pain_up(weeks(*values))
    assert (None if found is None else (found.before, found.now)) == rise, why


@given(st.lists(st.none() | st.integers(0, 10), max_size=12))
def test_pain_that_never_rose_by_two_is_never_up(values: list[int | None]) -> None:
    found = pain_up(weeks(*values))
    given_values = [value for value in values if value is not None]
    if found is None:
        assert not given_values or given_values[-1] - given_values[0] < 2
    else:
        assert found.points >= 2
        assert found.now == given_values[-1]


def test_answers_in_any_order_are_read_by_date() -> None:
    assert pain_up(list(reversed(weeks(3, 4, 5)))) == PainChange(MONDAY, 3, 5)


def test_two_answers_of_one_day_keep_their_order() -> None:
    assert pain_up([PainPoint(MONDAY, 6), PainPoint(MONDAY, 3)]) is None
    assert pain_up([PainPoint(MONDAY, 3), PainPoint(MONDAY, 6)]) == PainChange(MONDAY, 3, 6)


SINCE_FIRST = [
    (weeks(), None),
    (weeks(6), None),
    (weeks(None, 6), None),
    (weeks(6, 3), PainChange(MONDAY, 6, 3)),
    (weeks(6, 8, None, 3, None), PainChange(MONDAY, 6, 3)),
    (list(reversed(weeks(2, 5))), PainChange(MONDAY, 2, 5)),
]


@pytest.mark.parametrize("points, found", SINCE_FIRST)
def test_pain_since_the_first_word_of_it(points: list[PainPoint], found: PainChange | None) -> None:
    assert pain_since_first(points) == found


def test_mistakes_are_counted_by_week_and_a_week_without_answers_is_a_gap() -> None:
    answers = [
        (MONDAY, MistakeAnswer.YES),
        (MONDAY + timedelta(days=6), MistakeAnswer.NO),
        (MONDAY + timedelta(days=14), MistakeAnswer.NOT_SURE),
    ]
    found = mistake_weeks(answers, MONDAY + timedelta(days=2), MONDAY + timedelta(days=15))
    assert [(week.yes, week.no, week.not_sure) for week in found] == [(1, 1, 0), (0, 0, 0), (0, 0, 1)]
    assert [week.answers for week in found] == [2, 0, 1]


def test_a_week_of_which_nothing_is_known_is_a_gap() -> None:
    week = MistakeWeek(monday=MONDAY)
    assert (week.yes, week.no, week.not_sure, week.answers) == (0, 0, 0, 0)


def test_weeks_before_the_first_day_are_left_out() -> None:
    found = mistake_weeks([(MONDAY - timedelta(days=7), MistakeAnswer.YES)], MONDAY, MONDAY)
    assert [week.monday for week in found] == [MONDAY]
    assert found[0].answers == 0


SENTENCES = [
    ({}, PracticePlan(starts_on=TODAY + timedelta(days=2)), None, "Your program starts on Sat 28 Nov."),
    ({}, PracticePlan(starts_on=date(2027, 1, 4)), None, "Your program starts on Mon 4 Jan 2027."),
    ({}, PracticePlan(starts_on=TODAY), None, "Today is your first day."),
    (logs(d1=DONE, d2=DONE, d4=PARTLY), PLAN, None, "You practised on 3 of the last 7 days."),
    (logs(d1=DONE), PracticePlan(starts_on=days_ago(3)), None, "You practised on 1 of 3 days."),
    (logs(d0=DONE), PracticePlan(starts_on=TODAY), None, "You practised on 1 of 1 day."),
    (
        logs(d1=DONE),
        PLAN,
        PainChange(date(2026, 9, 1), 6, 3),
        "You practised on 1 of the last 7 days, and your pain is down from 6 to 3 since Tue 1 Sep.",
    ),
    (
        logs(d1=DONE),
        PLAN,
        PainChange(date(2025, 12, 1), 6, 4),
        "You practised on 1 of the last 7 days, and your pain is down from 6 to 4 since Mon 1 Dec 2025.",
    ),
    (logs(d1=DONE), PLAN, PainChange(MONDAY, 6, 5), "You practised on 1 of the last 7 days."),
    (logs(d1=DONE), PLAN, PainChange(MONDAY, 3, 6), "You practised on 1 of the last 7 days."),
    (
        {},
        PracticePlan(starts_on=days_ago(60), pauses=(Span(days_ago(40)),)),
        None,
        "Nothing was asked of you lately.",
    ),
]


@pytest.mark.parametrize("reported, plan, pain, sentence", SENTENCES, ids=[row[3] for row in SENTENCES])
def test_progress_is_one_sentence_of_facts(
    reported: dict[date, LogOutcome], plan: PracticePlan, pain: PainChange | None, sentence: str
) -> None:
    assert progress_sentence(reported, plan, TODAY, pain) == sentence


def test_before_its_first_phase_and_without_phases_a_plan_asks_all_of_it() -> None:
    phased = replace(PLAN, paces=(PlanPace(MONDAY, 2, 3),))
    assert [phased.moves_on(day, 5) for day in (days_ago(9), TODAY)] == [5, 2]
    assert PLAN.moves_on(TODAY, 5) == 5


def test_of_plans_side_by_side_each_asks_as_its_phase_does() -> None:
    phased = replace(PLAN, days_per_week=1, paces=(PlanPace(MONDAY, 2, 6),))
    both = PlansSideBySide((replace(PLAN, days_per_week=3), phased))
    assert [both.pace_on(day) for day in (days_ago(9), TODAY)] == [3, 6]
