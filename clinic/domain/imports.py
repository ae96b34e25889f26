"""Lists of clients from other systems: what their columns are called, and what becomes of each row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_ROWS = 20_000
MOST_COLUMNS = 250
MOST_SHOWN = 40  # characters of a column's name
KEPT_UNBEGUN = timedelta(days=1)  # an upload that nobody went on with
UNDONE_WITHIN = timedelta(days=30)  # as long as it is known which records are of one file
MOST_TRIES = 3  # workers that died over one import


class ImportState(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"  # looked at, perhaps still asking which column is which
    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"  # nothing of it was added
    BEING_UNDONE = "being_undone"
    UNDONE = "undone"


class ImportFate(StrEnum):
    """What becomes of one row, before and after."""

    ADDED = "added"
    HERE = "here"  # somebody who is a client already, or stands in the file before
    NAMESAKE = "namesake"  # like somebody who is, by the name alone
    UNREADABLE = "unreadable"
    UNDONE = "undone"
    STAYS = "stays"  # somebody has worked with it since


class ImportField(StrEnum):
    """What a column can hold; the words are those of our own file."""

    NAME = "name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    BORN_ON = "born_on"
    SEX = "sex"
    OWN_NUMBER = "own_number"
    ADDRESS = "address"
    POSTCODE = "postcode"
    TOWN = "town"
    REGION = "region"
    COUNTRY = "country"
    EMERGENCY_NAME = "emergency_name"
    EMERGENCY_PHONE = "emergency_phone"
    EMERGENCY_RELATION = "emergency_relation"
    TIME_ZONE = "time_zone"
    KIND = "kind"
    GROUP_NAME = "group_name"
    REASON_FOR_CARE = "reason_for_care"
    HISTORY = "history"
    NOTES = "notes"
    CONSENTED_ON = "consented_on"


DAYS = (ImportField.BORN_ON, ImportField.CONSENTED_ON)
NAMES = (ImportField.FIRST_NAME, ImportField.MIDDLE_NAME, ImportField.LAST_NAME)
# of several columns that hold one of these all are kept, of any other the first that is filled
JOINED = frozenset({ImportField.ADDRESS, ImportField.NOTES, ImportField.HISTORY, ImportField.REASON_FOR_CARE})
Columns = Sequence[ImportField | None]

_F = ImportField
# A column by its name, as `plain` makes it: of Cliniko, Jane, SimplePractice, Acuity, Google and Outlook.
KNOWN: Mapping[str, ImportField] = {
    **{field.value.replace("_", " "): field for field in ImportField},
    **dict.fromkeys(("full name", "client", "client name", "patient", "patient name"), _F.NAME),
    **dict.fromkeys(("given name", "firstname", "legal first name", "forename"), _F.FIRST_NAME),
    **dict.fromkeys(("additional name", "legal middle name"), _F.MIDDLE_NAME),
    **dict.fromkeys(("family name", "surname", "lastname", "legal last name"), _F.LAST_NAME),
    **dict.fromkeys(("e mail", "email address", "e mail address", "primary email"), _F.EMAIL),
    **dict.fromkeys((f"e mail {number} value" for number in range(1, 10)), _F.EMAIL),
    **dict.fromkeys((f"e mail {number} address" for number in range(2, 4)), _F.EMAIL),
    **dict.fromkeys((f"email {number}" for number in range(1, 4)), _F.EMAIL),
    **dict.fromkeys(("mobile", "mobile phone", "mobile number", "phone mobile", "cell phone"), _F.PHONE),
    **dict.fromkeys(("phone number", "primary phone", "telephone", "cell", "other phone"), _F.PHONE),
    **dict.fromkeys(("home phone", "home phone 2", "phone home", "home"), _F.PHONE),
    **dict.fromkeys(("work phone", "phone work", "business phone", "business phone 2"), _F.PHONE),
    **dict.fromkeys((f"phone {number} value" for number in range(1, 10)), _F.PHONE),
    **dict.fromkeys((f"phone {number}" for number in range(1, 6)), _F.PHONE),
    **dict.fromkeys((f"phone number {number}" for number in range(1, 6)), _F.PHONE),
    **dict.fromkeys(("birthday", "birth date", "birthdate", "date of birth", "dob"), _F.BORN_ON),
    **dict.fromkeys(("gender", "sex at birth", "administrative sex"), _F.SEX),
    **dict.fromkeys(("patient number", "patient id", "client id", "client number"), _F.OWN_NUMBER),
    **dict.fromkeys(("chart number", "reference number", "patient guid"), _F.OWN_NUMBER),
    **dict.fromkeys((f"address {number}" for number in range(1, 4)), _F.ADDRESS),
    **dict.fromkeys((f"address line {number}" for number in range(1, 4)), _F.ADDRESS),
    **dict.fromkeys(("street", "street 2", "street address", "street address 2"), _F.ADDRESS),
    **dict.fromkeys(("address 1 street", "address 1 extended address", "address 1 po box"), _F.ADDRESS),
    **dict.fromkeys(("home street", "home street 2", "home street 3", "suite", "apt suite"), _F.ADDRESS),
    **dict.fromkeys(("post code", "postal", "postal code", "zip", "zip code"), _F.POSTCODE),
    **dict.fromkeys(("address 1 postal code", "home postal code"), _F.POSTCODE),
    **dict.fromkeys(("city", "suburb", "address 1 city", "home city"), _F.TOWN),
    **dict.fromkeys(("state", "province", "county", "address 1 region", "home state"), _F.REGION),
    **dict.fromkeys(("state province", "province state"), _F.REGION),
    **dict.fromkeys(
        ("address 1 country", "home country", "home country region", "country region"), _F.COUNTRY
    ),
    **dict.fromkeys(("emergency contact", "emergency contact name"), _F.EMERGENCY_NAME),
    **dict.fromkeys(("emergency contact phone", "emergency contact number"), _F.EMERGENCY_PHONE),
    "emergency contact phone number": _F.EMERGENCY_PHONE,
    **dict.fromkeys(("emergency contact relationship", "emergency contact relation"), _F.EMERGENCY_RELATION),
    "timezone": _F.TIME_ZONE,
    "group": _F.GROUP_NAME,
    **dict.fromkeys(("note", "comments", "patient notes", "client notes", "appointment notes"), _F.NOTES),
}
# Which system a file is of: the columns that it has, the more telling ones first.
SYSTEMS: Sequence[tuple[str, frozenset[str]]] = (
    ("Google Contacts", frozenset({"given name", "family name", "group membership"})),
    ("Google Contacts", frozenset({"first name", "last name", "e mail 1 value", "labels"})),
    ("Google Contacts", frozenset({"first name", "last name", "organization name", "labels"})),
    ("Outlook", frozenset({"first name", "last name", "e mail address", "home street"})),
    ("Outlook", frozenset({"first name", "last name", "e mail address", "mobile phone"})),
    ("Acuity", frozenset({"first name", "last name", "days since last appointment"})),
    ("Cliniko", frozenset({"first name", "last name", "date of birth", "medicare number"})),
    ("Cliniko", frozenset({"first name", "last name", "date of birth", "address line 1", "post code"})),
    ("Cliniko", frozenset({"first name", "last name", "date of birth", "address 1", "post code"})),
    ("Jane", frozenset({"patient number", "first name", "last name"})),
    ("Jane", frozenset({"first name", "last name", "birth date", "postal"})),
    ("Jane", frozenset({"first name", "last name", "personal health number"})),
    ("SimplePractice", frozenset({"first name", "last name", "date of birth", "zip code"})),
    ("SimplePractice", frozenset({"legal first name", "legal last name"})),
    ("SimplePractice", frozenset({"client", "primary clinician"})),
)
OWN = "Regroove"
SEXES: Mapping[str, str] = {
    **dict.fromkeys(("f", "female", "woman", "w", "weiblich"), "female"),
    **dict.fromkeys(("m", "male", "man", "männlich"), "male"),
    **dict.fromkeys(("o", "x", "d", "other", "intersex", "non-binary", "nonbinary", "divers"), "other"),
    **dict.fromkeys(("not_said", "prefer not to say", "not stated", "undisclosed"), "not_said"),
    **dict.fromkeys(("u", "unknown", "unspecified", "not applicable"), ""),
}
NOTHING = frozenset({"-", "–", "n/a", "none", "null", "nil"})  # what some systems write into an empty cell
_WORDS = re.compile(r"[\W_]+")
_DATA = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?[\d ()/.-]{6,}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which columns of a file are known, and the system whose file it is, if it is known."""

    system: str | None
    columns: Columns


