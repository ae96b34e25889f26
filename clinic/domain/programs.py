"""The life of a program: which steps are allowed, from which day, which need a reason, and what a day asks.

Dates decide. The status that is stored is what the worker's last round found; `status_on` says what a program
is on a day, whether or not a worker has been round since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.progress import Span
from clinic.domain.types import DayMark, ProgramAction, ProgramStatus, StopReason
from clinic.domain.words import say

DAY = timedelta(days=1)
LONGEST_REASON = 500
FARTHEST = timedelta(days=366)  # how far ahead, or back, a day may be chosen
LONGEST = timedelta(weeks=104)  # of a program, counted from today

STEPS: Mapping[tuple[ProgramStatus, ProgramAction], ProgramStatus] = MappingProxyType(
    {
        (ProgramStatus.ASSIGNED, ProgramAction.START): ProgramStatus.ACTIVE,
        (ProgramStatus.ASSIGNED, ProgramAction.PAUSE): ProgramStatus.PAUSED,
        (ProgramStatus.ASSIGNED, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.ACTIVE, ProgramAction.PAUSE): ProgramStatus.PAUSED,
        (ProgramStatus.ACTIVE, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.PAUSED, ProgramAction.PAUSE): ProgramStatus.PAUSED,  # for longer, or shorter
        (ProgramStatus.PAUSED, ProgramAction.RESUME): ProgramStatus.ACTIVE,
        (ProgramStatus.PAUSED, ProgramAction.END): ProgramStatus.ENDED,
        (ProgramStatus.ENDED, ProgramAction.RESTART): ProgramStatus.ACTIVE,
    }
)
NEEDS_REASON = frozenset({ProgramAction.PAUSE, ProgramAction.END, ProgramAction.RESTART})
WORDS_NEEDED = frozenset({None, StopReason.OTHER})  # a kind of its own says why without them
GOES_ON = frozenset({ProgramAction.RESUME, ProgramAction.RESTART})
HOLDS = frozenset({ProgramAction.PAUSE, ProgramAction.END})
OF_ITS_LIFE = frozenset(action for _, action in STEPS)  # a moved day is no step
RUNNING = frozenset({ProgramStatus.ASSIGNED, ProgramStatus.ACTIVE})  # assigned: from its first day on
# of several programs the first of these that one has
TOGETHER = (ProgramStatus.ACTIVE, ProgramStatus.ASSIGNED, ProgramStatus.PAUSED, ProgramStatus.ENDED)
SMALL_HOURS = 4  # authored: until then a night feels like the evening before
DAYS_TO_CORRECT = 1  # today and yesterday: memory of a movement is short
NOTHING_RUNS = say("You have no program that is running now.")
KEPT_ON_HOLD = say(
    "What you did is kept. Your program is on hold now: leave your moves until we have talked."
)
KEPT: Mapping[DayMark | None, str] = {
    DayMark.PAUSED: say(
        "What you did is kept. Your program was paused meanwhile: nothing more is asked now."
    ),
    DayMark.AFTER_END: say("What you did is kept. Your program has ended meanwhile: nothing more is asked."),
}
NOT_ASKED = {
    DayMark.BEFORE_START: say("That day is before the start of your program."),
    DayMark.PAUSED: say("Nothing was asked of you on that day."),
    DayMark.AFTER_END: say("Your program had ended by that day."),
}


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """One step of a program: what, from which local day, and why.

    `until` is the last day of a pause, where that is known, `stop` the kind of reason for an end.
    """

    action: ProgramAction
    effective_on: date
    reason: str = ""
    until: date | None = None
    stop: StopReason | None = None


def first_status(starts_on: date, today: date) -> ProgramStatus:
    """Active from its first day on, assigned before."""
    return ProgramStatus.ACTIVE if starts_on <= today else ProgramStatus.ASSIGNED


def status_on(
    day: date, stored: ProgramStatus, *, starts_on: date, ends_on: date | None, pause: Span | None
) -> ProgramStatus:
    """What a program is on a day, by its dates; one that somebody ended stays ended."""
    if stored is ProgramStatus.ENDED or (ends_on is not None and day > ends_on):
        return ProgramStatus.ENDED
    if pause.covers(day) if pause else stored is ProgramStatus.PAUSED:
        return ProgramStatus.PAUSED
    return first_status(starts_on, day)


def together(statuses: Collection[ProgramStatus]) -> ProgramStatus | None:
    """What several programs of one client come to: it runs if one of them does; None without any."""
    return next((status for status in TOGETHER if status in statuses), None)


def steps_by_hand(status: ProgramStatus, *, pause_planned: bool = False) -> tuple[ProgramAction, ...]:
    """The steps that somebody may take now, in the order of the enumeration; a program starts by itself.

    A pause that is still to come can be called off: that is a resumption.
    """
    by_hand = (action for action in ProgramAction if action is not ProgramAction.START)
    return tuple(
        action
        for action in by_hand
        if (status, action) in STEPS or (pause_planned and action is ProgramAction.RESUME)
    )


def may_be_changed(status: ProgramStatus) -> bool:
    """Whether doses, days and check-ins of a program can be changed: until it ends."""
    return status is not ProgramStatus.ENDED


def next_status(status: ProgramStatus, action: ProgramAction) -> ProgramStatus:
    """Where a step leads; RuleBroken where it leads nowhere."""
    try:
        return STEPS[status, action]
    except KeyError:
        raise RuleBroken(
            say(
                "You cannot %(action)s a program that is %(status)s.",
                action=action.value,
                status=status.value,
            ),
            field="action",
        ) from None


def check_change(
    status: ProgramStatus,
    change: ProgramChange,
    *,
    earliest: date,
    today: date,
    planned: Span | None = None,
) -> ProgramStatus:
    """The status after a change, on the day it takes effect.

    `earliest` is the program's start or its last change, whichever is later; `planned` a pause that is still
    to come. A pause may begin later than today, everything else today or before.
    """
    calls_off = planned is not None and change.action is ProgramAction.RESUME
    after = status if calls_off else next_status(status, change.action)
    must_hold(change_problems(change, earliest=earliest, today=today, planned=planned))
    return after


def change_problems(
    change: ProgramChange, *, earliest: date, today: date, planned: Span | None = None
) -> Iterator[RuleBroken]:
    """All that is wrong with a change's days and its reason."""
    if change.action is ProgramAction.PAUSE:
        yield from _pause_problems(change, planned, earliest, today)
    else:
        yield from _day_problems(change.effective_on, earliest, today)
    needed = change.action in NEEDS_REASON and change.stop in WORDS_NEEDED
    yield from _reason_problems(change.reason, needed=needed)


