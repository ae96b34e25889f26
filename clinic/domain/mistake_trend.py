"""What the answers about the named mistake come to, week by week and in words, never as a share of a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic.domain.progress import MistakeWeek, mistake_weeks
from clinic.domain.types import MistakeAnswer
from clinic.domain.words import in_a_row, say

MOST_WEEKS = 8  # told one by one
QUIET_WEEKS = 3  # authored: so many without an answer, this one among them, and the last tells nothing of now


class MistakeWord(StrEnum):
    """What the answers of one week come to."""

    NOTICED = "noticed"
    AT_TIMES = "at_times"
    NOT_SURE = "not_sure"
    NO = "no"
    NO_ANSWER = "no_answer"


class MistakeTrend(StrEnum):
    """Which way it goes, from the last weeks with an answer."""

    TOO_EARLY = "too_early"
    NEVER = "never"
    LESS = "less"
    FADED = "faded"
    STILL = "still"
    BACK = "back"
    UNSURE = "unsure"
    SILENT = "silent"


WORDS = {
    MistakeWord.NOTICED: say("noticed"),
    MistakeWord.AT_TIMES: say("at times"),
    MistakeWord.NOT_SURE: say("not sure"),
    MistakeWord.NO: say("no"),
    MistakeWord.NO_ANSWER: say("no answer"),
}
TRENDS = {
    MistakeTrend.TOO_EARLY: say("too early to say"),
    MistakeTrend.NEVER: say("not noticed so far"),
    MistakeTrend.LESS: say("noticed less than before"),
    MistakeTrend.FADED: say("noticed before, and not in the last weeks"),
    MistakeTrend.STILL: say("still noticed"),
    MistakeTrend.BACK: say("noticed again"),
    MistakeTrend.UNSURE: say("not sure the last time"),
    MistakeTrend.SILENT: say("no answer in the last weeks"),
}
_SEEN = frozenset({MistakeWord.NOTICED, MistakeWord.AT_TIMES})


@dataclass(frozen=True, slots=True)
class WeekOfMistake:
    """One week, by its Monday, and what its answers come to."""

    monday: date
    word: MistakeWord


@dataclass(frozen=True, slots=True)
class MistakeStory:
    """The last weeks one by one, the earliest first, and which way it goes; one without answers is told."""

    weeks: tuple[WeekOfMistake, ...]
    trend: MistakeTrend

    @property
    def in_words(self) -> str:
        """Week by week: "noticed, noticed, not sure, no, no"."""
        return in_a_row([WORDS[week.word] for week in self.weeks])


def week_word(week: MistakeWeek) -> MistakeWord:
    """One word for a week: doubt is told where it outweighs a plain no, and never hides that it happened."""
    if not week.answers:
        return MistakeWord.NO_ANSWER
    if week.yes:
        return MistakeWord.AT_TIMES if week.no else MistakeWord.NOTICED
    return MistakeWord.NOT_SURE if week.not_sure >= week.no else MistakeWord.NO


def trend_of(words: Sequence[MistakeWord]) -> MistakeTrend:
    """Which way the weeks go, the earliest first; those without an answer say nothing."""
    told = [word for word in words if word is not MistakeWord.NO_ANSWER]
    if len(told) < 2:
        return MistakeTrend.TOO_EARLY
    before, latest = told[-2:]
    if latest is MistakeWord.NOT_SURE:
        return MistakeTrend.UNSURE
    if latest is MistakeWord.NO:
        return _gone(told)
    if before is MistakeWord.NO:
        return MistakeTrend.BACK
    is_less = (before, latest) == (MistakeWord.NOTICED, MistakeWord.AT_TIMES)
    return MistakeTrend.LESS if is_less else MistakeTrend.STILL


def mistake_story(answers: Sequence[tuple[date, MistakeAnswer]], today: date) -> MistakeStory | None:
    """The story of all answers up to today; None where there is none."""
    if not answers:
        return None
    days = [day for day, _ in answers]  # the latest may be tomorrow's, where a clock is ahead
    weeks = [
        WeekOfMistake(week.monday, week_word(week))
        for week in mistake_weeks(answers, min(days), max(today, *days))
    ]
    last = max(at for at, week in enumerate(weeks, 1) if week.word is not MistakeWord.NO_ANSWER)
    told = weeks[:last]
    is_silent = len(weeks) - last >= QUIET_WEEKS
    trend = MistakeTrend.SILENT if is_silent else trend_of([week.word for week in told])
    return MistakeStory(tuple(told[-MOST_WEEKS:]), trend)


def _gone(told: Sequence[MistakeWord]) -> MistakeTrend:
    """The latest is a no: it was never seen, or it is not for the first week, or for the second in a row."""
    if _SEEN.isdisjoint(told):
        return MistakeTrend.NEVER
    return MistakeTrend.FADED if told[-2] is MistakeWord.NO else MistakeTrend.LESS