def plain(header: str) -> str:
    """The name of a column in words: "E-mail 1 - Value" is "e mail 1 value"."""
    return " ".join(_WORDS.sub(" ", header.casefold()).split())


def recognised(headers: Sequence[str]) -> Recognised:
    """What the columns of a file are by their names."""
    names = [plain(header) for header in headers]
    columns = [KNOWN.get(name) for name in names]
    there = set(names)
    system = next((name for name, asked in SYSTEMS if asked <= there), None)
    if system is None and all(columns) and _F.NAME in columns:
        system = OWN
    return Recognised(system, columns)


def fingerprint(headers: Iterable[str]) -> str:
    """Equal for two files with the same columns in the same order."""
    return hashlib.sha256("\x1f".join(plain(header) for header in headers).encode()).hexdigest()


def looks_like_data(headers: Sequence[str]) -> bool:
    """Whether a first line holds somebody instead of the names of columns."""
    return not any(plain(header) in KNOWN for header in headers) and any(
        _DATA.fullmatch(header.strip()) for header in headers
    )


def has_names(columns: Columns) -> bool:
    """Whether it is said where a client's name stands: without one nobody can be added."""
    return bool({_F.NAME, _F.FIRST_NAME, _F.LAST_NAME} & set(columns))


class MatchedBy(StrEnum):
    """What tells that somebody in a file is somebody who is known: the column that both have alike."""

    OWN_NUMBER = "own_number"
    EMAIL = "email"
    PHONE = "phone"  # with the name
    BORN_ON = "born_on"  # with the name
    NAME = "name"  # and nothing else


