"""Lists of other systems: what their columns are, whose file it is, and what becomes of a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.imports import (
    DAYS,
    JOINED,
    KEPT_UNBEGUN,
    KNOWN,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHOWN,
    MOST_TRIES,
    NAMES,
    NOTHING,
    SEXES,
    SYSTEMS,
    ImportFate,
    ImportField,
    ImportMatch,
    ImportState,
    MatchedBy,
    fate_of,
    fingerprint,
    has_names,
    looks_like_data,
    may_fill,
    plain,
    recognised,
    undone_until,
)

F = ImportField


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("E-mail 1 - Value", "e mail 1 value"),
        ("  First   Name ", "first name"),
        ("own_number", "own number"),
        ("Apt/Suite", "apt suite"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("—", ""),
    ],
)
def test_a_header_is_read_in_words(header: str, words: str) -> None:
    assert plain(header) == words


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Primary email", F.EMAIL),
        ("E-mail 0 - Value", None),
        ("E-mail 1 Address", None),
        ("E-mail 4 Address", None),
        ("Email 0", None),
        ("Email 4", None),
        ("Phone 0 - Value", None),
        ("Phone 10 - Value", None),
        ("Phone 0", None),
        ("Phone 6", None),
        ("Phone number 0", None),
        ("Phone number 6", None),
        ("Address 0", None),
        ("Address 4", None),
        ("Address line 0", None),
        ("Address line 4", None),
        ("Full name", F.NAME),
        ("Legal first name", F.FIRST_NAME),
        ("Additional Name", F.MIDDLE_NAME),
        ("Surname", F.LAST_NAME),
        ("E-mail 1 - Value", F.EMAIL),
        ("E-mail 9 - Value", F.EMAIL),
        ("E-mail 10 - Value", None),
        ("E-mail 2 Address", F.EMAIL),
        ("E-mail 3 Address", F.EMAIL),
        ("Email 1", F.EMAIL),
        ("Email 3", F.EMAIL),
        ("Mobile Phone", F.PHONE),
        ("Business Phone 2", F.PHONE),
        ("Cell", F.PHONE),
        ("Home", F.PHONE),
        ("Phone 1 - Value", F.PHONE),
        ("Phone 9 - Value", F.PHONE),
        ("Phone 1", F.PHONE),
        ("Phone 5", F.PHONE),
        ("Phone number 1", F.PHONE),
        ("Phone number 5", F.PHONE),
        ("Birthday", F.BORN_ON),
        ("Gender", F.SEX),
        ("Patient Number", F.OWN_NUMBER),
        ("Chart number", F.OWN_NUMBER),
        ("Address 1", F.ADDRESS),
        ("Address 3", F.ADDRESS),
        ("Address line 1", F.ADDRESS),
        ("Address line 3", F.ADDRESS),
        ("Street 2", F.ADDRESS),
        ("Address 1 - Street", F.ADDRESS),
        ("Home Street", F.ADDRESS),
        ("Zip code", F.POSTCODE),
        ("Home Postal Code", F.POSTCODE),
        ("Suburb", F.TOWN),
        ("State", F.REGION),
        ("State/Province", F.REGION),
        ("Country/Region", F.COUNTRY),
        ("Emergency contact", F.EMERGENCY_NAME),
        ("Emergency contact phone", F.EMERGENCY_PHONE),
        ("Emergency contact phone number", F.EMERGENCY_PHONE),
        ("Emergency contact relationship", F.EMERGENCY_RELATION),
        ("Timezone", F.TIME_ZONE),
        ("Group", F.GROUP_NAME),
        ("Comments", F.NOTES),
        ("Favourite colour", None),
    ],
)
def test_columns_are_known_by_the_names_that_systems_give_them(
    header: str, field: ImportField | None
) -> None:
    assert recognised([header]).columns == [field]


def test_each_field_is_known_by_its_own_name_and_each_known_name_is_in_words() -> None:
    for field in ImportField:
        assert KNOWN[plain(field.value)] is field
    assert all(name == plain(name) for name in KNOWN)
    assert all(name == plain(name) for _, asked in SYSTEMS for name in asked)


FIRST_AND_LAST = ["First Name", "Last Name"]


@pytest.mark.parametrize(
    ("headers", "system"),
    [
        (["Given Name", "Family Name", "Group Membership"], "Google Contacts"),
        ([*FIRST_AND_LAST, "E-mail 1 - Value", "Labels"], "Google Contacts"),
        ([*FIRST_AND_LAST, "Organization Name", "Labels"], "Google Contacts"),
        ([*FIRST_AND_LAST, "E-mail Address", "Home Street"], "Outlook"),
        ([*FIRST_AND_LAST, "E-mail Address", "Mobile Phone"], "Outlook"),
        ([*FIRST_AND_LAST, "Days Since Last Appointment"], "Acuity"),
        ([*FIRST_AND_LAST, "Date of birth", "Medicare number"], "Cliniko"),
        ([*FIRST_AND_LAST, "Date of birth", "Address line 1", "Post code"], "Cliniko"),
        ([*FIRST_AND_LAST, "Date of birth", "Address 1", "Post code"], "Cliniko"),
        (["Patient Number", *FIRST_AND_LAST], "Jane"),
        ([*FIRST_AND_LAST, "Birth Date", "Postal"], "Jane"),
        ([*FIRST_AND_LAST, "Personal Health Number"], "Jane"),
        ([*FIRST_AND_LAST, "Date of Birth", "Zip Code"], "SimplePractice"),
        (["Legal First Name", "Legal Last Name"], "SimplePractice"),
        (["Client", "Primary Clinician"], "SimplePractice"),
        (["name", "email", "born_on"], "Regroove"),
        (["name", "email", "shoe size"], None),
        (["first_name", "last_name"], None),
        (FIRST_AND_LAST, None),
    ],
)
def test_a_file_is_told_by_the_columns_it_has(headers: list[str], system: str | None) -> None:
    assert recognised(headers).system == system
    assert recognised([*headers, "Favourite colour"]).system == (None if system == "Regroove" else system)


def test_a_layout_is_remembered_by_its_columns_in_their_order() -> None:
    assert fingerprint(["First Name", "E-mail"]) == fingerprint(["first_name", "E MAIL"])
    assert fingerprint(["First Name", "E-mail"]) != fingerprint(["E-mail", "First Name"])
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
    assert fingerprint(["a b"]) != fingerprint(["a", "b"])


@pytest.mark.parametrize(
    ("first_line", "data"),
    [
        (["Ada Northcote", "ada@clients.example"], True),
        (["Ada Northcote", "+44 20 7946 0000"], True),
        (["Ada Northcote", " 3/5/1961 "], True),
        (["Ada Northcote", "Harbour Street"], False),  # nothing tells
        (["name", "ada@clients.example"], False),
        (["Column 1", "Column 2"], False),
        ([], False),
    ],
)
def test_a_first_line_that_holds_somebody_is_no_header(first_line: list[str], data: bool) -> None:
    assert looks_like_data(first_line) is data


@pytest.mark.parametrize(
    ("columns", "has"),
    [
        ([F.NAME], True),
        ([None, F.FIRST_NAME], True),
        ([F.LAST_NAME, F.EMAIL], True),
        ([F.MIDDLE_NAME], False),
        ([F.EMAIL, None], False),
        ([], False),
    ],
)
def test_nobody_is_added_without_a_name(columns: list[ImportField | None], has: bool) -> None:
    assert has_names(columns) is has


def alike(by: MatchedBy, *, named: bool = True, one: bool = True) -> ImportMatch:
    return ImportMatch(by, is_named_alike=named, may_be_one=one)


@pytest.mark.parametrize(
    ("match", "fate", "fills"),
    [
        (None, ImportFate.ADDED, False),
        (alike(MatchedBy.OWN_NUMBER), ImportFate.HERE, True),
        (alike(MatchedBy.OWN_NUMBER, named=False), ImportFate.UNREADABLE, False),
        (alike(MatchedBy.OWN_NUMBER, one=False), ImportFate.UNREADABLE, False),
        (alike(MatchedBy.EMAIL), ImportFate.HERE, True),
        (alike(MatchedBy.EMAIL, named=False), ImportFate.HERE, False),
        (alike(MatchedBy.EMAIL, one=False), ImportFate.UNREADABLE, False),
        (alike(MatchedBy.PHONE), ImportFate.HERE, True),
        (alike(MatchedBy.BORN_ON), ImportFate.HERE, True),
        (alike(MatchedBy.BORN_ON, one=False), ImportFate.HERE, True),
        (alike(MatchedBy.NAME), ImportFate.NAMESAKE, False),
        (alike(MatchedBy.NAME, one=False), ImportFate.NAMESAKE, False),
    ],
)
def test_what_becomes_of_a_row(match: ImportMatch | None, fate: ImportFate, fills: bool) -> None:
    assert fate_of(match, has_problems=False) is fate
    assert may_fill(fate, match) is fills
    assert fate_of(match, has_problems=True) is ImportFate.UNREADABLE
    assert may_fill(ImportFate.UNREADABLE, match) is False


def test_nobody_is_filled_who_is_not_there() -> None:
    assert may_fill(ImportFate.HERE, None) is False


@pytest.mark.parametrize("state", list(ImportState))
def test_only_what_is_done_can_be_undone_for_thirty_days(state: ImportState) -> None:
    ended = datetime(2026, 11, 1, tzinfo=UTC)
    until = ended + timedelta(days=30) if state is ImportState.DONE else None
    assert undone_until(state, ended) == until
    assert undone_until(state, None) is None


def test_sexes_days_and_empty_cells() -> None:
    assert {SEXES[word] for word in ("f", "female", "w")} == {"female"}
    assert {SEXES[word] for word in ("m", "male", "man")} == {"male"}
    assert {SEXES[word] for word in ("x", "other", "non-binary")} == {"other"}
    assert SEXES["prefer not to say"] == "not_said"
    assert SEXES["unknown"] == ""
    assert "n/a" in NOTHING
    assert DAYS == (F.BORN_ON, F.CONSENTED_ON)
    assert NAMES == (F.FIRST_NAME, F.MIDDLE_NAME, F.LAST_NAME)
    assert frozenset({F.ADDRESS, F.NOTES, F.HISTORY, F.REASON_FOR_CARE}) == JOINED


def test_how_much_is_taken_and_for_how_long_it_is_kept() -> None:
    assert (MOST_ROWS, MOST_COLUMNS, MOST_SHOWN, MOST_TRIES) == (20_000, 250, 40, 3)
    assert timedelta(days=1) == KEPT_UNBEGUN
