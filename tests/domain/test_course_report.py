"""The figures of a course: each with what it is out of, and nothing that was not said drawn as zero."""

from __future__ import annotations

from clinic.domain.course_report import CourseMember, course_report
from clinic.domain.progress import Adherence
from clinic.domain.types import MistakeAnswer, StopReason

YES, NO = MistakeAnswer.YES, MistakeAnswer.NO


def practice(done: int, expected: int) -> Adherence:
    missing = max(0, expected - done)
    return Adherence(window=14, expected=expected, done=done, partly=0, not_done=0, not_reported=missing)


def test_nobody_has_come_yet() -> None:
    found = course_report([])
    assert (found.joined, found.expected, found.pain_before, found.said_of_mistake) == (0, 0, None, 0)


def test_what_several_come_to() -> None:
    found = course_report(
        [
            CourseMember(False, practice(10, 14), (6, 5, 4), (NO, YES)),
            CourseMember(False, practice(0, 14), (4, 6), (NO,)),
            CourseMember(False, practice(16, 14), (5, 4)),  # more than was asked: all of it
            CourseMember(True, practice(1, 3), (7,), (NO,), stop=StopReason.NO_TIME),
            CourseMember(False, None),
        ]
    )
    assert (found.joined, found.left, found.with_program, found.practising) == (5, 1, 4, 3)
    assert (found.days, found.expected) == (25, 45)
    assert (found.gave_pain, found.pain_before, found.pain_after) == (3, 5.0, 4.7)
    assert (found.pain_less, found.pain_more) == (1, 1)
    assert (found.noticed_mistake, found.said_of_mistake) == (1, 3)
    assert dict(found.stops) == {StopReason.NO_TIME: 1}
