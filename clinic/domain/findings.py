"""Findings of an assessment: reading what was typed. Never a diagnosis or a total.

A value is a number, or text: the code of an option, codes of faults with a space between, or free words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from clinic.domain.assessment import Field
from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.types import FieldKind, Side, TestResult

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


Values: TypeAlias = Mapping[Place, Value]
Way: TypeAlias = Mapping[str, Value | None]  # "device": "goniometer"; None where it was not noted


class Signed(Conflict):
    """The assessment was signed meanwhile: it is not changed any more, by anybody."""


def read(field: Field, typed: Sequence[str]) -> Value | None:
    """The value of what was typed or pressed, None for nothing; RuleBroken says what is wrong with it."""
    given = [text for text in (each.strip() for each in typed) if text]
    if not given:
        return None
    if field.kind is FieldKind.FAULTS:
        return _faults(field, given)
    if len(given) > 1:
        raise RuleBroken("Give one value here.")
    if field.is_numeric:
        return _number(field, given[0])
    return _text(given[0]) if field.kind is FieldKind.TEXT else _code(field, given[0])


def written(field: Field, value: Value) -> list[str]:
    """A value as a form holds it: what `read` makes the same value of."""
    if not isinstance(value, str):
        return [f"{value:g}"]
    return value.split() if field.kind is FieldKind.FAULTS else [value]


def check(field: Field, value: Value) -> None:
    """Refuse a value that no form could have given: a foreign code, a number beyond the bounds."""
    if read(field, written(field, value)) != value:
        raise RuleBroken("This is not a value of this field.")


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
        raise RuleBroken("Enter a number, in figures.")
    value = float(plain.replace(",", "."))
    _within(field, value)
    _on_step(field, value)
    return value + 0.0  # never minus nought


def _within(field: Field, value: float) -> None:
    low, high = field.minimum, field.maximum
    if low is not None and value < low:
        least = with_unit(low, field.unit)
        raise RuleBroken(f"{in_figures(value)} is too low: {least} is the least that can be recorded here.")
    if high is not None and value > high:
        most = with_unit(high, field.unit)
        raise RuleBroken(f"{in_figures(value)} is too high: {most} is the most that can be recorded here.")


def _on_step(field: Field, value: float) -> None:
    step = field.step or 0.01
    if abs(value / step - round(value / step)) > 1e-6:
        words = "Enter a whole number." if step == 1 else f"Enter it in steps of {in_figures(step)}."
        raise RuleBroken(words)


def _code(field: Field, text: str) -> str:
    if text not in {code for code, _ in field.options}:
        raise RuleBroken("Choose one of the answers offered here.")
    return text


def _faults(field: Field, given: Sequence[str]) -> str:
    known = [NONE_SEEN, *(code for code, _ in field.options)]
    if not set(given) <= set(known):
        raise RuleBroken("Choose among the faults offered here.")
    if NONE_SEEN in given and len(set(given)) > 1:
        raise RuleBroken("Tick “None seen”, or the faults you saw, not both.")
    return " ".join(code for code in known if code in given)


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(f"Use {LONGEST_TEXT} characters or fewer.")
    return text
