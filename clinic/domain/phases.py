"""Phases of a program: which one a day is in, which moves it asks, and what comes next.

A phase lasts its weeks, or until a practitioner finds its criterion met; where it has both, whichever comes
first: a criterion that is met early ends the weeks. With neither, it goes on until somebody goes on by hand.
The last one goes on to the end of the program, whatever its weeks say.

The weeks of a phase count the days on which the program ran: a pause, and the days between an end and a
restart, move the change on by as many days. A program that is restarted is in the phase it had reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from clinic.domain.dates import count, day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.progress import PlanPace, Span
from clinic.domain.words import in_a_row, say, say_many

DAY = timedelta(days=1)
MOST_PHASES = 12
MOST_WEEKS = 52
LONGEST_CRITERION = 300


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a program. `passed_on`: the day from which the next one counts, by a practitioner's word."""

    name: str
    weeks: int | None = None
    criterion: str = ""
    passed_on: date | None = None


@dataclass(frozen=True, slots=True)
class PhaseDays:
    """A phase under its number, with its days as far as they are known.

    `first` None: not before something that has no day yet. `last` None: not known, or to the end.
    """

    position: int  # from 1
    phase: Phase
    first: date | None
    last: date | None

    @property
    def is_skipped(self) -> bool:
        """Whether it was over before it had a day."""
        return self.first is not None and self.last is not None and self.last < self.first


class Spanned(Protocol):
    """Something that is asked in some phases: a move of a routine or of a program."""

    @property
    def from_phase(self) -> int: ...
    @property
    def until_phase(self) -> int | None: ...


class PacedMove(Spanned, Protocol):
    """A move with the days a week on which it is asked."""

    @property
    def days_per_week(self) -> int: ...


Move = TypeVar("Move", bound=Spanned)


def phase_days(
    phases: Sequence[Phase], starts_on: date, pauses: Iterable[Span] = ()
) -> tuple[PhaseDays, ...]:
    """Each phase with its days; `pauses` are those on which the program did not run, in order, disjoint."""
    known: list[PhaseDays] = []
    spans = tuple(pauses)
    first: date | None = starts_on
    for position, phase in enumerate(phases, 1):
        is_last = position == len(phases)
        following = None if first is None or is_last else _following(phase, first, spans)
        known.append(PhaseDays(position, phase, first, following - DAY if following else None))
        first = following
    return tuple(known)


def phase_on(day: date, days: Sequence[PhaseDays]) -> int:
    """The phase a day is in, from 1; the first before the first day, and without phases."""
    begun = (each.position for each in days if each.first is not None and each.first <= day)
    return max(begun, default=1)


def is_asked(move: Spanned, phase: int) -> bool:
    """Whether a move is asked in a phase."""
    return move.from_phase <= phase and (move.until_phase is None or phase <= move.until_phase)


def asked_in(moves: Iterable[Move], phase: int) -> list[Move]:
    """The moves that are asked in a phase, in their order."""
    return [move for move in moves if is_asked(move, phase)]


def busiest(moves: Sequence[Move], load: Callable[[Sequence[Move]], int]) -> list[Move]:
    """The moves of the phase in which they come to most; all of them without phases."""
    begins = sorted({move.from_phase for move in moves})
    return max((asked_in(moves, phase) for phase in begins), key=load, default=[])


def is_phased(moves: Iterable[Spanned]) -> bool:
    """Whether the phase makes a difference to what is asked."""
    return any(move.from_phase > 1 or move.until_phase is not None for move in moves)


def next_phase(days: Sequence[PhaseDays], day: date, ends_on: date | None = None) -> PhaseDays | None:
    """The phase that comes after a day's; None in the last, or where the program ends before it."""
    coming = next((each for each in days if each.position == phase_on(day, days) + 1), None)
    if coming is None or (ends_on is not None and coming.first is not None and coming.first > ends_on):
        return None
    return coming


