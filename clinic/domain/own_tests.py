"""Tests a practice makes itself: answers typed in lines become options, fields get names that last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

LONGEST_SLUG = 30
LONGEST_ANSWER = 60
MOST_ANSWERS = 12
MARK = "*"  # behind an answer that stands out


@dataclass(frozen=True, slots=True)
class Answers:
    """Options as pairs of code and words, and the codes of those that stand out."""

    options: tuple[tuple[str, str], ...]
    standing_out: tuple[str, ...]

    @property
    def lines(self) -> str:
        """The answers as they were typed."""
        marked = (f"{words} {MARK}" if code in self.standing_out else words for code, words in self.options)
        return "\n".join(marked)


def slug(text: str) -> str:
    """A short name in small letters, figures and underscores, the same for the same words."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_SLUG].strip("_") or "field"


def fresh_id(label: str, taken: Collection[str]) -> str:
    """A field's name that none before it has had."""
    base = slug(label)
    names = (base if number == 1 else f"{base}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def answers(lines: Iterable[str]) -> Answers:
    """Options out of lines, one answer on each; a star behind one says that it stands out.

    Raises RuleBroken for fewer than two, more than twelve, one that is too long or there twice.
    """
    typed = [line.strip() for line in lines if line.strip(f" {MARK}")]
    words = [line.rstrip(f"{MARK} ") for line in typed]
    if not 2 <= len(words) <= MOST_ANSWERS:
        raise RuleBroken(say("Write 2 to %(most)s answers, one on each line.", most=MOST_ANSWERS))
    if long := [each for each in words if len(each) > LONGEST_ANSWER]:
        raise RuleBroken(
            say(
                "An answer is short: “%(long)s…” has more than %(longest)s characters.",
                long=long[0][:20],
                longest=LONGEST_ANSWER,
            )
        )
    codes = [slug(each) for each in words]
    if twice := [each for each, code in zip(words, codes, strict=True) if codes.count(code) > 1]:
        raise RuleBroken(say("“%(twice)s” is there twice.", twice=twice[0]))
    out = tuple(code for code, line in zip(codes, typed, strict=True) if line.endswith(MARK))
    return Answers(tuple(zip(codes, words, strict=True)), out)


def graded(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Grades out of lines, the first of them 0; RuleBroken as `answers`, and for a star: grades have none."""
    read = answers(lines)
    if read.standing_out:
        raise RuleBroken(
            say("Grades have no %(mark)s: which of them stands out is for you to say each time.", mark=MARK)
        )
    return tuple((str(grade), words) for grade, (_, words) in enumerate(read.options))
