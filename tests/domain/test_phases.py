"""Phases: which one a day is in, what it asks, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.errors import RuleBroken
from clinic.domain.phases import (
    Phase,
    asked_in,
    begins_in_words,
    busiest,
    goes_on_in_words,
    is_asked,
    is_phased,
    length_in_words,
    listed,
    news_in_words,
    next_phase,
    paces,
    pass_problems,
    phase_before,
    phase_days,
    phase_on,
    phase_problems,
    span_in_words,
    weeks_in_words,
)
from clinic.domain.progress import PlanPace, PracticePlan, Span, adherence
from clinic.domain.types import DayMark, LogOutcome

MONDAY = date(2026, 11, 23)
FOREVER = None


def day(after: int) -> date:
    """So many days after the first one."""
    return MONDAY + timedelta(days=after)


def weeks(number: int, passed: int | None = None, criterion: str = "") -> Phase:
    return Phase("Turns", number, criterion, None if passed is None else day(passed))


def until(criterion: str, passed: int | None = None) -> Phase:
    return Phase("Balance", None, criterion, None if passed is None else day(passed))


def pause(first: int, last: int | None) -> Span:
    return Span(day(first), None if last is None else day(last))


LAST = Phase("Both")

# What the phases are, the pauses, and the first day of each phase counted from the program's first.
TABLE = [
    ("one phase begins with the program", [LAST], [], [0]),
    ("two weeks, then both", [weeks(2), LAST], [], [0, 14]),
    ("the weeks of the last phase end nothing", [weeks(1), weeks(1)], [], [0, 7]),
    ("three in a row", [weeks(2), weeks(1), LAST], [], [0, 14, 21]),
    ("nobody knows when a criterion is met", [until("x"), weeks(1), LAST], [], [0, None, None]),
    ("a criterion that was met on a day", [until("x", 9), weeks(1), LAST], [], [0, 9, 16]),
    ("met early, it ends the weeks", [weeks(2, passed=5), LAST], [], [0, 5]),
    ("met late, the weeks have ended it", [weeks(2, passed=20), LAST], [], [0, 14]),
    (
        "gone on twice on one day",
        [until("x", 3), until("y", 3), LAST],
        [],
        [0, 3, 3],
    ),
    ("passed before it began (a first day that was moved)", [until("x", -4), LAST], [], [0, 0]),
    ("an open phase goes on", [Phase("Open"), LAST], [], [0, None]),
    ("a pause within moves the change on", [weeks(2), LAST], [pause(3, 9)], [0, 21]),
    ("a pause of a day", [weeks(1), LAST], [pause(6, 6)], [0, 8]),
    ("a pause from the day of the change on: it comes after it", [weeks(1), LAST], [pause(7, 13)], [0, 14]),
    ("a pause after the change moves nothing", [weeks(1), LAST], [pause(8, 20)], [0, 7]),
    ("a pause before the first day moves nothing", [weeks(1), LAST], [pause(-9, -3)], [0, 7]),
    ("a pause over the first day", [weeks(1), LAST], [pause(-2, 1)], [0, 9]),
    ("a pause up to the first day", [weeks(1), LAST], [pause(-2, 0)], [0, 8]),
    ("one before it and one within", [weeks(1), LAST], [pause(-9, -3), pause(1, 2)], [0, 9]),
    ("two pauses", [weeks(2), weeks(1), LAST], [pause(1, 2), pause(15, 17)], [0, 19, 26]),
    ("a pause that nobody has ended", [weeks(2), LAST], [pause(5, None)], [0, None]),
    ("an open pause after the change", [weeks(1), weeks(1), LAST], [pause(9, None)], [0, 7, None]),
    ("a tick within an open pause", [weeks(2, passed=8), LAST], [pause(5, None)], [0, 8]),
]


@pytest.mark.parametrize("phases, pauses, firsts", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_phase_begins_on_its_day(
    phases: list[Phase], pauses: list[Span], firsts: list[int | None]
) -> None:
    found = phase_days(phases, MONDAY, pauses)
    assert [each.first for each in found] == [None if each is None else day(each) for each in firsts]
    assert found[-1].last is FOREVER
    for this, following in pairwise(found):
        assert this.last == (following.first - timedelta(days=1) if following.first else None)


@pytest.mark.parametrize("asked, phase", [(-3, 1), (0, 1), (13, 1), (14, 2), (20, 2), (21, 3), (400, 3)])
def test_a_day_is_in_the_phase_that_has_begun(asked: int, phase: int) -> None:
    assert phase_on(day(asked), phase_days([weeks(2), weeks(1), LAST], MONDAY)) == phase


def test_without_phases_every_day_is_in_the_first() -> None:
    assert phase_days([], MONDAY) == ()
    assert phase_on(MONDAY, ()) == 1
    assert paces((), [Asked(1)]) == ()


@dataclass(frozen=True)
class Asked:
    """A move as far as phases know it."""

    from_phase: int
    until_phase: int | None = None
    days_per_week: int = 7


@pytest.mark.parametrize(
    "move, phases",
    [
        (Asked(1), {1, 2, 3}),
        (Asked(1, 1), {1}),
        (Asked(2), {2, 3}),
        (Asked(2, 2), {2}),
        (Asked(1, 9), {1, 2, 3}),
        (Asked(4), set()),
    ],
)
def test_a_move_is_asked_from_and_until_its_phases(move: Asked, phases: set[int]) -> None:
    assert {phase for phase in (1, 2, 3) if is_asked(move, phase)} == phases


def test_a_program_is_phased_where_a_move_is_not_asked_throughout() -> None:
    assert not is_phased([Asked(1), Asked(1)])
    assert is_phased([Asked(1), Asked(2)])
    assert is_phased([Asked(1, 1)])


def test_the_busiest_phase_is_the_one_whose_moves_come_to_most() -> None:
    turn, bend, lean = Asked(1, 1), Asked(1), Asked(2)
    assert busiest([turn, bend, lean], len) == [turn, bend]  # of two that come to as much, the first
    assert busiest([turn, bend, lean, lean], len) == [bend, lean, lean]
    assert busiest([turn, bend], len) == [turn, bend]
    assert busiest([], len) == []


def test_a_plan_asks_what_the_phase_of_the_day_does() -> None:
    turn, bend = Asked(1, days_per_week=3), Asked(2, days_per_week=5)
    days = phase_days([weeks(2), LAST], MONDAY)
    plan = PracticePlan(starts_on=MONDAY, days_per_week=5, paces=paces(days, [turn, bend]))
    assert plan.paces == (PlanPace(day(0), 1, 3), PlanPace(day(14), 2, 5))
    assert [plan.pace_on(day(each)) for each in (0, 13, 14)] == [3, 3, 5]
    assert [plan.moves_on(day(each), 2) for each in (0, 13, 14)] == [1, 1, 2]
    assert asked_in([turn, bend], 1) == [turn]


def test_a_phase_without_a_move_asks_nothing() -> None:
    days = phase_days([weeks(1), weeks(1), LAST], MONDAY)
    plan = PracticePlan(starts_on=MONDAY, paces=paces(days, [Asked(1, 1), Asked(3)]))
    asked = [plan.rest_on(day(each)) for each in (6, 7, 13, 14)]
    assert asked == [None, DayMark.PAUSED, DayMark.PAUSED, None]
    assert adherence({day(8): LogOutcome.DONE}, plan, day(8), 1).expected == 1, "what is logged is one day"


def test_a_phase_that_was_skipped_has_no_pace() -> None:
    days = phase_days([until("x", 3), until("y", 3), LAST], MONDAY)
    assert days[1].is_skipped
    assert [pace.since for pace in paces(days, [Asked(1)])] == [day(0), day(3)]
    assert phase_before(days, 3) == days[0]
    assert phase_before(days, 1) is None


def test_a_phase_of_a_single_day_had_its_day() -> None:
    days = phase_days([until("x", 1), until("y", 2), LAST], MONDAY)
    assert [pace.since for pace in paces(days, [Asked(1)])] == [day(0), day(1), day(2)]
    assert phase_before(days, 3) == days[1]


def test_what_comes_next_is_the_phase_after_the_day_s() -> None:
    days = phase_days([weeks(2), until("x"), LAST], MONDAY)
    following = next_phase(days, day(0))
    assert following is not None
    assert following.first == day(14)
    awaited = next_phase(days, day(14))
    assert awaited is not None
    assert awaited.first is None
    assert next_phase(days[:1], day(0)) is None
    assert next_phase(days, day(0), ends_on=day(13)) is None
    assert next_phase(days, day(0), ends_on=day(14)) is not None


@pytest.mark.parametrize(
    "phase, words",
    [
        (weeks(2), "From Mon 7 Dec"),
        (weeks(6), "From Mon 4 Jan 2027"),
        (until("one leg for 10 seconds"), "Once your practitioner finds this met: “one leg for 10 seconds”"),
        (Phase("Open"), "When your practitioner says so"),
    ],
)
def test_when_a_phase_begins_is_told_by_its_day_or_by_what_it_waits_for(phase: Phase, words: str) -> None:
    coming = phase_days([phase, LAST], MONDAY)[1]
    assert begins_in_words(coming, phase, MONDAY) == words


def test_a_phase_that_no_day_is_known_of_comes_after_the_weeks_before_it() -> None:
    held = phase_days([weeks(2), LAST], MONDAY, [pause(3, None)])
    assert begins_in_words(held[1], held[0].phase, MONDAY) == "After 2 weeks of the part before it"


@pytest.mark.parametrize(
    "phases, ends, words",
    [
        ([weeks(2), LAST], None, "until Sun 6 Dec"),
        ([weeks(6), LAST], None, "until Sun 3 Jan 2027"),
        ([weeks(2), LAST], 3, "until Thu 26 Nov"),
        ([until("no pain"), LAST], None, "until your practitioner finds this met: “no pain”"),
        ([LAST], None, ""),
        ([LAST], 20, "until Sun 13 Dec"),
    ],
)
def test_how_long_the_phase_of_today_goes_on_is_told(
    phases: list[Phase], ends: int | None, words: str
) -> None:
    now = phase_days(phases, MONDAY)[0]
    assert goes_on_in_words(now, MONDAY, None if ends is None else day(ends)) == words


@pytest.mark.parametrize(
    "move, words",
    [
        (Asked(1), ""),
        (Asked(1, 3), ""),
        (Asked(1, 1), "Until Sun 6 Dec"),
        (Asked(2), "From Mon 7 Dec"),
        (Asked(2, 2), "From Mon 7 Dec until your practitioner finds this met: “no pain”"),
        (Asked(3), "Once your practitioner finds this met: “no pain”"),
        (Asked(4), ""),  # of no phase: nothing can be said of it
    ],
)
def test_the_days_of_a_move_are_told(move: Asked, words: str) -> None:
    assert span_in_words(move, phase_days([weeks(2), until("no pain"), LAST], MONDAY), MONDAY) == words


@pytest.mark.parametrize(
    "phases, move, words",
    [
        ([Phase("Open"), LAST], Asked(1, 1), "Until part 2 begins"),
        ([weeks(2), Phase("Open"), LAST], Asked(2, 2), "From Mon 7 Dec until part 3 begins"),
        ([until("no pain"), LAST], Asked(1, 1), "Until your practitioner finds this met: “no pain”"),
        ([weeks(6), LAST], Asked(1, 1), "Until Sun 3 Jan 2027"),
        ([weeks(6), weeks(2), LAST], Asked(2, 2), "From Mon 4 Jan 2027 until Sun 17 Jan 2027"),
    ],
)
def test_a_move_ends_with_its_part_and_a_day_in_another_year_says_which(
    phases: list[Phase], move: Asked, words: str
) -> None:
    assert span_in_words(move, phase_days(phases, MONDAY), MONDAY) == words


def test_news_of_a_phase_name_what_is_new_and_what_is_gone() -> None:
    began = phase_days([weeks(2), LAST], MONDAY)[1]
    turn, lean = ["The turn"], ["The lean"]
    told = "The lean is new, The turn is not asked any more"
    assert news_in_words(began, turn, lean, day(14)) == f"Part 2 began today: {told}."
    assert news_in_words(began, turn, turn, day(15)) == "Part 2 began on Mon 7 Dec."
    assert news_in_words(began, turn, turn, day(14)) == "Part 2 began today."
    assert news_in_words(began, turn, lean, day(40)) == f"Part 2 began on Mon 7 Dec 2026: {told}."


@pytest.mark.parametrize(
    "names, words", [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_names_stand_in_a_row(names: list[str], words: str) -> None:
    assert listed(names) == words


@pytest.mark.parametrize(
    "phases, words",
    [
        ([], []),
        ([LAST], ["From the first day"]),
        ([weeks(2), weeks(3)], ["Weeks 1–2", "From week 3"]),
        ([weeks(2), LAST], ["Weeks 1–2", "From week 3"]),
        ([weeks(1), weeks(2), LAST], ["Week 1", "Weeks 2–3", "From week 4"]),
        ([weeks(2), until("x"), LAST], ["Weeks 1–2", "From week 3", "After that"]),
        ([until("x"), weeks(2), LAST], ["From the first day", "After that", "After that"]),
    ],
)
def test_the_weeks_of_phases_are_told_without_days(phases: list[Phase], words: list[str]) -> None:
    assert weeks_in_words(phases) == words


@pytest.mark.parametrize(
    "phase, words",
    [
        (weeks(1), "1 week"),
        (weeks(2), "2 weeks"),
        (weeks(2, criterion="no pain"), "2 weeks, or until: no pain"),
        (until("no pain"), "until: no pain"),
        (Phase("Open"), "until the practitioner goes on"),
    ],
)
def test_how_long_a_phase_lasts_is_told(phase: Phase, words: str) -> None:
    assert length_in_words(phase) == words
    assert length_in_words(phase, is_last=True) == "to the end"


@pytest.mark.parametrize(
    "position, today, words",
    [
        (1, 0, None),
        (1, 14, "The program is in another phase by now."),
        (2, 0, "The program is in another phase by now."),
        (2, 14, "This is the last phase: there is none to go on to."),
    ],
)
def test_who_goes_on_goes_from_the_phase_of_today(position: int, today: int, words: str | None) -> None:
    days = phase_days([weeks(2), LAST], MONDAY)
    assert next(map(str, pass_problems(position, days, day(today))), None) == words


@pytest.mark.parametrize(
    "phases, moves, words",
    [
        ([], [Asked(1)], []),
        ([weeks(2), LAST], [Asked(1), Asked(2)], []),
        ([weeks(2), LAST], [Asked(1, 1)], ["Phase 2 has no move."]),
        ([weeks(0), LAST], [Asked(1)], ["Let phase 1 last 1 to 52 weeks."]),
        ([Phase(" ", 1), LAST], [Asked(1)], ["Give phase 1 a name."]),
        ([Phase("Open"), LAST], [Asked(1)], ["Say how long phase 1 lasts, or what ends it."]),
        ([], [Asked(2)], ["A move names a phase that is not there."]),
        ([weeks(1), LAST], [Asked(1), Asked(1, 3)], ["A move names a phase that is not there."]),
        (
            [until("x" * 301), LAST],
            [Asked(1)],
            ["Use at most 300 characters for what ends phase 1."],
        ),
        ([until("x" * 300), LAST], [Asked(1)], []),
        ([weeks(1)] * 13, [Asked(1)], ["Use at most 12 phases."]),
        ([weeks(1)] * 12, [Asked(1)], []),
        ([weeks(52), LAST], [Asked(1)], []),
        ([weeks(53), LAST], [Asked(1)], ["Let phase 1 last 1 to 52 weeks."]),
    ],
)
def test_phases_that_do_not_hold_together_are_named(
    phases: list[Phase], moves: list[Asked], words: list[str]
) -> None:
    found = list(phase_problems(phases, moves))
    assert all(isinstance(problem, RuleBroken) for problem in found)
    assert [str(problem) for problem in found] == words
    assert {problem.field for problem in found} <= {"phases"}


PHASES = st.lists(
    st.builds(weeks, st.integers(1, 3), passed=st.none() | st.integers(-5, 60), criterion=st.just("")),
    max_size=5,
)
PAUSES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10)), max_size=3).map(
    lambda drawn: [pause(first, first + length) for first, length in drawn][:1]
)


@given(PHASES, PAUSES, st.integers(0, 90))
def test_whoever_asks_on_a_day_learns_of_the_phase_that_holds_it(
    phases: list[Phase], pauses: list[Span], asked: int
) -> None:
    days = phase_days(phases, MONDAY, pauses)
    held = [each for each in days if each.first and each.first <= day(asked) <= (each.last or date.max)]
    assert [each.position for each in held] == ([phase_on(day(asked), days)] if phases else [])


@given(st.integers(1, 8), PAUSES)
def test_a_phase_of_so_many_weeks_has_so_many_days_on_which_the_program_ran(
    number: int, pauses: list[Span]
) -> None:
    first, _ = phase_days([weeks(number), LAST], MONDAY, pauses)
    assert first.first is not None
    assert first.last is not None
    length = (first.last - first.first).days + 1
    ran = [each for each in range(length) if not any(span.covers(day(each)) for span in pauses)]
    assert len(ran) == 7 * number
