"""Findings of an assessment: reading what was typed. Never a diagnosis or a total.

A value is a number, or text: the code of an option, codes of faults with a space between, or free words.
What is typed is read once, where it comes in; from there on it is a value, or a text that could not be read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from clinic.domain.assessment import Field
from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.types import FieldKind, Side, TestResult
from clinic.domain.words import say

Value: TypeAlias = str | float
# answers that say that there is no answer: they are held against nothing
NO_ANSWER = frozenset({"not_tested", "not_asked", "not_tried", TestResult.UNABLE.value})
NONE_SEEN = "none"  # somebody looked and saw no fault; nothing at all means that nobody looked
LONGEST_TEXT = 500
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}([.,][0-9]{1,2})?")


class Place(NamedTuple):
    """Where in an assessment a value stands."""

    test: str
    field: str
    side: Side

    @property
    def name(self) -> str:
        """Its name in forms and in the audit trail."""
        return "-".join(self)


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that is no value of its field: as it was typed, and what is wrong with it.

    `is_slip` where a hand may have typed it so; a code that no button sends is none.
    """

    text: str
    problem: str
    is_slip: bool = True


Entry: TypeAlias = Value | Unread  # what a field of a form holds
Values: TypeAlias = Mapping[Place, Value]
Way: TypeAlias = Mapping[str, Value | None]  # "device": "goniometer"; None where it was not noted


class Signed(Conflict):
    """The assessment was signed meanwhile: it is not changed any more, by anybody."""


def enter(field: Field, typed: Iterable[str]) -> Entry | None:
    """What was typed or pressed in a form: a value, a text that is none, or None for nothing."""
    text = " ".join(given for each in typed if (given := each.strip()))
    try:
        return read(field, [text])
    except RuleBroken as problem:
        return Unread(text, problem.message, _may_be_a_slip(field, text))


def read(field: Field, typed: Sequence[str]) -> Value | None:
    """The value of what was typed or pressed, None for nothing; RuleBroken says what is wrong with it."""
    given = [text for text in (each.strip() for each in typed) if text]
    if not given:
        return None
    if field.kind is not FieldKind.FAULTS and len(given) > 1:
        raise RuleBroken(say("Give one value here."))
    value = _number(field, given[0]) if field.is_numeric else _text(field, " ".join(given))
    check(field, value)
    return value


def check(field: Field, value: Value) -> None:
    """Refuse what is no value of a field: a foreign code, a number beyond the bounds or between the steps."""
    if isinstance(value, str) is field.is_numeric:
        raise RuleBroken(say("This is not a value of this field."))
    if not isinstance(value, str):
        _within(field, value)
        _on_step(field, value)
    elif field.kind is FieldKind.TEXT:
        _check_words(value)
    elif field.kind is FieldKind.FAULTS:
        _check_faults(field, value)
    elif value not in {code for code, _ in field.options}:
        raise RuleBroken(say("Choose one of the answers offered here."))


def spelled(entry: Entry | None) -> str:
    """What a field holds, as one text of a form; the same for all ways to type one value."""
    if isinstance(entry, Unread):
        return entry.text
    if entry is None:
        return ""
    return entry if isinstance(entry, str) else f"{entry:g}"


def written(field: Field, value: Value) -> list[str]:
    """A value as the fields of a form hold it, each code apart: what `read` makes the same value of."""
    text = spelled(value)
    return text.split() if field.kind is FieldKind.FAULTS else [text]


def in_figures(number: float) -> str:
    """A number as people write it: 35, 12.5, −20."""
    return f"{number:g}".replace("-", "−")


def with_unit(number: float, unit: str) -> str:
    """A number with its unit: 35°, 12.5 s, 2 of 3."""
    return f"{in_figures(number)}{'' if unit == '°' else ' '}{unit}".strip()


def fell(before: float, now: float, at_least: float) -> bool:
    """Whether a grade went down by at least so much."""
    return round(before - now, 2) >= at_least


def _number(field: Field, text: str) -> float:
    plain = text.replace("−", "-").removesuffix(field.unit).strip() if field.unit else text.replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        raise RuleBroken(say("Enter a number, in figures."))
    return float(plain.replace(",", ".")) + 0.0  # never minus nought


def _text(field: Field, text: str) -> str:
    """Free words and codes as they are; faults each once, in the order of the field."""
    return _in_order(field, text.split()) if field.kind is FieldKind.FAULTS else text


def _in_order(field: Field, codes: Sequence[str]) -> str:
    known = [NONE_SEEN, *(code for code, _ in field.options)]
    foreign = [code for code in codes if code not in known]
    return " ".join([*(code for code in known if code in codes), *foreign])


def _within(field: Field, value: float) -> None:
    if not math.isfinite(value):
        raise RuleBroken(say("This is not a value of this field."))
    low, high = field.minimum, field.maximum
    if low is not None and value < low:
        least = with_unit(low, field.unit)
        raise RuleBroken(
            say(
                "%(value)s is too low: %(least)s is the least that can be recorded here.",
                value=in_figures(value),
                least=least,
            )
        )
    if high is not None and value > high:
        most = with_unit(high, field.unit)
        raise RuleBroken(
            say(
                "%(value)s is too high: %(most)s is the most that can be recorded here.",
                value=in_figures(value),
                most=most,
            )
        )


def _on_step(field: Field, value: float) -> None:
    step = field.step or 0.01
    if abs(value / step - round(value / step)) > 1e-6:
        words = "Enter a whole number." if step == 1 else f"Enter it in steps of {in_figures(step)}."
        raise RuleBroken(words)


def _check_words(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(say("Use %(longest)s characters or fewer.", longest=LONGEST_TEXT))
    if not text or text != text.strip():
        raise RuleBroken(say("This is not a value of this field."))


def _check_faults(field: Field, value: str) -> None:
    codes = value.split()
    if not codes or not set(codes) <= {NONE_SEEN, *(code for code, _ in field.options)}:
        raise RuleBroken(say("Choose among the faults offered here."))
    if NONE_SEEN in codes and len(codes) > 1:
        raise RuleBroken(say("Tick “None seen”, or the faults you saw, not both."))
    if value != _in_order(field, codes):
        raise RuleBroken(say("This is not a value of this field."))


def _may_be_a_slip(field: Field, text: str) -> bool:
    """Whether a text that is no value may be a slip of somebody's hand; a code of no button is not."""
    if field.kind is FieldKind.FAULTS:
        return set(text.split()) <= {NONE_SEEN, *(code for code, _ in field.options)}
    return field.is_numeric or field.kind is FieldKind.TEXT
