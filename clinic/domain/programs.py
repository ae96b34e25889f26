"""The life of a program: which steps are allowed, from which day, and which need a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.progress import Span
from clinic.domain.types import ProgramAction, ProgramStatus

LONGEST_REASON = 500

STEPS: Mapping[tuple[ProgramStatus, ProgramAction], ProgramStatus] = MappingProxyType(
    {
        (ProgramStatus.ASSIGNED, ProgramAction.START): ProgramStatus.ACTIVE,
        (ProgramStatus.ASSIGNED, ProgramAction.PAUSE): ProgramStatus.PAUSED,
        (ProgramStatus.ASSIGNED, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.ACTIVE, ProgramAction.PAUSE): ProgramStatus.PAUSED,
        (ProgramStatus.ACTIVE, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.PAUSED, ProgramAction.RESUME): ProgramStatus.ACTIVE,
        (ProgramStatus.PAUSED, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.ENDED, ProgramAction.RESTART): ProgramStatus.ACTIVE,
    }
)
NEEDS_REASON = frozenset({ProgramAction.PAUSE, ProgramAction.END, ProgramAction.RESTART})
GOES_ON = frozenset({ProgramAction.RESUME, ProgramAction.RESTART})
HOLDS = frozenset({ProgramAction.PAUSE, ProgramAction.END})
RUNNING = frozenset({ProgramStatus.ASSIGNED, ProgramStatus.ACTIVE})  # assigned: from its first day on
DAYS_TO_CORRECT = 1  # today and yesterday: memory of a movement is short


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """One step of a program: what, from which local day, and why."""

    action: ProgramAction
    effective_on: date
    reason: str = ""


def first_status(starts_on: date, today: date) -> ProgramStatus:
    """Active from its first day on, assigned before."""
    return ProgramStatus.ACTIVE if starts_on <= today else ProgramStatus.ASSIGNED


def steps_by_hand(status: ProgramStatus) -> tuple[ProgramAction, ...]:
    """The steps that somebody may take now, in the order of the enumeration; a program starts by itself."""
    by_hand = (action for action in ProgramAction if action is not ProgramAction.START)
    return tuple(action for action in by_hand if (status, action) in STEPS)


def may_be_changed(status: ProgramStatus) -> bool:
    """Whether doses and check-ins of a program can be changed: until it ends."""
    return status is not ProgramStatus.ENDED


def next_status(status: ProgramStatus, action: ProgramAction) -> ProgramStatus:
    """Where a step leads; RuleBroken where it leads nowhere."""
    try:
        return STEPS[status, action]
    except KeyError:
        raise RuleBroken(
            f"You cannot {action.value} a program that is {status.value}.", field="action"
        ) from None


def check_change(
    status: ProgramStatus, change: ProgramChange, *, earliest: date, today: date
) -> ProgramStatus:
    """The status after a change; `earliest` is the program's start or its last change, whichever is later."""
    after = next_status(status, change.action)
    _check_day(change.effective_on, earliest, today)
    _check_reason(change.reason, needed=change.action in NEEDS_REASON)
    return after


def check_correction(
    status: ProgramStatus, effective_on: date, reason: str, *, starts_on: date, today: date
) -> None:
    """RuleBroken for a program that has ended, a day outside it or in the future, or no reason."""
    if not may_be_changed(status):
        raise RuleBroken("This program has ended. Restart it to change its doses.")
    _check_day(effective_on, starts_on, today)
    _check_reason(reason, needed=True)


def logging_problem(
    status: ProgramStatus | None, starts_on: date | None, day: date, today: date, *, is_held: bool
) -> str | None:
    """Why a client may not say how a day went, None if they may; status and start None: no program."""
    if is_held:
        return "Your program is on hold until your practitioner has looked at your answer."
    if starts_on is None or status not in RUNNING:
        return "You have no program that is running now."
    if day > today:
        return "That day has not come yet."
    if day < starts_on:
        return "That day is before the start of your program."
    if (today - day).days > DAYS_TO_CORRECT:
        return "You can put today and yesterday right. For an earlier day, tell your practitioner."
    return None


def running_since(starts_on: date, changes: Iterable[ProgramChange]) -> date:
    """The first day, or the last resumption or restart after it."""
    return max([starts_on, *(change.effective_on for change in changes if change.action in GOES_ON)])


def pauses(changes: Iterable[ProgramChange]) -> tuple[Span, ...]:
    """The days on which a program asked for nothing: from each pause or end to the day before it went on."""
    spans: list[Span] = []
    held_from: date | None = None
    for change in sorted(changes, key=lambda each: each.effective_on):
        if change.action in HOLDS:
            held_from = held_from or change.effective_on
        elif held_from is not None:
            spans += _span(held_from, change.effective_on - timedelta(days=1))
            held_from = None
    return (*spans, Span(held_from)) if held_from else tuple(spans)


def _check_day(day: date, earliest: date, today: date) -> None:
    if day < earliest:
        raise RuleBroken(f"Choose {day_in_words(earliest, today)} or a later day.", field="effective_on")
    if day > max(today, earliest):
        raise RuleBroken("Choose today or an earlier day.", field="effective_on")


def _check_reason(reason: str, *, needed: bool) -> None:
    if needed and not reason.strip():
        raise RuleBroken("Say why, in a few words.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(f"Use at most {LONGEST_REASON} characters.", field="reason")


def _span(first: date, last: date) -> list[Span]:
    return [Span(first, last)] if first <= last else []
