"""The problems of a form as its summary says them: whoever hears one alone hears which field it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clinic.domain.words import Words, say

# What is said alike of any field. A sentence that was written for one field names it by itself.
OF_ANY_FIELD = frozenset(
    str(each)
    for each in (
        say("Choose one."),
        say("Choose one of these."),
        say("Choose one of the two."),
        say("Choose yes or no."),
        say("Choose what fits best."),
        say("Choose a number, or “I cannot say”."),
        say("Choose a number, or “I would rather not say”."),
        say("Choose an answer, or “I would rather not say”."),
        say("Choose an answer, or leave this question out."),
        "Use %(longest)s characters or fewer.",  # by its pattern
        say("A sign in here exists in one typeface only. Leave it out."),
        say("Say how it was."),
        say("This day does not exist in the calendar."),
        say("Enter the date in figures, like 24 11 2026."),
        say("The date must have a day."),
        say("The date must have a month."),
        say("The date must have a year."),
        say("The date must have a day and a month."),
        say("The date must have a day and a year."),
        say("The date must have a month and a year."),
        # WTForms' own
        "Not a valid choice.",
        "Not a valid integer value.",
        "Not a valid time value.",
        "This field is required.",
    )
)
ENDS = "?!:…"


def problems(form: Any) -> list[tuple[str, str]]:
    """Each problem of a form's fields, fields of rows among them, with the id of its field."""
    found = list(_of(form))
    times = Counter(str(error) for _, _, error in found)
    return [
        (key, _named(name, error) if times[str(error)] > 1 or _is_of_any(error) else error)
        for key, name, error in found
    ]


def _of(fields: Iterable[Any], row: str = "") -> Iterator[tuple[str, str, str]]:
    for field in fields:
        if not field.errors:
            continue
        entries = getattr(field, "entries", None)
        if entries is not None and any(each.errors for each in entries):
            for number, each in enumerate(entries, 1):
                yield from _of([each], say("%(number)s.", number=number))
        elif isinstance(field.errors, Mapping):
            yield from _of(field, row)
        else:
            name = _name(field)
            name = say("%(number)s %(about)s", number=row, about=name) if row and name else row or name
            yield from ((field.id, name, error) for error in field.errors)


def _name(field: Any) -> str:
    label = getattr(field, "label", "")
    return getattr(label, "text", label) or ""


def _is_of_any(error: str) -> bool:
    return (error.pattern if isinstance(error, Words) else str(error)) in OF_ANY_FIELD


def _named(name: str, error: str) -> str:
    if not name:
        return error
    if name.endswith(tuple(ENDS)):
        return say("%(question)s %(problem)s", question=name, problem=error)
    return say("%(field)s: %(problem)s", field=name, problem=error)
