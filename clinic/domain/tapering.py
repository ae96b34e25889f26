"""When a client who does well is written to less often, and at last not at all: every step is an offer.

Weekly becomes two-weekly, then monthly, then the client graduates. Whoever says that they manage alone, and
passes the form re-check, is offered to graduate from any rhythm. The figures here are authored: our own
convention, not validated. A log that was not kept is not practice that was not done, so of the two things a
client tells us (the log of days, and the days named in check-ins) the fuller one speaks for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.dates import count, day_in_words
from clinic.domain.progress import ON_PLAN, PainChange
from clinic.domain.types import ProgramStatus

WINDOW = timedelta(weeks=4)
ANSWERED_SHARE = 75  # per cent of the check-ins that went out; authored
ASK_AGAIN = timedelta(weeks=4)  # after "not now"
GRADUATED = "Graduated"  # the reason on the program's history


class TaperingStep(StrEnum):
    """What is offered next."""

    TWO_WEEKLY = "two_weekly"
    MONTHLY = "monthly"
    GRADUATE = "graduate"

    @property
    def every_weeks(self) -> int | None:
        """The rhythm it leads to; None where the mail ends."""
        return {TaperingStep.TWO_WEEKLY: 2, TaperingStep.MONTHLY: 4}.get(self)


class OfferDecision(StrEnum):
    """What became of an offer."""

    ACCEPTED = "accepted"
    NOT_NOW = "not_now"
    WITHDRAWN = "withdrawn"  # it held no longer, or somebody changed the rhythm by hand


class Hindrance(StrEnum):
    """Why nothing is offered, the weightiest first."""

    NOT_RUNNING = "the program is not running"
    NO_RHYTHM = "check-ins do not come at a steady weekly rhythm"
    NOT_MAILED = "no check-ins are mailed"
    WARNING_OPEN = "a warning sign is open"
    NOT_WELL = "something the client said waits for somebody"
    PAIN_UP = "pain has gone up"
    TOO_EARLY = "the rhythm has not stood for four weeks"
    ENDING = "the program ends within four weeks"
    ASKED_LATELY = "it was put off less than four weeks ago"
    FEW_ANSWERS = "too few check-ins were answered"
    LITTLE_PRACTICE = "practice is not on plan"


GRAVE = frozenset(
    {
        Hindrance.NOT_RUNNING,
        Hindrance.NO_RHYTHM,
        Hindrance.NOT_MAILED,
        Hindrance.WARNING_OPEN,
        Hindrance.NOT_WELL,
        Hindrance.PAIN_UP,
    }
)
SOURCES: dict[int | str, str] = {"logged": "logged on", "said": "named in them for"}
OWN_WORD = "They say that they manage alone, and the form re-check passed."
# What does not stand in the way of somebody who is to be written to no more.
OF_THE_RHYTHM = frozenset(
    {
        Hindrance.NO_RHYTHM,
        Hindrance.NOT_MAILED,
        Hindrance.TOO_EARLY,
        Hindrance.ENDING,
        Hindrance.FEW_ANSWERS,
        Hindrance.LITTLE_PRACTICE,
    }
)
NEXT = {1: TaperingStep.TWO_WEEKLY, 2: TaperingStep.MONTHLY, 4: TaperingStep.GRADUATE}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many days."""

    done: int
    of: int

    @property
    def percent(self) -> int:
        """At most 100; 0 where nothing was asked."""
        return min(100, round(100 * self.done / self.of)) if self.of else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaperingFacts:
    """What is known of a client and their program on a day.

    `asked` counts check-ins of the last four weeks that went out and had time to be answered; `logged` and
    `said` are days of practice in the same weeks, by the log and by the answers. `steady_since` is the latest
    of first day, last restart or resumption, and last change of rhythm.
    """

    today: date
    status: ProgramStatus
    steady_since: date
    every_weeks: int | None  # None: no weekly rhythm
    asked: int
    answered: int
    logged: Share
    said: Share
    ends_on: date | None = None
    mailed: bool = True
    warning_open: bool = False
    not_well: bool = False  # a reason of `attention.NOT_WELL` is open, put off or not
    pain_up: PainChange | None = None
    put_off_on: date | None = None
    manages_alone: bool = False  # says so, and the form re-check agrees

    @property
    def practice(self) -> Share:
        """The fuller of the two tellings."""
        return max(self.logged, self.said, key=lambda share: (share.percent, share.of))


