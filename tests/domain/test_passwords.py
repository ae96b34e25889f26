"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.passwords import OwnWords, normalise, password_problem, squeeze

COMMON = load_catalogue().common_passwords
ANNA = OwnWords("anna.kowalska@mail.example", "Anna Kowalska", "Harbour Back Clinic")

SHORT, LONG, LISTED, REPEATS, OWN = (
    "at least 15 characters",
    "at most 256 characters",
    "attackers try first",
    "repeats itself",
    "Leave your name",
)

REFUSED = [
    ("", SHORT),
    ("fourteen chars", SHORT),
    ("k7#" * 100, LONG),
    ("correcthorsebatterystaple", LISTED),
    ("Correct Horse Battery Staple", LISTED),
    ("correct-horse-battery-staple-2026", LISTED),
    ("qwertyuiop123456", LISTED),
    ("123456789012345", LISTED),
    ("aaaaaaaaaaaaaaaa", REPEATS),
    ("xyxyxyxyxyxyxyxyx", REPEATS),
    ("teapot teapot teapot", REPEATS),
    ("Spring26!Spring26!", REPEATS),
    ("abcdefghijklmnopqr", REPEATS),
    ("rqponmlkjihgfedcba", REPEATS),
    ("lkjhgfdsapoiuytrewq", REPEATS),
    ("anna.kowalska and a teapot", OWN),
    ("i am Anna Kowalska today", OWN),
    ("annakowalska2026!", OWN),
    ("kowalska2026anna", OWN),
    ("my harbour-back-clinic login", OWN),
]


@pytest.mark.parametrize("password, reason", REFUSED)
def test_guessable_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    problem = password_problem(password, COMMON, ANNA)
    assert problem is not None
    assert reason in problem


TEACUP = OwnWords("teacupfan77@mail.example", "Ann Zed", "Hill")
EDGES = [
    # password, reason or None: taken, why
    ("kowalska teapots be", OWN, "nine signs beside one's own name"),
    ("kowalska teapots bed", None, "ten signs"),
    ("teacupfan77 and more words", OWN, "what stands before the @"),
    ("over the hill we went", OWN, "a name of four letters, wherever it stands"),
    ("ann 1938 zed x7!", OWN, "names of three letters with little beside them"),
    ("ann likes green teapots", None, "or with more"),
    ("k7#Pk#7Pk7P#k77", REPEATS, "four different signs"),
    ("k7#Pzk#7Pzk7P#k", None, "five different signs"),
    ("Teapots9!Teapots", None, "it ends as it began, but is not said twice"),
    ("green teapots1" * 2, REPEATS, "fourteen signs twice"),
    ("green teapots 1" * 2, None, "fifteen signs twice: once would have done"),
    ("abcdefgh!x!k!t!", REPEATS, "seven of ten are neighbours"),
    ("abcdefg!!x!k!t!d", None, "six of ten"),
    ("acegikmoqsuwybdfh", None, "every second letter has no neighbour"),
]


@pytest.mark.parametrize("password, reason, why", EDGES, ids=[row[2] for row in EDGES])
def test_where_each_reason_begins(password: str, reason: str | None, why: str) -> None:
    own = ANNA if "kowalska" in password else TEACUP
    problem = password_problem(password, (), own)
    assert problem is None if reason is None else reason in str(problem), why


TAKEN = [
    "fifteen chars ok",
    "seven green teapots sing",
    "zażółć gęślą jaźń",
    "私は毎朝七時に起きて散歩します",
    "🦆🍵🌲🚲🎻🏔️🧂🪁🦉🎈🥕🧦🪴🎲🫖",
    "x9$Kq!m2Vw@8Zr#",
    "Anna likes seven green teapots",
    "k7#Pq2" + "some words between " * 12,
]


@pytest.mark.parametrize("password", TAKEN)
def test_long_passwords_of_any_script_are_taken(password: str) -> None:
    assert password_problem(password, COMMON, ANNA) is None


def test_the_ends_of_the_length_are_exact() -> None:
    words = "Seven green teapots sang beside the river while nine grey herons slept. "
    for length, fine in ((14, False), (15, True), (256, True), (257, False)):
        text = (
            "".join(chr(0x4E00 + 37 * step % 5000) for step in range(length - len(words[:10]))) + words[:10]
        )
        assert len(text) == length
        assert (password_problem(text, COMMON) is None) is fine


def test_the_same_signs_from_another_keyboard_are_the_same_password() -> None:
    assert normalise("ﬁfteen cafe\u0301s open") == normalise("fifteen caf\u00e9s open")


def test_an_expanding_text_is_measured_as_it_is_kept() -> None:
    assert password_problem("\ufdfa" * 15, COMMON) is not None  # 15 signs that stand for 270


def test_nothing_known_of_a_person_refuses_nothing() -> None:
    assert password_problem("seven green teapots sing", COMMON, OwnWords()) is None


@pytest.mark.parametrize(
    "password", sorted(word for word in COMMON if len(word) >= 15 and not word.isdigit())
)
def test_every_long_password_of_the_list_is_refused_also_with_digits_and_capitals(password: str) -> None:
    for dressed in (password, password.upper(), f"{password}1", f"{password}!", f"2026 {password}"):
        assert password_problem(dressed, COMMON) is not None


@given(st.text(max_size=300))
def test_any_text_is_judged_without_falling_over(text: str) -> None:
    problem = password_problem(text, COMMON, ANNA)
    assert problem is None or problem.endswith(".")
    if problem is None:
        assert 15 <= len(normalise(text)) <= 256


@pytest.mark.parametrize("password", sorted(word for word in COMMON if len(word) >= 15 and word.isdigit()))
def test_every_long_number_of_the_list_is_refused(password: str) -> None:
    assert password_problem(password, COMMON) is not None


def test_squeezing_keeps_letters_and_digits() -> None:
    assert squeeze("Correct-Horse 42!") == "correcthorse42"
