"""When a slower rhythm is offered: the whole table, each hindrance by itself, and what an offer outlives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.domain.progress import PainChange
from clinic.domain.tapering import (
    GRAVE,
    Hindrance,
    Share,
    TaperingFacts,
    TaperingStep,
    days_said,
    numbers,
    reason,
    rule,
    still_holds,
)
from clinic.domain.types import ProgramStatus

TODAY = date(2026, 11, 23)
DAYS = timedelta(days=1)

# A weekly check-in for four weeks, all answered, practised on 26 of 28 days: everything that is asked for.
WELL = TaperingFacts(
    today=TODAY,
    status=ProgramStatus.ACTIVE,
    steady_since=TODAY - 28 * DAYS,
    every_weeks=1,
    asked=4,
    answered=4,
    logged=Share(26, 28),
    said=Share(0, 28),
)
UP = PainChange(TODAY - 14 * DAYS, 3, 5)
NOBODY = Share(0, 0)


@pytest.mark.parametrize(
    ("every_weeks", "asked", "step"),
    [(1, 4, TaperingStep.TWO_WEEKLY), (2, 2, TaperingStep.MONTHLY), (4, 1, TaperingStep.GRADUATE)],
)
def test_a_client_who_does_well_is_offered_the_next_slower_rhythm(
    every_weeks: int, asked: int, step: TaperingStep
) -> None:
    well = replace(WELL, every_weeks=every_weeks, asked=asked, answered=asked)
    assert rule(well).step is step
    assert rule(well).hindrance is None


@pytest.mark.parametrize(
    ("step", "every_weeks"),
    [(TaperingStep.TWO_WEEKLY, 2), (TaperingStep.MONTHLY, 4), (TaperingStep.GRADUATE, None)],
)
def test_each_step_leads_to_its_rhythm(step: TaperingStep, every_weeks: int | None) -> None:
    assert step.every_weeks == every_weeks


# each line changes one thing; None: it is offered all the same
TABLE = {
    "a program that is paused": ({"status": ProgramStatus.PAUSED}, Hindrance.NOT_RUNNING),
    "a program that has not begun": ({"status": ProgramStatus.ASSIGNED}, Hindrance.NOT_RUNNING),
    "a program that has ended": ({"status": ProgramStatus.ENDED}, Hindrance.NOT_RUNNING),
    "a cadence of days": ({"every_weeks": None}, Hindrance.NO_RHYTHM),
    "a client who unsubscribed": ({"mailed": False}, Hindrance.NOT_MAILED),
    "an open warning sign": ({"warning_open": True}, Hindrance.WARNING_OPEN),
    "a pain or a note that waits": ({"not_well": True}, Hindrance.NOT_WELL),
    "pain that has gone up": ({"pain_up": UP}, Hindrance.PAIN_UP),
    "a rhythm of 27 days": ({"steady_since": TODAY - 27 * DAYS}, Hindrance.TOO_EARLY),
    "a rhythm of 28 days": ({"steady_since": TODAY - 28 * DAYS}, None),
    "a last day in four weeks": ({"ends_on": TODAY + 28 * DAYS}, Hindrance.ENDING),
    "a last day one day later": ({"ends_on": TODAY + 29 * DAYS}, None),
    "a not now 27 days ago": ({"put_off_on": TODAY - 27 * DAYS}, Hindrance.ASKED_LATELY),
    "a not now 28 days ago": ({"put_off_on": TODAY - 28 * DAYS}, None),
    "three of four answered": ({"answered": 3}, None),
    "two of four answered": ({"answered": 2}, Hindrance.FEW_ANSWERS),
    "three of three answered": ({"asked": 3, "answered": 3}, None),
    "two of two of a weekly rhythm": ({"asked": 2, "answered": 2}, Hindrance.FEW_ANSWERS),
    "three of five answered": ({"asked": 5, "answered": 3}, Hindrance.FEW_ANSWERS),
    "just less than three quarters": ({"asked": 99, "answered": 74}, Hindrance.FEW_ANSWERS),
    "nothing asked at all": ({"asked": 0, "answered": 0}, Hindrance.FEW_ANSWERS),
    "practice just on plan": ({"logged": Share(8, 10)}, None),
    "practice just below plan": ({"logged": Share(79, 100)}, Hindrance.LITTLE_PRACTICE),
    "no log, but days named in the check-ins": ({"logged": Share(0, 28), "said": Share(25, 28)}, None),
    "a thin log and fuller answers": ({"logged": Share(10, 28), "said": Share(25, 28)}, None),
    "neither log nor answers": ({"logged": Share(0, 28)}, Hindrance.LITTLE_PRACTICE),
    "weeks in which nothing was asked": ({"logged": NOBODY, "said": NOBODY}, Hindrance.LITTLE_PRACTICE),
}


@pytest.mark.parametrize(("changed", "hindrance"), TABLE.values(), ids=TABLE)
def test_one_thing_decides(changed: dict[str, object], hindrance: Hindrance | None) -> None:
    ruling = rule(replace(WELL, **changed))  # type: ignore[arg-type]
    assert ruling.hindrance is hindrance
    assert (ruling.step is None) is (hindrance is not None)


@pytest.mark.parametrize(
    ("asked", "answered", "offered"),
    [(2, 2, True), (2, 1, False), (1, 1, True), (1, 0, False), (0, 0, False)],
)
def test_a_slower_rhythm_asks_less_often_and_is_judged_by_what_it_asked(
    asked: int, answered: int, offered: bool
) -> None:
    standing = replace(WELL, every_weeks=2, asked=asked, answered=answered)
    assert (rule(standing).step is TaperingStep.MONTHLY) is offered


def test_a_warning_sign_weighs_more_than_everything_about_practice() -> None:
    bad = replace(WELL, warning_open=True, pain_up=UP, answered=0, logged=Share(0, 28))
    assert rule(bad).hindrance is Hindrance.WARNING_OPEN


@pytest.mark.parametrize(("changed", "hindrance"), TABLE.values(), ids=TABLE)
def test_an_offer_outlives_weeks_that_slide_on_but_no_warning(
    changed: dict[str, object], hindrance: Hindrance | None
) -> None:
    standing = replace(WELL, **changed)  # type: ignore[arg-type]
    assert still_holds(standing, TaperingStep.TWO_WEEKLY) is (hindrance not in GRAVE)


OF_THE_RHYTHM = {
    *(Hindrance.NO_RHYTHM, Hindrance.NOT_MAILED, Hindrance.TOO_EARLY, Hindrance.ENDING),
    *(Hindrance.FEW_ANSWERS, Hindrance.LITTLE_PRACTICE),
}


@pytest.mark.parametrize(("changed", "hindrance"), TABLE.values(), ids=TABLE)
def test_whoever_manages_alone_graduates_unless_something_else_than_the_rhythm_is_in_the_way(
    changed: dict[str, object], hindrance: Hindrance | None
) -> None:
    alone = replace(WELL, manages_alone=True, **changed)  # type: ignore[arg-type]
    is_free = hindrance is None or hindrance in OF_THE_RHYTHM
    assert rule(alone).step is (TaperingStep.GRADUATE if is_free else None)
    assert still_holds(alone, TaperingStep.GRADUATE) is (is_free or hindrance not in GRAVE)
    assert not still_holds(alone, TaperingStep.TWO_WEEKLY)


def test_an_offer_by_the_clients_own_word_says_so() -> None:
    told = numbers(replace(WELL, manages_alone=True), None)
    assert reason(told, TODAY).startswith(
        "They say that they manage alone, and the form re-check passed. Since"
    )
    assert told["by_own_word"] == 1
    assert reason(numbers(WELL, None), TODAY).startswith("Since")


def test_an_offer_is_spent_once_the_rhythm_is_another() -> None:
    assert not still_holds(replace(WELL, every_weeks=2), TaperingStep.TWO_WEEKLY)
    assert still_holds(replace(WELL, every_weeks=2), TaperingStep.MONTHLY)


@pytest.mark.parametrize(
    ("answers", "asked", "a_week", "share"),
    [
        ([7, 6, 5, 7], 4, 7, Share(25, 28)),
        ([7, None], 4, 7, Share(7, 28)),  # two not answered, one not said: days of which nothing is known
        ([7, 7], 2, 5, Share(10, 10)),  # more days than were asked do not make up for other weeks
        ([], 0, 7, Share(0, 0)),
    ],
)
def test_days_named_in_checkins_are_counted_of_all_that_were_asked(
    answers: list[int | None], asked: int, a_week: int, share: Share
) -> None:
    assert days_said(answers, asked, a_week) == share


@pytest.mark.parametrize(("share", "percent"), [(Share(7, 28), 25), (Share(30, 28), 100), (Share(0, 0), 0)])
def test_a_share_is_never_more_than_everything(share: Share, percent: int) -> None:
    assert share.percent == percent


@pytest.mark.parametrize(
    ("pain", "words"),
    [((5, 3), "pain 3, was 5 at the start"), ((3, 3), "pain 3"), ((0, 0), "pain 0"), (None, "pain not said")],
)
def test_the_reason_is_told_in_figures(pain: tuple[int, int] | None, words: str) -> None:
    told = reason(numbers(WELL, pain), TODAY)
    assert told == (
        "Since Mon 26 Oct: 4 of 4 check-ins answered, practice logged on 26 of 28 days, "
        f"{words}. No warning sign is open."
    )


def test_the_reason_says_where_the_days_come_from() -> None:
    said = replace(WELL, logged=Share(0, 28), said=Share(25, 28))
    assert "answered, practice named in them for 25 of 28 days, pain" in reason(numbers(said, None), TODAY)


def test_the_reason_names_the_year_of_weeks_that_began_in_another() -> None:
    newly = replace(WELL, today=date(2027, 1, 11))
    assert reason(numbers(newly, None), newly.today).startswith("Since Mon 14 Dec 2026: 4 of 4")


def test_the_figures_are_kept_as_they_were_when_it_was_offered() -> None:
    kept = numbers(replace(WELL, logged=Share(30, 28)), (6, 2))
    assert kept == {
        "source": "logged",
        "answered": 4,
        "asked": 4,
        "practised": 28,
        "expected": 28,
        "since": "2026-10-26",
        "pain_before": 6,
        "pain_now": 2,
    }
