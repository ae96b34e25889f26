"""The life of a program: every status against every action."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from clinic.domain.errors import RuleBroken
from clinic.domain.programs import (
    GOES_ON,
    RUNNING,
    ProgramChange,
    check_change,
    check_correction,
    check_days,
    first_status,
    kept_in_words,
    logging_problem,
    may_be_changed,
    next_status,
    over_since,
    past_midnight_in_words,
    pauses,
    running_since,
    steps_by_hand,
    was_under_way,
)
from clinic.domain.progress import Span
from clinic.domain.types import DayMark, ProgramAction, ProgramStatus, StopReason

ASSIGNED, ACTIVE = ProgramStatus.ASSIGNED, ProgramStatus.ACTIVE
PAUSED, ENDED = ProgramStatus.PAUSED, ProgramStatus.ENDED
START, PAUSE, RESUME = ProgramAction.START, ProgramAction.PAUSE, ProgramAction.RESUME
END, RESTART = ProgramAction.END, ProgramAction.RESTART
NO = None
TODAY = date(2026, 11, 26)
BEGAN = date(2026, 11, 1)

TABLE = {
    # from:   start, pause, resume, end, restart
    ASSIGNED: (ACTIVE, PAUSED, NO, ENDED, NO),
    ACTIVE: (NO, PAUSED, NO, ENDED, NO),
    PAUSED: (NO, PAUSED, ACTIVE, ENDED, NO),
    ENDED: (NO, NO, NO, NO, ACTIVE),
}
ACTIONS = (START, PAUSE, RESUME, END, RESTART)
MOVE = ProgramAction.MOVE


@pytest.mark.parametrize("status, action", list(product(ProgramStatus, ProgramAction)))
def test_a_step_leads_where_the_table_says_or_is_refused(
    status: ProgramStatus, action: ProgramAction
) -> None:
    expected = NO if action is MOVE else TABLE[status][ACTIONS.index(action)]
    by_hand = action is not ProgramAction.START
    assert (action in steps_by_hand(status)) is (expected is not None and by_hand)
    if expected is None:
        with pytest.raises(RuleBroken) as refused:
            next_status(status, action)
        assert refused.value.field == "action"
    else:
        assert next_status(status, action) is expected


def test_what_runs_is_neither_paused_nor_ended_and_from_there_it_goes_on() -> None:
    assert set(ProgramStatus) - {PAUSED, ENDED} == RUNNING
    from_a_stop = zip(ACTIONS, TABLE[PAUSED], TABLE[ENDED], strict=True)
    assert {action for action, *after in from_a_stop if ACTIVE in after} == GOES_ON


@pytest.mark.parametrize("status", ProgramStatus)
def test_doses_and_checkins_can_be_changed_until_a_program_ends(status: ProgramStatus) -> None:
    assert may_be_changed(status) is (status is not ProgramStatus.ENDED)


@pytest.mark.parametrize("days, status", [(-1, ACTIVE), (0, ACTIVE), (1, ASSIGNED)])
def test_a_program_is_active_from_its_first_day_on(days: int, status: ProgramStatus) -> None:
    assert first_status(TODAY + timedelta(days=days), TODAY) is status


@pytest.mark.parametrize(
    "action, status, needed",
    [
        (PAUSE, ACTIVE, True),
        (END, ACTIVE, True),
        (RESTART, ENDED, True),
        (RESUME, PAUSED, False),
        (START, ASSIGNED, False),
    ],
)
def test_stopping_and_restarting_need_a_reason_going_on_does_not(
    action: ProgramAction, status: ProgramStatus, needed: bool
) -> None:
    without = ProgramChange(action, TODAY, "  ")
    if needed:
        with pytest.raises(RuleBroken) as refused:
            check_change(status, without, earliest=BEGAN, today=TODAY)
        assert refused.value.field == "reason"
    else:
        check_change(status, without, earliest=BEGAN, today=TODAY)
    check_change(status, ProgramChange(action, TODAY, "holiday"), earliest=BEGAN, today=TODAY)


@pytest.mark.parametrize(
    "day, said",
    [
        (BEGAN - timedelta(days=1), "Choose Sun 1 Nov or a later day."),
        (BEGAN, ""),
        (TODAY, ""),
        (TODAY + timedelta(days=1), "Choose today or an earlier day."),
    ],
)
def test_a_change_is_effective_from_the_last_one_up_to_today(day: date, said: str) -> None:
    change = ProgramChange(END, day, "holiday")
    if not said:
        assert check_change(ACTIVE, change, earliest=BEGAN, today=TODAY) is ENDED
    else:
        with pytest.raises(RuleBroken, match=f"^{said}$") as refused:
            check_change(ACTIVE, change, earliest=BEGAN, today=TODAY)
        assert refused.value.field == "effective_on"


def test_a_program_that_is_yet_to_start_can_be_ended_from_its_first_day() -> None:
    starts = TODAY + timedelta(days=5)
    assert (
        check_change(ASSIGNED, ProgramChange(END, starts, "moved away"), earliest=starts, today=TODAY)
        is ENDED
    )


def test_a_very_long_reason_is_refused() -> None:
    with pytest.raises(RuleBroken, match="at most 500 characters") as refused:
        check_change(ACTIVE, ProgramChange(END, TODAY, "x" * 501), earliest=BEGAN, today=TODAY)
    assert refused.value.field == "reason"
    check_change(ACTIVE, ProgramChange(END, TODAY, "x" * 500), earliest=BEGAN, today=TODAY)


def test_the_first_day_that_may_be_chosen_is_named_with_its_year_where_that_is_another() -> None:
    for earliest, words in ((BEGAN, "Choose Sun 1 Nov or"), (date(2027, 1, 4), "Choose Mon 4 Jan 2027 or")):
        with pytest.raises(RuleBroken, match=words):
            check_change(ACTIVE, ProgramChange(END, date(2026, 10, 1), "x"), earliest=earliest, today=TODAY)


@pytest.mark.parametrize("stop, needed", [(StopReason.BETTER, False), (StopReason.OTHER, True), (None, True)])
def test_a_kind_of_reason_says_why_without_words(stop: StopReason | None, needed: bool) -> None:
    change = ProgramChange(END, TODAY, stop=stop)
    if needed:
        with pytest.raises(RuleBroken, match="Say why"):
            check_change(ACTIVE, change, earliest=BEGAN, today=TODAY)
    else:
        assert check_change(ACTIVE, change, earliest=BEGAN, today=TODAY) is ENDED


# --- a pause, from a day and up to one, beside one that is planned


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


NEXT_YEAR = date(2027, 1, 4)
PAUSES: list[tuple[date, date | None, Span | None, str, str]] = [
    (TODAY, None, None, "", ""),
    (BEGAN, None, None, "", ""),
    (BEGAN - timedelta(days=1), None, None, "effective_on", "Choose Sun 1 Nov or a later day"),
    (ahead(366), None, None, "", ""),
    (ahead(367), None, None, "effective_on", "within a year"),
    (TODAY, ahead(366), None, "", ""),
    (TODAY, ahead(367), None, "effective_on", "within a year"),
    (ahead(-5), TODAY, None, "", ""),
    (ahead(-5), ahead(-1), None, "until", "still to come"),
    (ahead(5), ahead(5), None, "", ""),
    (ahead(5), ahead(4), None, "until", "still to come"),
    (ahead(5), None, Span(ahead(5)), "", ""),
    (ahead(6), None, Span(ahead(5)), "effective_on", "planned from Tue 1 Dec already"),
    (ahead(60), None, Span(NEXT_YEAR), "effective_on", "planned from Mon 4 Jan 2027 already"),
]


@pytest.mark.parametrize("first, last, planned, field, words", PAUSES)
def test_a_pause_begins_within_a_year_and_before_one_that_is_planned(
    first: date, last: date | None, planned: Span | None, field: str, words: str
) -> None:
    change = ProgramChange(PAUSE, first, "holiday", last)
    if not field:
        assert check_change(ACTIVE, change, earliest=BEGAN, today=TODAY, planned=planned) is PAUSED
        return
    with pytest.raises(RuleBroken, match=words) as refused:
        check_change(ACTIVE, change, earliest=BEGAN, today=TODAY, planned=planned)
    assert refused.value.field == field


def test_the_first_day_of_a_pause_is_named_with_its_year_where_that_is_another() -> None:
    with pytest.raises(RuleBroken, match="Choose Mon 4 Jan 2027 or a later day"):
        check_change(ASSIGNED, ProgramChange(PAUSE, TODAY, "x"), earliest=NEXT_YEAR, today=TODAY)


def test_a_pause_that_is_planned_is_called_off_by_going_on() -> None:
    goes_on = ProgramChange(RESUME, TODAY)
    assert check_change(ACTIVE, goes_on, earliest=BEGAN, today=TODAY, planned=Span(ahead(5))) is ACTIVE
    with pytest.raises(RuleBroken, match="cannot resume a program that is active"):
        check_change(ACTIVE, goes_on, earliest=BEGAN, today=TODAY)
    ends = ProgramChange(END, TODAY, "x")
    assert check_change(ACTIVE, ends, earliest=BEGAN, today=TODAY, planned=Span(ahead(5))) is ENDED
    assert steps_by_hand(ACTIVE, pause_planned=True) == (PAUSE, RESUME, END)


# --- first and last day, moved

LAST = ahead(30)
MOVED: list[tuple[date, date | None, date | None, str | None, str]] = [
    (BEGAN, LAST, None, None, "stand already"),
    (BEGAN, ahead(31), None, "", ""),
    (BEGAN, None, None, "", ""),
    (ahead(-366), LAST, None, "", ""),
    (ahead(-367), LAST, None, "starts_on", "first day within a year"),
    (ahead(366), None, None, "", ""),
    (ahead(367), None, None, "starts_on", "first day within a year"),
    (date(2026, 11, 10), LAST, date(2026, 11, 10), "", ""),
    (date(2026, 11, 11), LAST, date(2026, 11, 10), "starts_on", "recorded of Tue 10 Nov already"),
    (date(2025, 12, 31), LAST, date(2025, 12, 30), "starts_on", "recorded of Tue 30 Dec 2025 already"),
    (BEGAN, ahead(31), BEGAN - timedelta(days=1), "", ""),
    (BEGAN, TODAY, None, "", ""),
    (BEGAN, ahead(-1), None, "ends_on", "today or a later day"),
    (BEGAN, ahead(104 * 7), None, "", ""),
    (BEGAN, ahead(104 * 7 + 1), None, "ends_on", "within two years"),
    (ahead(9), ahead(9), None, "", ""),
    (ahead(10), ahead(9), None, "ends_on", "before the first"),
    (ahead(31), LAST, None, "ends_on", "before the first"),
]


@pytest.mark.parametrize("starts_on, ends_on, happened, field, words", MOVED)
def test_first_and_last_day_are_moved_around_what_happened(
    starts_on: date, ends_on: date | None, happened: date | None, field: str | None, words: str
) -> None:
    if not words:
        check_days(ACTIVE, starts_on, ends_on, before=(BEGAN, LAST), happened=happened, today=TODAY)
        return
    with pytest.raises(RuleBroken, match=words) as refused:
        check_days(ACTIVE, starts_on, ends_on, before=(BEGAN, LAST), happened=happened, today=TODAY)
    assert refused.value.field == field


def test_a_last_day_that_stays_is_not_asked_about_again() -> None:
    """Its day has come, and the worker's round has not."""
    over = ahead(-1)
    check_days(ACTIVE, ahead(-9), over, before=(BEGAN, over), happened=None, today=TODAY)


