"""Folding names, so that they are found however they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.search import (
    LONGEST_PIECE,
    LONGEST_SEARCH_KEY,
    fold,
    search_key,
    search_words,
    searched,
    sort_key,
)

FOLDED = [
    ("Łukasz Wójcik", "lukasz wojcik"),
    ("ŁÓDŹ", "lodz"),
    ("Søren Ørsted", "soren orsted"),
    ("Weiß", "weiss"),
    ("Đorđe", "dorde"),
    ("Þórður Æsa", "thordur aesa"),
    ("Œuvre", "oeuvre"),
    ("İbrahim Işık", "ibrahim isik"),
    ("O'Brien", "obrien"),
    ("O’Brien", "obrien"),
    ("Anne-Marie", "anne marie"),
    ("Nguyễn Thị Ánh", "nguyen thi anh"),
    ("  two   spaces ", "two spaces"),
    ("José (Pepe) Núñez", "jose (pepe) nunez"),
    ("ﬁna", "fina"),
    ("Čapek", "capek"),
    ("Дмитрий", "дмитрии"),
    ("", ""),
]


@pytest.mark.parametrize("typed, folded", FOLDED)
def test_accents_case_and_apostrophes_do_not_matter(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_person_is_found_by_name_and_by_address() -> None:
    key = search_key("Łukasz Wójcik", "l.wojcik@mail.example")
    for typed in ("lukasz", "WÓJ", "l.wojcik", "mail.example"):
        assert all(word in key for word in fold(typed).split())


def test_a_person_without_an_address_is_found_by_name() -> None:
    assert search_key("Anna", None) == "anna"


def test_keys_fit_their_columns() -> None:
    assert len(sort_key("ß" * 120)) == 120
    assert len(search_key("ß" * 120, "æ" * 254)) == 400


KEY = search_key("Käthe Müller-Goerke", "km@clients.example", "+44 (0)7912 345678", "Autumn Course")


@pytest.mark.parametrize(
    "text",
    [
        "Müller",
        "Mueller",
        "muller",
        "MUELLER kaethe",
        "Görke",
        "goerke",
        "gorke",
        "5678",
        "345 678",
        "07912 345678",
        "+44 7912-345678",
        "0044 7912 345678",
        "(07912) 345.678",
        "autumn",
        "Course Käthe",
        "km@clients",
        "müller 5678",
    ],
)
def test_somebody_is_found_by_any_spelling_by_phone_and_by_group(text: str) -> None:
    words = search_words(text)
    assert words
    assert all(word in KEY for word in words)


@pytest.mark.parametrize("text", ["Meller", "5679", "07912 345679", "spring", "Müller 5679"])
def test_nobody_is_found_by_what_is_not_theirs(text: str) -> None:
    assert not all(word in KEY for word in search_words(text))


@pytest.mark.parametrize(
    "text, words",
    [
        ("1 2", ["1", "2"]),
        ("1 23", ["123"]),
        ("0 12", ["12"]),
        ("000", ["000"]),
        ("1230", ["1230"]),
        ("0044 7912 345678", ["912345678"]),
    ],
)
def test_three_figures_are_a_phone_number_without_what_its_country_puts_in_front(
    text: str, words: list[str]
) -> None:
    assert search_words(text) == words


def test_a_name_that_is_spelled_in_one_way_stands_once() -> None:
    assert search_key("Ada Lind", None) == "ada lind"


def test_the_key_ends_where_its_column_ends() -> None:
    assert len(search_key("ü" * 120, "x" * 254, "1" * 40, "g" * 80)) == LONGEST_SEARCH_KEY


def test_pieces_are_as_long_as_the_database_makes_them() -> None:
    assert LONGEST_PIECE == 6, "its triggers cut as many letters"


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [(" Anna\u200b  Nord\n", "Anna Nord"), ("a" * 100, "a" * 100), ("a" * 101, "a" * 100)],
)
def test_what_is_looked_for_is_one_line_of_a_hundred_signs(typed: str, looked_for: str) -> None:
    assert searched(typed) == looked_for
