"""What a pain that a client names means for their moves: fine, make them smaller, or stop and tell us.

The rule is authored: up to 3 of 10 is fine, at 4 or 5 the move gets smaller, above 5 or still up the next
morning means stop and tell us. It leans on a clinic's traffic light (0-3, 4-7, 8-10, and a look after 24
hours; PAIN_TL, read second-hand) with a lower limit, and on trials in which exercise that hurt a little did
no lasting harm (Smith 2017, PAIN_SMITH). That 2 points are a change is measured (Childs 2005, Ostelo 2008).
Words of a note are never read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.progress import PAIN_CHANGE, PainChange, PainPoint, pain_up
from clinic.domain.types import LogObstacle, LogOutcome

FINE_UP_TO = 3  # of 10; authored
CEILING = 6  # of 10, from here on stop, where nobody set another; authored ("above 5")
LOWEST_CEILING, HIGHEST_CEILING = 1, 10
WINDOW = timedelta(days=7)
LOOKED_BACK = 2  # days with a pain that today's is held against; as for check-ins
STILL_UP_LIMIT = 2  # mornings within the window; authored


class PainAnswer(StrEnum):
    """What the client is told, the mildest first."""

    FINE = "fine"
    SMALLER = "smaller"
    STOP = "stop"

    @property
    def rank(self) -> int:
        """0 for fine up to 2 for stop."""
        return tuple(PainAnswer).index(self)


class MorningAnswer(StrEnum):
    """What the client is told in the morning, once they have said how it is."""

    GO_ON = "go_on"  # settled
    WAIT = "wait"  # settled, after a day on which they were told to stop
    EASIER = "easier"  # still up
    STOP = "stop"  # still up after such a day, or for the second time in seven days


@dataclass(frozen=True, slots=True)
class PainSaid:
    """What somebody said of their pain: while practising, or, without an outcome, of a whole week."""

    day: date
    pain: int | None  # 0-10; None: not said
    outcome: LogOutcome | None = None
    obstacle: LogObstacle | None = None

    @property
    def hurts(self) -> bool:
        """Whether it hurt too much to do the move, or all of it."""
        return self.obstacle is LogObstacle.HURTS and self.outcome is not LogOutcome.DONE


@dataclass(frozen=True, slots=True)
class PainRuling:
    """The answer, and the rise over the last days where there is one."""

    answer: PainAnswer
    rise: PainChange | None = None

    @property
    def asks_signs(self) -> bool:
        """Whether the warning signs are asked right away: a high pain, or a pattern that changed."""
        return self.answer is PainAnswer.STOP or self.rise is not None

    @property
    def needs_care(self) -> bool:
        """Whether it is more than fine: then the next morning asks how it is now."""
        return self.answer is not PainAnswer.FINE


def ceiling_of(own: int | None, practices: int) -> int:
    """The pain from which a client stops: their own, or else the practice's."""
    return practices if own is None else own


def pain_ruling(said: PainSaid, ceiling: int, before: Iterable[PainPoint] = ()) -> PainRuling | None:
    """What a pain of a day means, with the pains of the days before; None where nothing was said of it."""
    if said.pain is None and not said.hurts:
        return None
    rise = pain_rise([*(point for point in before if point.day < said.day), PainPoint(said.day, said.pain)])
    return PainRuling(_answer(said, ceiling), rise)


def week_ruling(answers: Iterable[PainPoint], ceiling: int) -> PainRuling | None:
    """What the average pain of a week means, the last of the answers given; None where it was not said.

    A rise is the one that the practice hears of (`progress.pain_up`), unless what it came to is fine.
    """
    points = list(answers)
    if not points or points[-1].value is None:
        return None
    rise = pain_up(points) if points[-1].value > FINE_UP_TO else None
    return PainRuling(_answer(PainSaid(points[-1].day, points[-1].value), ceiling), rise)


def most_careful(answers: Iterable[PainAnswer]) -> PainAnswer | None:
    """The strongest of some answers; None without one."""
    return max(answers, key=lambda answer: answer.rank, default=None)


def pain_rise(points: Iterable[PainPoint]) -> PainChange | None:
    """The rise of 2 or more of the newest pain over one of the two days before it, within seven days.

    None without one, and where the newest is one that is fine.
    """
    given = sorted((point.day, point.value) for point in points if point.value is not None)
    if not given or given[-1][1] <= FINE_UP_TO:
        return None
    day, now = given[-1]
    earlier = [(since, value) for since, value in given[:-1] if day - since < WINDOW][-LOOKED_BACK:]
    rises = [PainChange(since, value, now) for since, value in earlier if now - value >= PAIN_CHANGE]
    return max(rises, key=lambda rise: (rise.points, rise.since), default=None)


def still_up_mornings(mornings: Mapping[date, bool], today: date) -> tuple[date, ...]:
    """The mornings of the last seven days, today among them, on which pain had not settled, oldest first.

    `mornings` says of each whether it had.
    """
    return tuple(
        sorted(day for day, settled in mornings.items() if not settled and today - WINDOW < day <= today)
    )


def tells_practice(mornings: Mapping[date, bool], today: date) -> bool:
    """Whether pain was still up on two mornings within seven days."""
    return len(still_up_mornings(mornings, today)) >= STILL_UP_LIMIT


def morning_answer(
    settled: bool, before: PainRuling, mornings: Mapping[date, bool], today: date
) -> MorningAnswer:
    """What follows from how it is this morning, after the ruling of the day before."""
    was_stopped = before.answer is PainAnswer.STOP
    if settled:
        return MorningAnswer.WAIT if was_stopped else MorningAnswer.GO_ON
    if was_stopped or tells_practice({**mornings, today: False}, today):
        return MorningAnswer.STOP
    return MorningAnswer.EASIER


def _answer(said: PainSaid, ceiling: int) -> PainAnswer:
    found = (_by_number(said.pain, ceiling), _by_obstacle(said))
    return most_careful(each for each in found if each) or PainAnswer.FINE


def _by_number(pain: int | None, ceiling: int) -> PainAnswer | None:
    if pain is None:
        return None
    if pain >= ceiling:
        return PainAnswer.STOP
    return PainAnswer.FINE if pain <= FINE_UP_TO else PainAnswer.SMALLER


def _by_obstacle(said: PainSaid) -> PainAnswer | None:
    """A move that was left out because it hurts is stopped already; one done in part is to be smaller."""
    if not said.hurts:
        return None
    return PainAnswer.STOP if said.outcome is LogOutcome.NOT_DONE else PainAnswer.SMALLER