def test_the_days_of_a_program_that_has_ended_stand() -> None:
    with pytest.raises(RuleBroken, match="has ended"):
        check_days(ENDED, BEGAN, None, before=(BEGAN, LAST), happened=None, today=TODAY)


# --- days on which nothing was asked


def day(number: int) -> date:
    return date(2026, 11, number)


HELD = [
    ([], (), "never held"),
    ([ProgramChange(PAUSE, day(5))], (Span(day(5)),), "still paused"),
    (
        [ProgramChange(PAUSE, day(5)), ProgramChange(RESUME, day(9))],
        (Span(day(5), day(8)),),
        "paused and resumed",
    ),
    ([ProgramChange(PAUSE, day(5), until=day(8))], (Span(day(5), day(8)),), "resumes by itself"),
    (
        [ProgramChange(PAUSE, day(5), until=day(8)), ProgramChange(RESUME, day(9))],
        (Span(day(5), day(8)),),
        "resumed by itself, and noted",
    ),
    (
        [ProgramChange(PAUSE, day(5), until=day(8)), ProgramChange(RESUME, day(7))],
        (Span(day(5), day(6)),),
        "resumed earlier than planned",
    ),
    (
        [ProgramChange(PAUSE, day(5), until=day(8)), ProgramChange(RESUME, day(8))],
        (Span(day(5), day(7)),),
        "resumed on its last day",
    ),
    (
        [ProgramChange(PAUSE, day(5)), ProgramChange(MOVE, day(6)), ProgramChange(RESUME, day(9))],
        (Span(day(5), day(8)),),
        "moved while it was paused",
    ),
    ([ProgramChange(PAUSE, day(9), until=day(12)), ProgramChange(RESUME, day(5))], (), "called off"),
    (
        [ProgramChange(PAUSE, day(5), until=day(8)), ProgramChange(PAUSE, day(7), until=day(20))],
        (Span(day(5), day(20)),),
        "made longer",
    ),
    (
        [ProgramChange(PAUSE, day(5)), ProgramChange(PAUSE, day(7), until=day(9))],
        (Span(day(5), day(9)),),
        "given an end",
    ),
    (
        [ProgramChange(PAUSE, day(9), until=day(12)), ProgramChange(END, day(6))],
        (Span(day(6)),),
        "ended before a pause that was planned",
    ),
    ([ProgramChange(PAUSE, day(5)), ProgramChange(ProgramAction.MOVE, day(6))], (Span(day(5)),), "moved"),
    ([ProgramChange(PAUSE, day(5)), ProgramChange(RESUME, day(5))], (), "resumed the same day"),
    (
        [ProgramChange(PAUSE, day(5)), ProgramChange(RESUME, day(6))],
        (Span(day(5), day(5)),),
        "paused for a day",
    ),
    (
        [ProgramChange(END, day(5)), ProgramChange(RESTART, day(9))],
        (Span(day(5), day(8)),),
        "ended and restarted",
    ),
    ([ProgramChange(PAUSE, day(5)), ProgramChange(END, day(7))], (Span(day(5)),), "paused, then ended"),
    (
        [ProgramChange(PAUSE, day(5)), ProgramChange(RESUME, day(9))],
        (Span(day(5), day(8)),),
        "paused and resumed",
    ),
    ([ProgramChange(PAUSE, day(5)), ProgramChange(RESUME, day(5))], (), "resumed the same day"),
    (
        [ProgramChange(END, day(5)), ProgramChange(RESTART, day(9))],
        (Span(day(5), day(8)),),
        "ended and restarted",
    ),
    ([ProgramChange(PAUSE, day(5)), ProgramChange(END, day(7))], (Span(day(5)),), "paused, then ended"),
    (
        [
            ProgramChange(PAUSE, day(2)),
            ProgramChange(RESUME, day(4)),
            ProgramChange(PAUSE, day(8)),
            ProgramChange(RESUME, day(10)),
        ],
        (Span(day(2), day(3)), Span(day(8), day(9))),
        "paused twice",
    ),
    ([ProgramChange(START, day(3))], (), "only started"),
]


