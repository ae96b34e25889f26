"""What may be written down about a person, and who may be one and the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from clinic.domain.dates import born, count
from clinic.domain.people import (
    age,
    born_problem,
    consent_problem,
    may_be_one,
    name_keys,
    phone_key,
    phone_problem,
    who,
)

TODAY = date(2026, 11, 28)
MAY, JUNE = date(1961, 5, 3), date(1961, 6, 3)


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (TODAY, False),
        (date(2026, 11, 29), True),
        (date(1906, 1, 1), False),
        (date(1905, 12, 31), True),
        (date(1, 1, 1), True),
        (MAY, False),
    ],
)
def test_a_date_of_birth_is_neither_to_come_nor_out_of_memory(day: date, wrong: bool) -> None:
    assert (born_problem(day, TODAY) is not None) is wrong


def test_the_earliest_year_of_birth_is_told() -> None:
    assert born_problem(date(1905, 12, 31), TODAY) == "Enter a year of birth from 1906 on."


@pytest.mark.parametrize(
    ("day", "wrong"),
    [(TODAY, False), (date(2026, 11, 29), True), (date(2000, 1, 1), False), (date(1999, 12, 31), True)],
)
def test_consent_is_neither_to_come_nor_ancient(day: date, wrong: bool) -> None:
    assert (consent_problem(day, TODAY) is not None) is wrong


@pytest.mark.parametrize(
    ("phone", "wrong"),
    [
        ("4.47912E+11", True),
        ("4,47912E+11", True),
        ("4.47912e+11", True),
        ("4.47912 E+11", True),
        ("447E9", True),
        ("447912000000.0", True),
        ("447912000000,00", True),
        ("447,912,000,000.00", True),
        ("########", True),
        ("#N/A", True),
        ("07912.345.678", False),
        ("447.912.000.000", False),
        ("0.0", False),
        ("+447912345678", False),
        ("020 7946 0100 ext. 5", False),
        ("ask E. Holm", False),
    ],
)
def test_a_number_that_a_spreadsheet_took_for_a_figure_is_told(phone: str, wrong: bool) -> None:
    assert (phone_problem(phone) is not None) is wrong


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("07912 345678", "912345678"),
        ("+44 (0)7912 345678", "912345678"),
        ("0044-7912-345-678", "912345678"),
        ("٠٧٩١٢٣٤٥٦٧٨", "912345678"),
        ("946010", "946010"),
        ("12345", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_one_number_has_one_key(phone: str | None, key: str) -> None:
    assert phone_key(phone) == key


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Anna Nord", "anna  NORD", True),
        ("Nord, Anna", "Anna Nord", True),
        ("Anna Nord", "Nord Anna", True),
        ("Anna Maria Nord", "Nord, Anna Maria", True),
        ("Anna Maria Nord", "Nord Anna Maria", True),
        ("Nord Holm, Anna, Maria", "Anna Maria Nord Holm", True),
        ("Anna Nord", "Anna Nordin", False),
        ("Anna Nord", "Ann Nord", False),
    ],
)
def test_a_name_is_known_with_the_family_at_either_end(one: str, other: str, alike: bool) -> None:
    assert bool(name_keys(one) & name_keys(other)) is alike


@pytest.mark.parametrize(
    ("one", "other", "same"), [(None, None, True), (MAY, None, True), (MAY, MAY, True), (MAY, JUNE, False)]
)
def test_people_born_on_different_days_are_two(one: date | None, other: date | None, same: bool) -> None:
    assert may_be_one(one, other) is may_be_one(other, one) is same


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(1961, 5, 3), 65),
        (date(1961, 11, 28), 65),
        (date(1961, 11, 29), 64),
        (date(2004, 2, 29), 22),
        (TODAY, 0),
    ],
)
def test_somebody_is_a_year_older_on_their_birthday(day: date, years: int) -> None:
    assert age(day, TODAY) == years


def test_a_date_of_birth_is_told_shortly() -> None:
    assert born(MAY) == "born 3 May 1961"


@pytest.mark.parametrize(("number", "said"), [(0, "0 clients"), (1, "1 client"), (1200, "1,200 clients")])
def test_a_number_goes_with_its_noun(number: int, said: str) -> None:
    assert count(number, "client") == said


@dataclass(frozen=True)
class Namesake:
    name: str
    born_on: date | None


@pytest.mark.parametrize(("born_on", "words"), [(MAY, "Anna Nord, born 3 May 1961"), (None, "Anna Nord")])
def test_two_of_one_name_are_told_apart_by_their_birth(born_on: date | None, words: str) -> None:
    assert who(Namesake("Anna Nord", born_on)) == words
