"""Scores of questionnaires and what a change may be called; each figure with the source it comes from."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.change import ChangeOutcome, ChangeReason, ChangeVerdict
from clinic.domain.errors import RuleBroken
from clinic.domain.questionnaires import Measure
from clinic.domain.scoring import (
    MissingAnswer,
    ScoreMethod,
    ScoreRule,
    ScoreTaken,
    Yardstick,
    compare_scores,
    rated_change,
    refuse_strange,
    score,
    screens_positive,
)

KNOWN = load_catalogue().questionnaires.newest
BETTER, WORSE = ChangeVerdict.BETTER, ChangeVerdict.WORSE
WITHIN, NOT = ChangeVerdict.WITHIN_ERROR, ChangeVerdict.NOT_COMPARABLE
SAME, NO_THRESHOLD = ChangeVerdict.SAME, ChangeVerdict.NO_THRESHOLD
SUM, COUNT, MEAN = ScoreMethod.SUM, ScoreMethod.COUNT, ScoreMethod.MEAN
NO_SCORE, NOT_TICKED, LEFT_OUT = MissingAnswer.NO_SCORE, MissingAnswer.NOT_TICKED, MissingAnswer.LEFT_OUT
OPPOSITE = {each: each for each in ChangeVerdict} | {BETTER: WORSE, WORSE: BETTER}


def measure(key: str, name: str) -> Measure:
    return next(each for each in KNOWN[key].measures if each.id == name)


def change(key: str, name: str, first: float | None, latest: float | None) -> ChangeOutcome:
    held = measure(key, name)
    return compare_scores(held.rule, held.yardstick, ScoreTaken(first), ScoreTaken(latest))


def ticks(number: int) -> dict[str, int | None]:
    return {f"s{each}": int(each <= number) for each in range(1, 25)}


# ---------------------------------------------------------------- scores

SCORES: list[tuple[str, str, str, dict[str, int | None], float | None]] = [
    ("NPRS keeps now, average and worst apart", "nprs", "now", {"now": 3, "average": 5, "worst": 8}, 3),
    ("NPRS keeps now, average and worst apart", "nprs", "worst", {"now": 3, "average": 5, "worst": 8}, 8),
    ("NPRS not said is no score", "nprs", "now", {"now": None, "average": 5, "worst": 8}, None),
    ("NPRS 0 is a score", "nprs", "now", {"now": 0}, 0),
    (
        "PSFS is the mean of what was rated (Stratford 1995)",
        "psfs",
        "mean",
        {"a1": 2, "a2": 3, "a3": 5},
        3.33,
    ),
    ("PSFS leaves out what was not rated", "psfs", "mean", {"a1": 2, "a2": None, "a3": 5}, 3.5),
    ("PSFS with nothing rated is no score", "psfs", "mean", {"a1": None}, None),
    ("RMDQ counts ticks (Roland and Morris 1983)", "rmdq24", "count", ticks(7), 7),
    ("RMDQ with no tick is 0", "rmdq24", "count", ticks(0), 0),
    ("RMDQ with every tick is 24", "rmdq24", "count", ticks(24), 24),
    ("RMDQ left blank counts as not ticked", "rmdq24", "count", {"s1": 1, "s2": None}, 1),
    ("PHQ-2 is the sum", "phq2", "total", {"interest": 1, "mood": 2}, 3),
    ("PHQ-2 with one answer left out is no score", "phq2", "total", {"interest": 3, "mood": None}, None),
    ("GROC is the number", "groc11", "change", {"change": -5}, -5),
    ("PGIC is the number", "pgic7", "change", {"change": 2}, 2),
]


@pytest.mark.parametrize("said, key, name, answers, expected", SCORES, ids=[row[0] for row in SCORES])
def test_score(
    said: str, key: str, name: str, answers: dict[str, int | None], expected: float | None
) -> None:
    assert score(measure(key, name).rule, answers) == expected


@pytest.mark.parametrize(
    "key, answers, expected",
    [
        ("nprs", {"now": 3, "average": None, "worst": 8}, {"now": 3, "average": None, "worst": 8}),
        (
            "nprs",
            {"now": None, "average": None, "worst": None},
            {"now": None, "average": None, "worst": None},
        ),
        ("rmdq24", dict.fromkeys((f"s{each}" for each in range(1, 25)), None), {"count": None}),
        ("rmdq24", ticks(0), {"count": 0}),
    ],
)
def test_a_page_that_was_left_out_as_a_whole_has_no_score_at_all(
    key: str, answers: dict[str, int | None], expected: dict[str, float | None]
) -> None:
    assert KNOWN[key].scores(answers) == expected


def test_a_mean_of_nothing_is_no_score_whatever_a_blank_means() -> None:
    for missing in MissingAnswer:
        rule = ScoreRule(method=MEAN, missing=missing, low=0, high=10, higher_is_better=True, items=("a",))
        assert score(rule, {"a": None}) is None


def test_a_score_beyond_its_range_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"^These answers do not belong to this questionnaire\.$"):
        score(measure("phq2", "total").rule, {"interest": 3, "mood": 9})


@pytest.mark.parametrize("answers", [{"interest": 4}, {"interest": -1}, {"sleep": 1}])
def test_what_was_not_asked_or_offered_is_refused(answers: dict[str, int | None]) -> None:
    with pytest.raises(RuleBroken, match=r"^Choose one of the answers offered here\.$") as refused:
        refuse_strange(answers, KNOWN["phq2"].allowed)
    assert refused.value.field == next(iter(answers))


def test_what_was_offered_or_left_out_is_taken() -> None:
    refuse_strange({"interest": 3, "mood": None}, KNOWN["phq2"].allowed)


def test_nothing_answered_is_no_score_where_blanks_are_left_out_and_nought_where_they_mean_no() -> None:
    values: dict[str, Any] = {"low": 0, "high": 10, "higher_is_better": True, "items": ("a",)}
    assert score(ScoreRule(method=SUM, missing=LEFT_OUT, **values), {"a": None}) is None
    assert score(ScoreRule(method=SUM, missing=NOT_TICKED, **values), {"a": None}) == 0


# ---------------------------------------------------------------- what asks for a conversation


@pytest.mark.parametrize(
    "interest, mood, positive",
    [
        (0, 0, False),
        (1, 1, False),
        (2, 0, False),
        (1, 2, True),
        (0, 3, True),
        (3, 3, True),
        (3, None, True),  # whatever was left out: it is 3 already
        (None, 3, True),
        (2, None, False),  # with the other one it may be 2
        (None, 0, False),
        (None, None, False),
    ],
)
def test_phq2_is_positive_from_3_on_arroll_2010(
    interest: int | None, mood: int | None, positive: bool
) -> None:
    assert KNOWN["phq2"].positive_from == 3
    assert KNOWN["phq2"].is_positive({"interest": interest, "mood": mood}) is positive


@pytest.mark.parametrize("key", [key for key in KNOWN if key != "phq2"])
def test_what_is_no_screen_is_never_positive(key: str) -> None:
    assert not KNOWN[key].is_positive({item: max(values) for item, values in KNOWN[key].allowed.items()})


def test_a_page_that_was_left_out_proves_nothing_even_where_blank_means_no() -> None:
    rule = ScoreRule(
        method=COUNT, missing=NOT_TICKED, low=0, high=2, higher_is_better=True, items=("s1", "s2")
    )
    made = replace(
        KNOWN["rmdq24"], positive_from=1, measures=(replace(measure("rmdq24", "count"), rule=rule),)
    )
    assert made.is_positive({"s1": 0, "s2": None})
    assert not made.is_positive({"s1": None, "s2": None})


SCREEN: dict[str, Any] = {"low": -50, "high": 50, "items": ("a", "b")}
OFFERED: dict[str, frozenset[int]] = {"a": frozenset({1, 2, 3, 4}), "b": frozenset({-1, 0, 5})}
# the method, a blank, which end is better, the cut-off, the answers to a and b
PROVEN: list[tuple[ScoreMethod, MissingAnswer, bool, float, int | None, int | None, bool]] = [
    (SUM, NO_SCORE, False, 3, 4, None, True),  # 3 at the least
    (SUM, NO_SCORE, False, 3, 3, None, False),  # 2 at the least
    (SUM, NO_SCORE, False, 3, None, 5, True),  # 6 at the least
    (SUM, NO_SCORE, False, 3, None, None, False),
    (SUM, NO_SCORE, True, 4, None, 0, True),  # 4 at the most
    (SUM, NO_SCORE, True, 3, None, 0, False),
    (SUM, NO_SCORE, True, 7, 2, None, True),  # 7 at the most
    (SUM, NO_SCORE, True, 7, 3, None, False),
    (SUM, NO_SCORE, True, 3, 3, 0, True),  # nothing left out: the score alone
    (SUM, NO_SCORE, True, 2, 3, 0, False),
    (COUNT, NO_SCORE, False, 1, 4, None, True),
    (COUNT, NO_SCORE, False, 2, 4, None, False),  # the other may be nought, which does not count
    (COUNT, NOT_TICKED, True, 1, 4, None, True),  # blank is "no": one counts, and two would be well
    (COUNT, NOT_TICKED, False, 2, 4, None, False),
    (MEAN, LEFT_OUT, False, 4, 4, None, True),  # the mean of what was answered
    (MEAN, LEFT_OUT, False, 2, None, 5, True),
    (MEAN, LEFT_OUT, True, 2, 2, None, True),
    (MEAN, LEFT_OUT, True, 2, 3, None, False),
    (MEAN, NO_SCORE, True, 2, 2, None, False),  # with 5 it would be 3.5
]


@pytest.mark.parametrize("method, missing, up, positive_from, a, b, positive", PROVEN)
def test_what_was_answered_may_prove_the_alarm_by_itself(
    method: ScoreMethod,
    missing: MissingAnswer,
    up: bool,
    positive_from: float,
    a: int | None,
    b: int | None,
    positive: bool,
) -> None:
    rule = ScoreRule(**SCREEN, method=method, missing=missing, higher_is_better=up)
    assert screens_positive(rule, positive_from, {"a": a, "b": b}, OFFERED) is positive


def test_a_question_that_no_answer_came_for_is_a_blank_and_without_items_every_answer_counts() -> None:
    rule = ScoreRule(**SCREEN, method=SUM, missing=NO_SCORE, higher_is_better=False)
    assert screens_positive(rule, 3, {"a": 4}, OFFERED)
    assert not screens_positive(rule, 4, {"a": 4}, OFFERED)
    of_all = replace(rule, items=())
    assert screens_positive(of_all, 3, {"a": 4, "b": None}, OFFERED)
    assert not screens_positive(of_all, 4, {"a": 4, "b": None}, OFFERED)


@st.composite
def screens(draw: st.DrawFn) -> tuple[ScoreRule, float, dict[str, int | None], dict[str, frozenset[int]]]:
    """A screen with its cut-off, and answers of which some were left out."""
    names = [f"q{number}" for number in range(draw(st.integers(1, 4)))]
    offered = {name: draw(st.frozensets(st.integers(-3, 5), min_size=1, max_size=3), name) for name in names}
    answers = {
        name: draw(st.one_of(st.none(), st.sampled_from(sorted(offered[name]))), name) for name in names
    }
    rule = ScoreRule(
        method=draw(st.sampled_from(ScoreMethod)),
        missing=draw(st.sampled_from(MissingAnswer)),
        low=-50,
        high=50,
        higher_is_better=draw(st.booleans()),
        items=tuple(names),
    )
    return rule, draw(st.integers(-12, 20)), answers, offered


@given(screens())
def test_a_screen_is_positive_where_every_way_to_fill_its_blanks_is_and_only_there(
    screen: tuple[ScoreRule, float, dict[str, int | None], dict[str, frozenset[int]]],
) -> None:
    rule, positive_from, answers, offered = screen
    blank = [name for name, value in answers.items() if value is None]
    filled = [
        answers | dict(zip(blank, values, strict=True))
        for values in product(*(offered[name] for name in blank))
    ]
    all_positive = all(screens_positive(rule, positive_from, each, offered) for each in filled)
    positive = screens_positive(rule, positive_from, answers, offered)
    assert positive or not all_positive
    if rule.missing is MissingAnswer.NO_SCORE:  # elsewhere a blank has a meaning of its own
        assert positive is all_positive


# ---------------------------------------------------------------- change against its threshold

CHANGES: list[tuple[str, str, str, float | None, float | None, ChangeVerdict, ChangeReason | None]] = [
    ("NPRS 1 point is within error, MDC 2 (Childs 2005)", "nprs", "now", 6, 5, WITHIN, None),
    ("NPRS 1 point is within error though it is 33 %", "nprs", "now", 3, 2, WITHIN, None),
    ("NPRS 2 points down is better (Childs 2005, Ostelo 2008)", "nprs", "now", 6, 4, BETTER, None),
    ("NPRS 2 points up is worse", "nprs", "now", 4, 6, WORSE, None),
    ("NPRS 2 points down from 10 is better", "nprs", "average", 10, 8, BETTER, None),
    ("PSFS 1.9 is within error, MDC90 2", "psfs", "mean", 4, 5.9, WITHIN, None),
    ("PSFS 2 up is better, MDC90 2", "psfs", "mean", 3.33, 5.33, BETTER, None),
    ("PSFS 2 down is worse", "psfs", "mean", 5.33, 3.33, WORSE, None),
    ("RMDQ 5 points down is better (Ostelo 2008)", "rmdq24", "count", 20, 15, BETTER, None),
    ("RMDQ 4 of 15 is neither 5 points nor 30 %", "rmdq24", "count", 15, 11, WITHIN, None),
    ("RMDQ 3 of 10 is 30 % of the baseline (Ostelo 2008)", "rmdq24", "count", 10, 7, BETTER, None),
    ("RMDQ 2 of 8 is 25 %", "rmdq24", "count", 8, 6, WITHIN, None),
    ("RMDQ both below 4: floor", "rmdq24", "count", 3, 1, NOT, ChangeReason.FLOOR),
    ("RMDQ from the floor itself there is room", "rmdq24", "count", 4, 1, BETTER, None),
    ("RMDQ from the ceiling itself there is room", "rmdq24", "count", 20, 24, WITHIN, None),
    ("RMDQ both above 20: ceiling", "rmdq24", "count", 21, 24, NOT, ChangeReason.CEILING),
    ("PHQ-2 has no threshold of change", "phq2", "total", 5, 1, NO_THRESHOLD, None),
    ("PHQ-2 that stayed is the same", "phq2", "total", 5, 5, SAME, None),
    ("NPRS that stayed is the same", "nprs", "now", 6, 6, SAME, None),
    ("no score on one day", "nprs", "now", None, 4, NOT, ChangeReason.NO_ANSWER),
]


@pytest.mark.parametrize(
    "said, key, name, first, latest, verdict, why", CHANGES, ids=[row[0] for row in CHANGES]
)
def test_change(
    said: str,
    key: str,
    name: str,
    first: float | None,
    latest: float | None,
    verdict: ChangeVerdict,
    why: ChangeReason | None,
) -> None:
    found = change(key, name, first, latest)
    assert (found.verdict, found.why) == (verdict, why)


def test_a_score_near_an_end_is_compared_with_a_caution() -> None:
    assert change("rmdq24", "count", 12, 2) == ChangeOutcome(BETTER, -10, caution=ChangeReason.FLOOR)
    assert change("rmdq24", "count", 22, 16) == ChangeOutcome(BETTER, -6, caution=ChangeReason.CEILING)
    assert change("rmdq24", "count", 20, 12).caution is None
    assert change("rmdq24", "count", 12, 4).caution is None


def test_a_change_without_room_is_still_told_by_how_much() -> None:
    assert change("rmdq24", "count", 3, 1) == ChangeOutcome(NOT, -2, ChangeReason.FLOOR)


# which end is better, the yardstick, first and latest; by how much it must be is of the worse score
JUDGED: list[tuple[str, bool, Yardstick, float, float, ChangeVerdict]] = [
    ("30 % of the worse, which is the lower", True, Yardstick(percent=30), 10, 13, BETTER),
    ("less than that", True, Yardstick(percent=30), 10, 12.9, WITHIN),
    ("30 % of the worse, which is the higher", False, Yardstick(percent=30), 10, 7, BETTER),
    ("a share of a point may be 30 %", False, Yardstick(percent=30), 1, 0.5, BETTER),
    ("a hair less than 30 % is less", False, Yardstick(percent=30), 3.01, 2.11, WITHIN),
    ("exactly 30 %, whatever floats make of it", False, Yardstick(percent=30), 3.3, 2.31, BETTER),
    ("points alone", False, Yardstick(points=2), 6, 4, BETTER),
    ("fewer points", False, Yardstick(points=2), 6, 5, WITHIN),
]


@pytest.mark.parametrize(
    "said, up, yardstick, first, latest, verdict", JUDGED, ids=[row[0] for row in JUDGED]
)
def test_a_difference_is_held_against_its_yardstick(
    said: str, up: bool, yardstick: Yardstick, first: float, latest: float, verdict: ChangeVerdict
) -> None:
    rule = ScoreRule(method=MEAN, missing=LEFT_OUT, low=0, high=20, higher_is_better=up)
    assert compare_scores(rule, yardstick, ScoreTaken(first), ScoreTaken(latest)).verdict is verdict


def test_what_names_no_version_was_taken_with_the_first() -> None:
    held = measure("nprs", "now")
    assert compare_scores(held.rule, held.yardstick, ScoreTaken(8), ScoreTaken(2, 1)).verdict is BETTER


def test_another_version_is_not_compared() -> None:
    held = measure("nprs", "now")
    found = compare_scores(held.rule, held.yardstick, ScoreTaken(8, 1), ScoreTaken(2, 2))
    assert found == ChangeOutcome(NOT, -6, ChangeReason.OTHER_VERSION)


def test_other_activities_are_not_compared() -> None:
    held = measure("psfs", "mean")
    socks, garden = frozenset({"Socks"}), frozenset({"Socks", "Garden"})
    assert (
        compare_scores(held.rule, held.yardstick, ScoreTaken(2, 1, socks), ScoreTaken(8, 1, garden)).why
        is ChangeReason.OTHER_ACTIVITIES
    )
    assert (
        compare_scores(held.rule, held.yardstick, ScoreTaken(2, 1, socks), ScoreTaken(8, 1, socks)).verdict
        is BETTER
    )


@pytest.mark.parametrize(
    "value, verdict",
    [
        *((-5, WORSE), (-3, WORSE), (-2.5, WORSE), (-2, WITHIN), (0, WITHIN)),
        *((2, WITHIN), (2.5, BETTER), (3, BETTER), (5, BETTER)),
    ],
)
def test_groc_counts_from_2_and_a_half_on_bobos_2020(value: float, verdict: ChangeVerdict) -> None:
    assert (KNOWN["groc11"].better_from, KNOWN["groc11"].worse_from) == (2.5, -2.5)
    assert rated_change(value, 2.5, -2.5) is verdict


@pytest.mark.parametrize(
    "value, verdict",
    [(1, BETTER), (2, BETTER), (3, WITHIN), (4, WITHIN), (5, WITHIN), (6, WORSE), (7, WORSE)],
)
def test_pgic_1_and_2_are_improved_suzuki_2020(value: float, verdict: ChangeVerdict) -> None:
    assert (KNOWN["pgic7"].better_from, KNOWN["pgic7"].worse_from) == (2, 6)
    assert rated_change(value, 2, 6) is verdict


def test_a_rating_that_was_left_out_says_nothing() -> None:
    assert rated_change(None, 2.5, -2.5) is NOT


# ---------------------------------------------------------------- what holds whatever the numbers

ALL = [(key, held.id) for key, made in KNOWN.items() for held in made.measures]


@pytest.mark.parametrize("key, name", ALL)
@given(data=st.data())
def test_a_score_stays_in_its_range(key: str, name: str, data: st.DataObject) -> None:
    made, held = KNOWN[key], measure(key, name)
    answers = {
        item: data.draw(st.one_of(st.none(), st.sampled_from(sorted(values))), item)
        for item, values in made.allowed.items()
    }
    found = score(held.rule, answers)
    assert found is None or held.rule.low <= found <= held.rule.high


@given(
    first=st.integers(0, 24),
    latest=st.integers(0, 24),
    points=st.one_of(st.none(), st.floats(0.5, 12)),
    percent=st.one_of(st.none(), st.floats(1, 80)),
    error=st.one_of(st.none(), st.floats(0.5, 6)),
    ends=st.one_of(st.just((None, None)), st.just((4.0, 20.0))),
    up=st.booleans(),
)
def test_turned_round_a_change_is_the_opposite(
    first: int,
    latest: int,
    points: float | None,
    percent: float | None,
    error: float | None,
    ends: tuple[float | None, float | None],
    up: bool,
) -> None:
    scale = ScoreRule(
        method=ScoreMethod.VALUE, missing=MissingAnswer.NO_SCORE, low=0, high=24, higher_is_better=up
    )
    yardstick = Yardstick(points=points, percent=percent, error=error, floor=ends[0], ceiling=ends[1])
    there = compare_scores(scale, yardstick, ScoreTaken(first), ScoreTaken(latest))
    back = compare_scores(scale, yardstick, ScoreTaken(latest), ScoreTaken(first))
    assert back.verdict is OPPOSITE[there.verdict]
    assert (back.why, back.caution) == (there.why, there.caution)
    assert there.by is not None
    assert back.by == -there.by


@given(value=st.floats(-5, 5))
def test_a_rating_is_never_better_and_worse(value: float) -> None:
    assert rated_change(-value, 2.5, -2.5) is OPPOSITE[rated_change(value, 2.5, -2.5)]


def test_activities_are_kept_by_number_from_one_on() -> None:
    named = KNOWN["psfs"].activities
    assert named is not None
    assert named.ids == tuple(f"a{number}" for number in range(1, named.most + 1))
    assert (named.ids[0], len(named.ids)) == ("a1", named.most)