@dataclass(frozen=True, slots=True)
class ImportMatch:
    """Somebody known who is like a row: by what, and whether names and dates of birth go together."""

    by: MatchedBy
    is_named_alike: bool
    may_be_one: bool


def fate_of(match: ImportMatch | None, *, has_problems: bool) -> ImportFate:
    """What becomes of a row. One address or number belongs to one client, whoever else uses it."""
    if has_problems:
        return ImportFate.UNREADABLE
    if match is None:
        return ImportFate.ADDED
    is_other = not match.may_be_one or (match.by is MatchedBy.OWN_NUMBER and not match.is_named_alike)
    if match.by in (MatchedBy.OWN_NUMBER, MatchedBy.EMAIL) and is_other:
        return ImportFate.UNREADABLE
    return ImportFate.NAMESAKE if match.by is MatchedBy.NAME else ImportFate.HERE


def may_fill(fate: ImportFate, match: ImportMatch | None) -> bool:
    """Whether a row may fill what is empty in the record of whom it is like: not by an address alone."""
    return fate is ImportFate.HERE and match is not None and match.is_named_alike


def undone_until(state: ImportState, ended_at: datetime | None) -> datetime | None:
    """Until when an import can be undone as a whole; None where it cannot be."""
    return ended_at + UNDONE_WITHIN if state is ImportState.DONE and ended_at is not None else None