def phase_before(days: Sequence[PhaseDays], position: int) -> PhaseDays | None:
    """The last phase before one that had a day at all."""
    return next((each for each in reversed(days[: position - 1]) if not each.is_skipped), None)


def paces(days: Sequence[PhaseDays], moves: Sequence[PacedMove]) -> tuple[PlanPace, ...]:
    """From which day on how many moves are asked, and on how many days a week; empty without phases."""
    return tuple(
        _pace(each.first, asked_in(moves, each.position))
        for each in days
        if each.first is not None and not each.is_skipped
    )


def pass_problems(position: int, days: Sequence[PhaseDays], today: date) -> Iterator[RuleBroken]:
    """What speaks against going on from a phase to the next one today."""
    if position != phase_on(today, days):
        yield RuleBroken(say("The program is in another phase by now."))
    elif position >= len(days):
        yield RuleBroken(say("This is the last phase: there is none to go on to."))


def phase_problems(phases: Sequence[Phase], moves: Sequence[Spanned]) -> Iterator[RuleBroken]:
    """What is wrong with the phases of a routine, each in a sentence; `moves` are all its moves."""
    if len(phases) > MOST_PHASES:
        yield RuleBroken(say("Use at most %(most)s phases.", most=MOST_PHASES), "phases")
    for position, phase in enumerate(phases, 1):
        if not phase.name.strip():
            yield RuleBroken(say("Give phase %(position)s a name.", position=position), "phases")
        if phase.weeks is not None and not 1 <= phase.weeks <= MOST_WEEKS:
            yield RuleBroken(
                say(
                    "Let phase %(position)s last 1 to %(most)s weeks.",
                    position=position,
                    most=MOST_WEEKS,
                ),
                "phases",
            )
        if len(phase.criterion) > LONGEST_CRITERION:
            yield RuleBroken(
                say(
                    "Use at most %(longest)s characters for what ends phase %(position)s.",
                    longest=LONGEST_CRITERION,
                    position=position,
                ),
                "phases",
            )
        if position < len(phases) and phase.weeks is None and not phase.criterion.strip():
            yield RuleBroken(
                say("Say how long phase %(position)s lasts, or what ends it.", position=position), "phases"
            )
        if not asked_in(moves, position):
            yield RuleBroken(say("Phase %(position)s has no move.", position=position), "phases")
    for move in moves:
        if max(move.from_phase, move.until_phase or 1) > max(1, len(phases)):
            yield RuleBroken(say("A move names a phase that is not there."), "phases")
            return


def length_in_words(phase: Phase, *, is_last: bool = False) -> str:
    """How long a phase lasts: "2 weeks", "until: one leg for 10 seconds", "to the end"."""
    if is_last:
        return "to the end"
    parts = [count(phase.weeks, "week")] if phase.weeks else []
    parts += [f"until: {phase.criterion}"] if phase.criterion else []
    return ", or ".join(parts) or "until the practitioner goes on"


def weeks_in_words(phases: Sequence[Phase]) -> list[str]:
    """The weeks of each phase where no day is known: "Weeks 1–2", "Week 3", "From week 4", "After that"."""
    words: list[str] = []
    week: int | None = 1
    for position, phase in enumerate(phases, 1):
        last = week + phase.weeks - 1 if week and phase.weeks else None
        if week is None:
            words.append(say("After that"))
        elif position == len(phases) or last is None:
            words.append(say("From the first day") if week == 1 else say("From week %(week)s", week=week))
        else:
            is_one = last == week
            words.append(
                say("Week %(week)s", week=week)
                if is_one
                else say("Weeks %(first)s–%(last)s", first=week, last=last)
            )
        week = last + 1 if last else None
    return words


def begins_in_words(each: PhaseDays, before: Phase, today: date) -> str:
    """When a phase begins, for a client: "From Mon 7 Dec", or what it waits for."""
    if each.first is not None:
        return say("From %(day)s", day=day_in_words(each.first, today))
    if before.criterion:
        return say("Once your practitioner finds this met: “%(criterion)s”", criterion=before.criterion)
    if before.weeks:
        return say_many(
            "After %(number)s week of the part before it",
            "After %(number)s weeks of the part before it",
            before.weeks,
        )
    return say("When your practitioner says so")


