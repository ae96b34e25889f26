"""What came of a course, with what each figure is out of; what nobody said is counted nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clinic.domain.progress import PAIN_CHANGE, Adherence
from clinic.domain.types import MistakeAnswer, StopReason


@dataclass(frozen=True, slots=True)
class CourseMember:
    """What is known of one member: practice since they joined, pains and mistakes in their order."""

    has_left: bool
    practice: Adherence | None  # None without a program
    pains: Sequence[int] = ()
    mistakes: Collection[MistakeAnswer] = ()
    stop: StopReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseReport:
    """The figures of a course. Pain is of those who gave it twice, by two points or more either way."""

    joined: int
    left: int
    with_program: int
    practising: int  # at least one day
    days: int
    expected: int
    gave_pain: int
    pain_before: float | None
    pain_after: float | None
    pain_less: int
    pain_more: int
    said_of_mistake: int
    noticed_mistake: int
    stops: Mapping[StopReason, int]


def course_report(members: Collection[CourseMember]) -> CourseReport:
    """What several members come to."""
    given = [each.practice for each in members if each.practice is not None]
    twice = [(each.pains[0], each.pains[-1]) for each in members if len(each.pains) > 1]
    said = [each.mistakes for each in members if each.mistakes]
    stops = [each.stop for each in members if each.stop is not None]
    return CourseReport(
        joined=len(members),
        left=sum(each.has_left for each in members),
        with_program=len(given),
        practising=sum(each.practised > 0 for each in given),
        days=sum(min(each.practised, each.expected) for each in given),
        expected=sum(each.expected for each in given),
        gave_pain=len(twice),
        pain_before=_mean([before for before, _ in twice]),
        pain_after=_mean([after for _, after in twice]),
        pain_less=sum(before - after >= PAIN_CHANGE for before, after in twice),
        pain_more=sum(after - before >= PAIN_CHANGE for before, after in twice),
        said_of_mistake=len(said),
        noticed_mistake=sum(MistakeAnswer.YES in answers for answers in said),
        stops={kind: stops.count(kind) for kind in StopReason if kind in stops},
    )


def _mean(values: Sequence[int]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None
