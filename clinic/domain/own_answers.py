"""A practice's own answers: what one needs, where it stands, and which of them fit what somebody asks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.own_moves import LONGEST_TAG, MOST_TAGS
from clinic.domain.search import fold, spelled_otherwise
from clinic.domain.words import say

LONGEST_QUESTION, LONGEST_TEXT = 200, 4000
MOST_WORDS = 12  # of what somebody asks that are looked for
SHORTEST_STEM = 4  # letters; what follows may be an ending: "swivel", "swivels"
ENDING = 2
IN_QUESTION, IN_TEXT, ENOUGH = 3, 1, 2  # one word of the question, or two of the answer
SHORTEST_WORD, LONGEST_WORD = 3, 40  # of an address: the practice's word
WORD = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")

# Words that stand in nearly every question and say nothing about what it is about.
_EMPTY = """
a about after again all also always am an and any are as at be because been before being but by can
cannot cant could did didnt do does doesnt doing dont else for from get gets getting go goes going
got had has have having hello help hi how i id if im in into is isnt it its ive just know let like
make makes me might more much must my myself need no not now of off ok on one only or other our out
over please practice really right same see seem should so some something still such tell than thank
thanks that thats the their them then there these they thing think this those to too try trying up
us use very want was wasnt way we well were what whats when where which while who why will with wont
would yes yet you your
"""
EMPTY_WORDS = frozenset(_EMPTY.split())


class OwnAnswerStatus(StrEnum):
    """Whether somebody's name stands under an answer: clients see none without one."""

    DRAFT = "draft"
    SIGNED = "signed"


class WordsUse(StrEnum):
    """Whether a client lets the practice use their words; nobody who was not asked has agreed."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


def signing_problems(
    uses: Iterable[tuple[WordsUse | None, datetime | None]], changed_at: datetime
) -> Iterator[RuleBroken]:
    """Why an answer made of somebody's message cannot be signed yet.

    Each use is how a client stands to it, and since when they said so. Who was not asked lent no words.
    """
    for use, decided_at in uses:
        if use is WordsUse.ASKED:
            yield RuleBroken(say("The client has not said yet whether their words may be used."))
        elif use is WordsUse.DECLINED and (decided_at is None or changed_at <= decided_at):
            yield RuleBroken(
                say("The client does not want their words used. Put it in other words, then sign.")
            )


def problems(question: str, text: str, tags: Sequence[str]) -> Iterator[RuleBroken]:
    """What is wrong with an answer as written."""
    if not question:
        yield RuleBroken(say("Write the question, as clients would ask it."), "question")
    elif len(question) > LONGEST_QUESTION:
        yield RuleBroken(
            say("Use %(longest)s characters or fewer.", longest=LONGEST_QUESTION),
            "question",
        )
    if not text:
        yield RuleBroken(say("Write the answer."), "text")
    elif len(text) > LONGEST_TEXT:
        yield RuleBroken(say("Use %(longest)s characters or fewer.", longest=LONGEST_TEXT), "text")
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        yield RuleBroken(
            say(
                "Use %(most)s tags or fewer, each of %(longest)s letters or fewer.",
                most=MOST_TAGS,
                longest=LONGEST_TAG,
            ),
            "tags",
        )


def word_problems(word: str | None) -> Iterator[RuleBroken]:
    """Why a word cannot stand in the address of a public page; None switches the page off."""
    if word is None:
        return
    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD or not WORD.fullmatch(word):
        yield RuleBroken(
            say(
                "Use %(shortest)s to %(longest)s small letters, figures and hyphens.",
                shortest=SHORTEST_WORD,
                longest=LONGEST_WORD,
            ),
            "answers_word",
        )


def stands_under(
    answer_of: Collection[object], answer_tags: Collection[str], move_id: object, move_tags: Collection[str]
) -> bool:
    """Whether an answer stands under a move: it is about this one, or about none and shares a tag with it."""
    if answer_of:
        return move_id in answer_of
    return not set(answer_tags).isdisjoint(move_tags)


def search_key(question: str, text: str, tags: Iterable[str]) -> str:
    """What an answer is found by: each of its words once, in all spellings."""
    said = " ".join([question, text, *tags])
    return " ".join(dict.fromkeys([*_words(said), *spelled_otherwise(said)]))


def asked_stems(text: str) -> list[str]:
    """The beginnings of the words that say what somebody asks about, each once."""
    telling = [word for word in _words(text) if word not in EMPTY_WORDS and len(word) > 1]
    return list(dict.fromkeys(map(_stem, telling)))[:MOST_WORDS]


def fit(stems: Sequence[str], question: str, text: str, tags: Iterable[str]) -> int:
    """How well an answer fits what somebody asks; 0: not at all."""
    heads, said = _words(" ".join([question, *tags])), _words(text)
    found = 0
    for stem in stems:
        if _begins(stem, heads):
            found += IN_QUESTION
        elif _begins(stem, said):
            found += IN_TEXT
    return found if found >= ENOUGH else 0


def _stem(word: str) -> str:
    return word[: max(SHORTEST_STEM, len(word) - ENDING)]


def _begins(stem: str, words: Iterable[str]) -> bool:
    return any(word.startswith(stem) for word in words)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))
