"""The named mistake over time in words: which way it goes, and a word a week."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.dates import day_in_words
from clinic.domain.mistake_trend import TRENDS, WORDS, MistakeStory


@dataclass(frozen=True, slots=True)
class MistakeView:
    """Which way it goes, the weeks in one line, and each by the Monday it began on."""

    trend: str
    in_words: str
    weeks: tuple[tuple[str, str], ...]


def mistake_view(story: MistakeStory | None) -> MistakeView | None:
    """The story as pages tell it; None where nothing was said."""
    if story is None:
        return None
    weeks = tuple((day_in_words(week.monday), WORDS[week.word]) for week in story.weeks)
    return MistakeView(TRENDS[story.trend], story.in_words, weeks)