def goes_on_in_words(each: PhaseDays, today: date, ends_on: date | None = None) -> str:
    """How long the phase of today goes on, for a client: "until Sun 6 Dec"; empty where to the end."""
    last = min(filter(None, (each.last, ends_on)), default=None)
    if last is not None:
        return say("until %(day)s", day=day_in_words(last, today))
    if each.phase.criterion:
        return say("until your practitioner finds this met: “%(criterion)s”", criterion=each.phase.criterion)
    return ""


def span_in_words(move: Spanned, days: Sequence[PhaseDays], today: date) -> str:
    """In which days a move is asked, for a client: "Until Sun 6 Dec", "From Mon 7 Dec"; empty: throughout."""
    first = days[move.from_phase - 1] if 1 < move.from_phase <= len(days) else None
    last = days[move.until_phase - 1] if move.until_phase and move.until_phase < len(days) else None
    begins = begins_in_words(first, days[move.from_phase - 2].phase, today) if first else ""
    if last is None:
        return begins
    if not begins:
        return _only_until(last, today)
    ends = goes_on_in_words(last, today) or say("until part %(part)s begins", part=last.position + 1)
    return say("%(begins)s %(ends)s", begins=begins, ends=ends)


def _only_until(each: PhaseDays, today: date) -> str:
    if each.last is not None:
        return say("Until %(day)s", day=day_in_words(each.last, today))
    if each.phase.criterion:
        return say("Until your practitioner finds this met: “%(criterion)s”", criterion=each.phase.criterion)
    return say("Until part %(part)s begins", part=each.position + 1)


def news_in_words(began: PhaseDays, before: Sequence[str], now: Sequence[str], today: date) -> str:
    """What a client reads when a phase has begun: which moves, by their names, are new, which are over.

    "Part 2 began on Mon 7 Dec: The lean is new, The turn is not asked any more."
    """
    assert began.first is not None
    news = [say("%(move)s is new", move=name) for name in now if name not in before]
    news += [say("%(move)s is not asked any more", move=name) for name in before if name not in now]
    part, told = began.position, in_a_row(news)
    if began.first == today:
        if news:
            return say("Part %(part)s began today: %(news)s.", part=part, news=told)
        return say("Part %(part)s began today.", part=part)
    day = day_in_words(began.first, today)
    if news:
        return say("Part %(part)s began on %(day)s: %(news)s.", part=part, day=day, news=told)
    return say("Part %(part)s began on %(day)s.", part=part, day=day)


def listed(names: Sequence[str]) -> str:
    """Names in a row: "The hinge, The turn and The lean"."""
    if len(names) < 2:
        return names[0] if names else ""
    return say("%(first)s and %(last)s", first=in_a_row(names[:-1]), last=names[-1])


def _following(phase: Phase, first: date, pauses: Sequence[Span]) -> date | None:
    """The first day of the phase after one that began on a day; None while nobody can know it."""
    by_weeks = _running_day(first, 7 * phase.weeks, pauses) if phase.weeks else None
    by_hand = max(first, phase.passed_on) if phase.passed_on else None
    return min(filter(None, (by_weeks, by_hand)), default=None)


def _running_day(first: date, after: int, pauses: Sequence[Span]) -> date | None:
    """The day on which a program runs once it has run for so many days from a day on; None: open pause."""
    day = first + timedelta(days=after)
    for pause in pauses:
        if pause.last is not None and pause.last < first:
            continue
        if pause.first > day:
            break
        if pause.last is None:
            return None
        day += pause.last - max(pause.first, first) + DAY
    return day


def _pace(since: date, moves: Sequence[PacedMove]) -> PlanPace:
    return PlanPace(since, len(moves), max((move.days_per_week for move in moves), default=7))