@pytest.mark.parametrize("changes, spans, why", HELD, ids=[row[2] for row in HELD])
def test_days_that_asked_for_nothing_run_from_each_stop_to_the_next_start(
    changes: list[ProgramChange], spans: tuple[Span, ...], why: str
) -> None:
    assert pauses(changes) == spans, why


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ([ProgramChange(START, day(1))], None),
        ([ProgramChange(PAUSE, day(2))], None),
        ([ProgramChange(END, day(5))], day(5)),
        ([ProgramChange(PAUSE, day(9)), ProgramChange(END, day(5))], day(5)),
        ([ProgramChange(END, day(5)), ProgramChange(RESTART, day(8))], None),
        ([], None),
    ],
)
def test_what_somebody_ended_is_over_and_not_on_a_pause(
    changes: list[ProgramChange], since: date | None
) -> None:
    assert over_since(changes) == since


@pytest.mark.parametrize(
    "status, day, reason, field, words",
    [
        (ACTIVE, TODAY, "Sore after it", None, ""),
        (ACTIVE, BEGAN, "Sore after it", None, ""),
        (PAUSED, TODAY, "Sore after it", None, ""),
        (ENDED, TODAY, "Sore after it", None, "has ended. Restart it to change its doses"),
        (ACTIVE, BEGAN - timedelta(days=1), "Sore after it", "effective_on", "Choose Sun 1 Nov or a later"),
        (ACTIVE, TODAY + timedelta(days=1), "Sore after it", "effective_on", "Choose today or an earlier"),
        (ACTIVE, TODAY, "  ", "reason", "Say why"),
        (ACTIVE, TODAY, "x" * 501, "reason", "at most 500 characters"),
    ],
)
def test_a_correction_is_within_the_program_and_has_a_reason(
    status: ProgramStatus, day: date, reason: str, field: str | None, words: str
) -> None:
    if not words:
        check_correction(status, day, reason, starts_on=BEGAN, today=TODAY)
        return
    with pytest.raises(RuleBroken, match=words) as refused:
        check_correction(status, day, reason, starts_on=BEGAN, today=TODAY)
    assert refused.value.field == field


