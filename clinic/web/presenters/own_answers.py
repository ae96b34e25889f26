"""The words about the practice's own answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from clinic.domain.dates import count
from clinic.domain.own_answers import OwnAnswerStatus
from clinic.domain.telling_who import TellingKind, TellingPart
from clinic.domain.words import say_many
from clinic.models import OwnAnswer
from clinic.services.own_answers.finding import PAGE, AnswerLine, AnswerPage, AnswersShown
from clinic.web.presenters.library import paged_words

SHOWN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        AnswersShown.OFFERED.value: "All",
        AnswersShown.WAITING.value: "Waiting for a sign-off",
        AnswersShown.PUBLIC.value: "On the public page",
        AnswersShown.REMOVED.value: "Removed",
    }
)


def facts(line: AnswerLine) -> list[str]:
    """What the list says of an answer beside its question."""
    helped = [f"Helped {count(line.helped, 'client')}"] if line.helped else []
    return [*about(line.answer), *helped]


def about(answer: OwnAnswer) -> list[str]:
    """Its moves by name, and its tags."""
    moves = sorted(answer.moves, key=lambda each: each.move.name)
    of_moves = [f"{each.move.name}, the mistake" if each.about_mistake else each.move.name for each in moves]
    return [*of_moves, *answer.tags]


def helped_words(number: int) -> str:
    """How many clients said that it helped, in a sentence."""
    return say_many("Helped %(number)s client.", "Helped %(number)s clients.", number)


def stands(answer: OwnAnswer) -> str:
    """Who sees an answer now, in a sentence."""
    if answer.removed_at is not None:
        return "It is removed: nobody sees it."
    if answer.status is not OwnAnswerStatus.SIGNED:
        return "It is a draft: no client sees it until somebody signs it."
    return "Clients find it."


TELLING_WORDS: Mapping[TellingKind, str] = MappingProxyType(
    {
        TellingKind.NAME: "Names",
        TellingKind.PLACE: "Places",
        TellingKind.DATE: "Dates",
        TellingKind.NUMBER: "Numbers",
        TellingKind.ADDRESS: "Addresses",
    }
)


def telling_lines(parts: Sequence[TellingPart]) -> list[tuple[str, str]]:
    """What could tell who asked, by sort."""
    found = {kind: [each.text for each in parts if each.kind is kind] for kind in TellingKind}
    return [(TELLING_WORDS[kind], ", ".join(texts)) for kind, texts in found.items() if texts]


def found_words(found: AnswerPage) -> str:
    """Which answers of how many a page shows."""
    return paged_words(count(found.count, "answer"), found.number, found.pages, PAGE, len(found.rows))