def check_days(
    status: ProgramStatus,
    starts_on: date,
    ends_on: date | None,
    *,
    before: tuple[date, date | None],
    happened: date | None,
    today: date,
) -> None:
    """RuleBroken for a first or last day that a program cannot be moved to.

    `before` are the days that stand; `happened` is the first day of which something is recorded: practice, a
    pause or another step. To end one today or earlier is a step of its own, with a reason.
    """
    if not may_be_changed(status):
        raise RuleBroken(say("This program has ended. Restart it to go on."))
    if (starts_on, ends_on) == before:
        raise RuleBroken(say("These are the days that stand already."))
    found = [] if starts_on == before[0] else [*first_day_problems(starts_on, happened, today)]
    found += [] if ends_on in (None, before[1]) else [*last_day_problems(ends_on, today)]
    if ends_on is not None and ends_on < starts_on and not found:
        found.append(RuleBroken(say("The last day is before the first."), "ends_on"))
    must_hold(found)


def check_correction(
    status: ProgramStatus, effective_on: date, reason: str, *, starts_on: date, today: date
) -> None:
    """RuleBroken for a program that has ended, a day outside it or in the future, or no reason."""
    if not may_be_changed(status):
        raise RuleBroken(say("This program has ended. Restart it to change its doses."))
    must_hold(correction_problems(effective_on, reason, starts_on=starts_on, today=today))


def correction_problems(
    effective_on: date, reason: str, *, starts_on: date, today: date
) -> Iterator[RuleBroken]:
    """What is wrong with a correction's day and its reason."""
    yield from _day_problems(effective_on, starts_on, today)
    yield from _reason_problems(reason, needed=True)


def logging_problem(
    rest: DayMark | None,
    day: date,
    today: date,
    *,
    is_held: bool,
    has_program: bool,
    most_days: int = DAYS_TO_CORRECT,
) -> str | None:
    """Why a client may not say how a day went, None if they may.

    `rest` is why nothing was asked on that day, None where practice was: the day's own state counts, whatever
    became of the program since. `most_days` is how long ago it may be.
    """
    if is_held:
        return say("Your program is on hold until your practitioner has looked at your answer.")
    if not has_program:
        return NOTHING_RUNS
    if day > today:
        return say("That day has not come yet.")
    if (today - day).days > most_days:
        return say("You can put today and yesterday right. For an earlier day, tell your practitioner.")
    return NOT_ASKED[rest] if rest else None


def was_under_way(day: date, over_from: date | None, pauses_from: Iterable[date]) -> bool:
    """Whether somebody may have been in the middle of a day's practice when their program stopped.

    It stopped on that day or, as whoever stopped it says, on the day before.
    """
    stops = [*pauses_from, *([over_from] if over_from else [])]
    return any(day - DAY <= stop <= day for stop in stops)


