"""The figures of a whole practice, each with what it is out of; what nobody said is counted nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinic.domain.answer_promise import PromiseState
from clinic.domain.change import ChangeVerdict
from clinic.domain.progress import Adherence

WINDOWS = (7, 30, 90)  # days
STOPPED_WITHIN = 365  # days
KEPT = timedelta(hours=1)  # as long as figures are shown before they are made anew
SETTLED = (PromiseState.KEPT, PromiseState.BROKEN)
BETTER, WORSE = ChangeVerdict.BETTER, ChangeVerdict.WORSE
UNCHANGED = (ChangeVerdict.SAME, ChangeVerdict.WITHIN_ERROR)


@dataclass(frozen=True, slots=True)
class PracticeWindow:
    """What programs asked for in so many days, and what was logged of it; `programs` are those that asked."""

    days: int
    programs: int
    expected: int
    practised: int  # of the expected, at least in part
    not_done: int
    not_reported: int
    sent: int = 0  # check-ins that went out, and had the time to be answered
    answered: int = 0
    promised: int = 0  # times that clients waited for an answer, and the promise was kept or broken
    kept: int = 0


@dataclass(frozen=True, slots=True)
class MeasuredOutcome:
    """One score, first against latest, by the threshold its source gives: how many clients went which way."""

    name: str
    better: int
    worse: int
    unchanged: int  # by less than the threshold
    not_comparable: int
    once: int  # answered once only


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeOverview:
    """All figures as of one instant."""

    active: int
    with_program: int
    with_account: int
    windows: tuple[PracticeWindow, ...] = ()
    outcomes: tuple[MeasuredOutcome, ...] = ()
    stops: Mapping[str, int] = field(default_factory=dict)
    graduated: int = 0
    staff_minutes: int = 0  # noted in the last 30 days, for `with_time` clients
    live_contacts: int = 0
    with_time: int = 0

    def to_json(self) -> dict[str, Any]:
        """The figures as they are kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PracticeOverview:
        """What `to_json` kept."""
        windows = tuple(PracticeWindow(**each) for each in kept["windows"])
        outcomes = tuple(MeasuredOutcome(**each) for each in kept["outcomes"])
        return cls(**{**kept, "windows": windows, "outcomes": outcomes})


def window_of(
    days: int,
    given: Iterable[Adherence],
    *,
    sent: int,
    answered: int,
    promises: Iterable[PromiseState] = (),
) -> PracticeWindow:
    """What several programs come to in one window; one that asked for nothing is none of them."""
    asked = [each for each in given if each.expected]
    settled = [each for each in promises if each in SETTLED]
    return PracticeWindow(
        days=days,
        programs=len(asked),
        expected=sum(each.expected for each in asked),
        practised=sum(min(each.practised, each.expected) for each in asked),
        not_done=sum(each.not_done for each in asked),
        not_reported=sum(each.not_reported for each in asked),
        sent=sent,
        answered=answered,
        promised=len(settled),
        kept=settled.count(PromiseState.KEPT),
    )


def outcome_of(name: str, verdicts: Iterable[ChangeVerdict], once: int) -> MeasuredOutcome:
    """What the clients who were measured twice come to, and how many were measured once."""
    found = list(verdicts)
    better, worse = found.count(BETTER), found.count(WORSE)
    unchanged = sum(each in UNCHANGED for each in found)
    return MeasuredOutcome(name, better, worse, unchanged, len(found) - better - worse - unchanged, once)


def are_old(made_at: datetime, now: datetime) -> bool:
    """Whether figures are to be made anew."""
    return now - made_at >= KEPT or made_at > now


def percent(part: int, of: int) -> int | None:
    """So many of a hundred; None of nothing."""
    return round(100 * part / of) if of else None