BEFORE, RESTS, AFTER = DayMark.BEFORE_START, DayMark.PAUSED, DayMark.AFTER_END


@pytest.mark.parametrize(
    ("rest", "days_ago", "is_held", "has_program", "said"),
    [
        (None, 0, False, True, None),
        (None, 1, False, True, None),
        (None, 2, False, True, "today and yesterday"),
        (None, -1, False, True, "not come yet"),
        (BEFORE, 1, False, True, "before the start"),
        (RESTS, 0, False, True, "Nothing was asked"),
        (AFTER, 0, False, True, "had ended by that day"),
        (AFTER, 0, False, False, "no program"),
        (None, 0, True, True, "on hold"),
    ],
)
def test_a_client_logs_today_and_yesterday_where_that_day_asked_for_practice(
    rest: DayMark | None, days_ago: int, is_held: bool, has_program: bool, said: str | None
) -> None:
    day = TODAY - timedelta(days=days_ago)
    problem = logging_problem(rest, day, TODAY, is_held=is_held, has_program=has_program)
    assert problem is None if said is None else said in str(problem)


@pytest.mark.parametrize(
    ("steps", "since", "why"),
    [
        ((), 0, "nothing happened since its first day"),
        (((ProgramAction.PAUSE, 3),), 0, "a pause begins nothing"),
        (((ProgramAction.PAUSE, 3), (ProgramAction.RESUME, 5)), 5, "it was resumed"),
        (((ProgramAction.PAUSE, 3), (ProgramAction.RESUME, 21)), 0, "it goes on tomorrow"),
        (((ProgramAction.END, 3), (ProgramAction.RESTART, 9)), 9, "it was restarted"),
        (((ProgramAction.PAUSE, 3), (ProgramAction.RESUME, 9), (ProgramAction.PAUSE, 40)), 9, "planned"),
        (((ProgramAction.RESUME, -4),), 0, "resumed before its first day"),
    ],
)
def test_since_when_a_program_runs(
    steps: tuple[tuple[ProgramAction, int], ...], since: int, why: str
) -> None:
    first = date(2026, 3, 2)
    changes = [ProgramChange(action, first + timedelta(days=day)) for action, day in steps]
    today = first + timedelta(days=20)
    assert running_since(first, changes, today) == first + timedelta(days=since), why