@dataclass(frozen=True, slots=True)
class TaperingRuling:
    """The step to offer, or what stands in its way."""

    step: TaperingStep | None = None
    hindrance: Hindrance | None = None


def rule(standing: TaperingFacts) -> TaperingRuling:
    """Whether a slower rhythm is offered now."""
    for hindrance, applies in _hindrances(standing):
        if applies:
            return TaperingRuling(hindrance=hindrance)
    return TaperingRuling(step=_next(standing))


def still_holds(standing: TaperingFacts, step: TaperingStep) -> bool:
    """Whether an offer may still be accepted: weeks that slide on do not spoil it, a warning or pain does."""
    grave = any(applies for hindrance, applies in _hindrances(standing) if hindrance in GRAVE)
    return not grave and _next(standing) is step


def days_said(answers: Iterable[int | None], asked: int, days_per_week: int) -> Share:
    """Days of practice by the check-ins: each tells of seven days, an unanswered one of none."""
    return Share(sum(min(days or 0, days_per_week) for days in answers), asked * days_per_week)


def numbers(standing: TaperingFacts, pain: tuple[int, int] | None) -> dict[str, int | str]:
    """The figures behind an offer, as they are kept with it; `pain` is the first answer and the newest."""
    source = "logged" if standing.practice == standing.logged else "said"
    told: dict[str, int | str] = {
        "source": source,
        "answered": standing.answered,
        "asked": standing.asked,
        "practised": min(standing.practice.done, standing.practice.of),
        "expected": standing.practice.of,
        "since": (standing.today - WINDOW).isoformat(),
    }
    told |= {"by_own_word": 1} if standing.manages_alone else {}
    return told | ({"pain_before": pain[0], "pain_now": pain[1]} if pain else {})


def reason(told: dict[str, int | str], today: date) -> str:
    """Why it is offered, in one line of figures."""
    since = day_in_words(date.fromisoformat(str(told["since"])), today)
    parts = [
        f"Since {since}: {told['answered']} of {count(int(told['asked']), 'check-in')} answered",
        f"practice {SOURCES[told['source']]} {told['practised']} of {count(int(told['expected']), 'day')}",
        _pain(told),
    ]
    figures = ", ".join(part for part in parts if part) + ". No warning sign is open."
    return f"{OWN_WORD} {figures}" if "by_own_word" in told else figures


def _pain(told: dict[str, int | str]) -> str:
    if "pain_now" not in told:
        return "pain not said"
    before, now = told["pain_before"], told["pain_now"]
    return f"pain {now}" if before == now else f"pain {now}, was {before} at the start"


def _next(standing: TaperingFacts) -> TaperingStep:
    """Whoever manages alone graduates; others are written to less often first."""
    return TaperingStep.GRADUATE if standing.manages_alone else NEXT[standing.every_weeks or 1]


def _hindrances(standing: TaperingFacts) -> tuple[tuple[Hindrance, bool], ...]:
    """What may stand in the way, and whether it does."""
    found = _all_hindrances(standing)
    if not standing.manages_alone:
        return found
    return tuple(each for each in found if each[0] not in OF_THE_RHYTHM)


def _all_hindrances(standing: TaperingFacts) -> tuple[tuple[Hindrance, bool], ...]:
    today, rhythm = standing.today, standing.every_weeks
    least = max(1, 3 // (rhythm or 1))  # answers: three of a weekly rhythm, one of a slower one
    few = standing.answered < least or 100 * standing.answered < ANSWERED_SHARE * standing.asked
    put_off = standing.put_off_on
    return (
        (Hindrance.NOT_RUNNING, standing.status is not ProgramStatus.ACTIVE),
        (Hindrance.NO_RHYTHM, rhythm not in NEXT),
        (Hindrance.NOT_MAILED, not standing.mailed),
        (Hindrance.WARNING_OPEN, standing.warning_open),
        (Hindrance.NOT_WELL, standing.not_well),
        (Hindrance.PAIN_UP, standing.pain_up is not None),
        (Hindrance.TOO_EARLY, today - standing.steady_since < WINDOW),
        (Hindrance.ENDING, standing.ends_on is not None and standing.ends_on - today <= WINDOW),
        (Hindrance.ASKED_LATELY, put_off is not None and today - put_off < ASK_AGAIN),
        (Hindrance.FEW_ANSWERS, few),
        (Hindrance.LITTLE_PRACTICE, standing.practice.percent < ON_PLAN),
    )
