"""The figures of a practice in words, each with what it is out of."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.dates import count
from clinic.domain.practice_overview import MeasuredOutcome, PracticeOverview, PracticeWindow, percent
from clinic.domain.types import StopReason
from clinic.web.presenters.programs import STOPS


@dataclass(frozen=True, slots=True)
class OverviewBar:
    """One part of a whole: its name, its share of a hundred (None of nothing), and the figure in words."""

    name: str
    share: int | None
    words: str


def clients(found: PracticeOverview) -> list[tuple[str, str]]:
    """Whom the practice looks after now."""
    return [
        ("Active clients", f"{found.active:,}"),
        ("With a program that goes on", f"{found.with_program:,} of {found.active:,}"),
        ("With an account of their own", f"{found.with_account:,} of {found.active:,}"),
    ]


def practice(found: PracticeOverview) -> list[OverviewBar]:
    """Days of practice out of those that programs asked for, by window."""
    return [_practised(each) for each in found.windows]


def answers(found: PracticeOverview) -> list[OverviewBar]:
    """Check-ins answered out of those that went out, by window."""
    return [
        OverviewBar(
            _last(each.days),
            percent(each.answered, each.sent),
            f"{each.answered:,} of {count(each.sent, 'check-in')}" if each.sent else "none went out",
        )
        for each in found.windows
    ]


def promises(found: PracticeOverview) -> list[OverviewBar]:
    """Messages answered within what was promised, out of those whose time has come, by window."""
    return [
        OverviewBar(
            _last(each.days),
            percent(each.kept, each.promised),
            f"{each.kept:,} of {count(each.promised, 'time')}" if each.promised else "nothing was promised",
        )
        for each in found.windows
    ]


def outcomes(found: PracticeOverview) -> list[tuple[str, str, str, str, str, str]]:
    """Each score: better, worse, less than the threshold, not comparable, answered once."""
    return [_outcome(each) for each in found.outcomes]


def staff_time(found: PracticeOverview) -> list[tuple[str, str]]:
    """Time that was noted in the last 30 days."""
    return [
        ("Time", f"{count(found.staff_minutes, 'minute')} for {count(found.with_time, 'client')}"),
        ("Live contacts", f"{found.live_contacts:,}"),
    ]


def stops(found: PracticeOverview) -> list[OverviewBar]:
    """Why programs were ended by hand in the last year, the most frequent first."""
    total = sum(found.stops.values())
    ordered = sorted(found.stops.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        OverviewBar(STOPS[StopReason(reason)], percent(number, total), f"{number:,} of {total:,}")
        for reason, number in ordered
    ]


def _practised(each: PracticeWindow) -> OverviewBar:
    words = (
        f"{each.practised:,} of {count(each.expected, 'day')} in {count(each.programs, 'program')}, "
        f"{each.not_done:,} not done, {each.not_reported:,} not reported"
    )
    return OverviewBar(
        _last(each.days),
        percent(each.practised, each.expected),
        words if each.expected else "nothing was asked",
    )


def _last(days: int) -> str:
    return f"Last {days} days"


def _outcome(each: MeasuredOutcome) -> tuple[str, str, str, str, str, str]:
    numbers = (each.better, each.worse, each.unchanged, each.not_comparable, each.once)
    better, worse, unchanged, not_comparable, once = map(str, numbers)
    return each.name, better, worse, unchanged, not_comparable, once