@pytest.mark.parametrize(
    ("over", "paused", "was"),
    [
        (None, [], False),
        (0, [], True),
        (1, [], True),
        (2, [], False),
        (-1, [], False),
        (None, [0], True),
        (None, [1], True),
        (None, [2, -1], False),
        (2, [30, 0], True),
    ],
)
def test_a_practice_may_have_been_under_way_when_its_program_stopped_that_day_or_the_day_before(
    over: int | None, paused: list[int], was: bool
) -> None:
    over_from = None if over is None else TODAY - timedelta(days=over)
    assert was_under_way(TODAY, over_from, [TODAY - timedelta(days=each) for each in paused]) is was


def test_what_is_kept_all_the_same_says_why_nothing_more_is_asked() -> None:
    assert "on hold" in kept_in_words(None, is_held=True) == kept_in_words(DayMark.PAUSED, is_held=True)
    assert "was paused" in kept_in_words(DayMark.PAUSED, is_held=False)
    assert "has ended" in kept_in_words(DayMark.AFTER_END, is_held=False)
    assert kept_in_words(None, is_held=False) == kept_in_words(DayMark.BEFORE_START, is_held=False) == ""


@pytest.mark.parametrize(
    ("day", "hour", "lacks", "is_said"),
    [
        (TODAY, 0, True, True),
        (TODAY, 3, True, True),
        (TODAY, 4, True, False),
        (TODAY, 0, False, False),
        (TODAY - timedelta(days=1), 0, True, False),
    ],
)
def test_past_midnight_a_log_says_for_which_day_it_counts(
    day: date, hour: int, lacks: bool, is_said: bool
) -> None:
    assert bool(past_midnight_in_words(day, TODAY, hour, lacks_day_before=lacks)) is is_said