def kept_in_words(rest: DayMark | None, *, is_held: bool) -> str:
    """What is said of a log that was kept although nothing more is asked; empty where practice goes on."""
    if is_held:
        return KEPT_ON_HOLD
    return KEPT.get(rest, "")


def past_midnight_in_words(day: date, today: date, hour: int, *, lacks_day_before: bool) -> str:
    """What is said of a log in the small hours, meant for the evening perhaps; empty at other times."""
    if day != today or hour >= SMALL_HOURS or not lacks_day_before:
        return ""
    return say(
        "It is past midnight, so this counts for today. Was it for yesterday? Then log yesterday, too."
    )


def running_since(starts_on: date, changes: Iterable[ProgramChange], today: date) -> date:
    """The first day, or the day after its last pause or end, whether somebody resumed it or the day came."""
    over = (span.last + DAY for span in pauses(changes) if span.last is not None and span.last < today)
    return max([starts_on, *over])


def pauses(changes: Iterable[ProgramChange]) -> tuple[Span, ...]:
    """The days on which a program asks for nothing: of each pause or end, up to where it goes on.

    Each change, in the order they were made, replaces from its day on what was planned before.
    """
    spans: list[Span] = []
    for change in changes:
        if change.action not in OF_ITS_LIFE:
            continue
        spans = [kept for span in spans for kept in _before(span, change.effective_on)]
        if change.action in HOLDS:
            spans.append(Span(change.effective_on, change.until))
    return _joined(spans)


def over_since(changes: Iterable[ProgramChange]) -> date | None:
    """From which day on a program is over because somebody ended it; None while it goes on."""
    lives = [change for change in changes if change.action in OF_ITS_LIFE]
    return lives[-1].effective_on if lives and lives[-1].action is ProgramAction.END else None


def _before(span: Span, day: date) -> list[Span]:
    """What of a span lies before a day."""
    if span.first >= day:
        return []
    return [span if span.last is not None and span.last < day else Span(span.first, day - DAY)]


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch made one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: each.first):
        if joined and joined[-1].last == span.first - DAY:
            joined[-1] = Span(joined[-1].first, span.last)
        else:
            joined.append(span)
    return tuple(joined)


def _pause_problems(
    change: ProgramChange, planned: Span | None, earliest: date, today: date
) -> Iterator[RuleBroken]:
    first, last = change.effective_on, change.until
    if first < earliest:
        yield RuleBroken(
            say("Choose %(day)s or a later day.", day=day_in_words(earliest, today)), "effective_on"
        )
    elif first - today > FARTHEST or (last is not None and last - today > FARTHEST):
        yield RuleBroken(say("Choose a day within a year from today."), "effective_on")
    elif planned is not None and first > planned.first:
        words = day_in_words(planned.first, today)
        yield RuleBroken(
            say("A pause is planned from %(day)s already. Call that off first.", day=words), "effective_on"
        )
    if last is not None and last < max(first, today):
        yield RuleBroken(say("Choose a last day that is still to come."), "until")


def first_day_problems(starts_on: date, happened: date | None, today: date) -> Iterator[RuleBroken]:
    """What is wrong with a first day; `happened` is the first day of which something is recorded."""
    if abs(starts_on - today) > FARTHEST:
        yield RuleBroken(say("Choose a first day within a year of today."), "starts_on")
    elif happened is not None and starts_on > happened:
        words = f"Something is recorded of {day_in_words(happened, today)} already"
        yield RuleBroken(say("%(day)s: choose that day or an earlier one.", day=words), "starts_on")


def last_day_problems(ends_on: date, today: date) -> Iterator[RuleBroken]:
    """What is wrong with a last day."""
    if ends_on < today:
        yield RuleBroken(say("Choose today or a later day. To end it earlier, end it."), "ends_on")
    elif ends_on - today > LONGEST:
        yield RuleBroken(say("Choose a last day within two years."), "ends_on")


def _day_problems(day: date, earliest: date, today: date) -> Iterator[RuleBroken]:
    if day < earliest:
        yield RuleBroken(
            say("Choose %(day)s or a later day.", day=day_in_words(earliest, today)), "effective_on"
        )
    elif day > max(today, earliest):
        yield RuleBroken(say("Choose today or an earlier day."), "effective_on")


def _reason_problems(reason: str, *, needed: bool) -> Iterator[RuleBroken]:
    if needed and not reason.strip():
        yield RuleBroken(say("Say why, in a few words."), "reason")
    elif len(reason) > LONGEST_REASON:
        yield RuleBroken(say("Use at most %(longest)s characters.", longest=LONGEST_REASON), "reason")
