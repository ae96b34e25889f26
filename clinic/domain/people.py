"""What may be written down about a person, and when two of them may be one and the same."""

from __future__ import annotations

import re
from datetime import date
from typing import Protocol

from clinic.domain.dates import born
from clinic.domain.search import PHONE_COUNTS, digits_of, fold

OLDEST = 120  # years
EARLIEST_CONSENT = 2000
# what a spreadsheet makes of a number: 4.47912E+11, 447912000000.0, 447,912,000,000.00
ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
FIGURE = re.compile(r"[+-]?(?:\d{6,}|\d{1,3}(?:[.,'’]\d{3}){2,})[.,]0{1,2}")
TOO_NARROW = "#"  # of a column that was too narrow: ########, and of a failed formula: #N/A


class Named(Protocol):
    """Somebody who may have a namesake."""

    @property
    def name(self) -> str: ...

    @property
    def born_on(self) -> date | None: ...


def who(person: Named) -> str:
    """A name, with the date of birth that tells two of that name apart: "Anna Nord, born 3 May 1961"."""
    return f"{person.name}, {born(person.born_on)}" if person.born_on else person.name


def born_problem(day: date, today: date) -> str | None:
    """What is wrong with a date of birth, if anything is."""
    if day > today:
        return "A date of birth cannot be in the future."
    if day.year < today.year - OLDEST:
        return f"Enter a year of birth from {today.year - OLDEST} on."
    return None


def age(born_on: date, today: date) -> int:
    """How many years old somebody is on a day."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def consent_problem(day: date, today: date) -> str | None:
    """What is wrong with a day of consent, if anything is."""
    if day > today:
        return "Consent cannot be dated in the future."
    if day.year < EARLIEST_CONSENT:
        return f"Enter a day from {EARLIEST_CONSENT} on."
    return None


def phone_problem(phone: str) -> str | None:
    """What is wrong with a phone number, if anything is: a spreadsheet may have taken it for a figure."""
    told = phone.replace(" ", "")
    if ROUNDED.fullmatch(told):
        return f"{phone} was a phone number once: a spreadsheet has rounded it. Write it out in full."
    if FIGURE.fullmatch(told) or told.startswith(TOO_NARROW):
        return (
            f"{phone} was a phone number once: a spreadsheet has made a figure of it. Write it out in full."
        )
    return None


def phone_key(phone: str | None) -> str:
    """Equal for two spellings of one number; empty where there are too few digits to tell."""
    digits = digits_of(phone or "")
    return digits[-PHONE_COUNTS:] if len(digits) >= PHONE_COUNTS - 3 else ""


def name_keys(name: str) -> frozenset[str]:
    """The folded spellings of a name: as it stands, and with the family name at the other end."""
    first, comma, rest = name.partition(",")
    words = fold(name).split()
    turned = f"{rest} {first}" if comma else " ".join([*words[-1:], *words[:-1]])
    return frozenset({" ".join(words), fold(turned)})


def may_be_one(born_on: date | None, other: date | None) -> bool:
    """Whether two people of one name may be the same: not if they were born on different days."""
    return born_on is None or other is None or born_on == other
