"""Nobody is greeted as "Dr." or "Nord,": the given name where it is plain, else the whole name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.cleaning import one_line
from clinic.domain.greeting import NOBODY, first_name
from clinic.domain.name_words import TITLES

PLAIN = {
    "Anna Nord": "Anna",
    "Anna": "Anna",
    "Anna.": "Anna",
    '"Anna"': "Anna",
    "Anna-Lena Nord": "Anna-Lena",
    "Anna- Nord": "Anna",
    "Anna: Nord": "Anna",
    "Anna von Holm": "Anna",
    "D'Angelo Russell": "D'Angelo",
    "Siobhán O’Brien": "Siobhán",
    "Łukasz Żak": "Łukasz",
    "Bo Ek": "Bo",
    "Phil Collins": "Phil",
    "Anna Phil": "Anna",
    "Nat King Cole": "Nat",
}
TITLED = {
    "Dr. Anna Nord": "Anna",
    "Dr Anna Nord": "Anna",
    "DR. ANNA NORD": "Anna",
    "Prof. Dr. med. Anna Nord": "Anna",
    "Dr. phil. Anna Nord": "Anna",
    "Dipl.-Ing. Anna Nord": "Anna",
    "Mrs. Anna Nord": "Anna",
    "Dr. Nord": "Dr. Nord",
    "Frau Dr. Nord": "Frau Dr. Nord",
    "Mr Singh": "Mr Singh",
    "Dr.Nord": "Dr.Nord",
    "डॉ. आरव शर्मा": "आरव",
    "Д-р. Анна Иванова": "Анна",
    "г-жа Иванова": "г-жа Иванова",
    "Dr.": NOBODY,
    "Mr": NOBODY,
    "Prof. Dr.": NOBODY,
    "Jr.": NOBODY,
}
FAMILY_FIRST = {
    "Nord, Anna": "Anna",
    "Nord,Anna": "Anna",
    "Nord,, Anna": "Anna",
    "Nord; Anna": "Anna",
    "NORD, ANNA": "Anna",
    "Nord, Anna Maria": "Anna Maria",
    "Nord, Dr. Anna": "Anna",
    "Dr. Nord, Anna": "Anna",
    "Nord, Anna, Dr.": "Anna",
    "Nord Jr., John": "John",
    "Nord,": "Nord",
    ", Anna": "Anna",
    "Nord, Anna.": "Anna",
    "Nord, Chr.": "Chr. Nord",
    "Nord, A.": "A. Nord",
    "王，小明": "小明 王",
    "Wang Xiaoming": "Wang Xiaoming",
    "Kim Min-jun": "Kim Min-jun",
    "Nguyễn Văn An": "Nguyễn Văn An",
    "Nagy Anna": "Nagy Anna",
    "NORD Anna": "NORD Anna",
    "Иванова Анна Петровна": "Иванова Анна Петровна",
    "ИВАНОВА АННА ПЕТРОВНА": "ИВАНОВА АННА ПЕТРОВНА",
}
SUFFIXED = {
    "Anna Nord, PhD": "Anna",
    "Anna Nord PhD": "Anna",
    "John Nord, Jr.": "John",
    "John Nord III": "John",
    "Anna Nord, M.D.": "Anna",
    "Wei Ma": "Wei",
    "Ma": "Ma",
    "Do": "Do",
}
OTHER_SCRIPTS = {
    "王小明": "王小明",
    "王 小明": "王 小明",
    "田中さくら": "田中さくら",
    "김민준": "김민준",
    "สมชาย ใจดี": "สมชาย",
    "محمد علي": "محمد",
    "عبد الله حسن": "عبد الله حسن",
    "आरव शर्मा": "आरव",
    "Анна Иванова": "Анна",
    "Анна Петровна": "Анна",
}
DOUBTFUL = {
    "Nord Anna,": "Nord Anna",
    "Nord Anna;": "Nord Anna",
    "Nord Anna ,": "Nord Anna",
    ", Nord Anna": "Nord Anna",
    "Nord Anna, .": "Nord Anna",
    "., Nord Anna": "Nord Anna",
    "Nord Anna, Dr.": "Dr. Nord Anna",
    "Nord Anna Dr.": "Nord Anna Dr.",
    "Nord Dr.": "Nord Dr.",
    "Nord Anna, Frau": "Frau Nord Anna",
    "Nord - Anna": "Nord Anna",
    "Nord / Anna": "Nord Anna",
    "Nord (Anna)": "Nord (Anna)",
    "Nord Anna, PhD,": "Nord Anna",
    "J. R. Smith": "J. R. Smith",
    "J Smith": "J Smith",
    "J SMITH": "J SMITH",
    "JP Morgan": "JP Morgan",
    "J.-P. Martin": "J.-P. Martin",
    "M. Night Shyamalan": "M. Night Shyamalan",
    "A. Nord": "A. Nord",
    "van der Berg": "van der Berg",
    "Abdul Rahman": "Abdul Rahman",
    "Anna & Ben Nord": "Anna & Ben Nord",
    "Anna and Ben Nord": "Anna and Ben Nord",
    '"Nan" Nord': '"Nan" Nord',
    "anna@clients.example": "anna@clients.example",
    "X": "X",
}
DOUBLE = {
    "Jean-Pierre Martin": "Jean-Pierre",
    "JEAN-PIERRE MARTIN": "Jean-Pierre",
    "Jean Pierre Martin": "Jean Pierre",
    "Jean Pierre": "Jean",
    "Mary Ann Smith": "Mary Ann",
    "José Luis García López": "José Luis",
    "Mary Smith": "Mary",
    "Anna Sofia Nord": "Anna",
}
CAPITALS = {"ANNA NORD": "Anna", "Anna NORD": "Anna", "MADONNA": "Madonna", "IŞIL KAYA": "IŞIL"}
NOTHING = {"": "there", ",": NOBODY, "...": NOBODY, "-": NOBODY, "\u200b": NOBODY}
ALL = PLAIN | TITLED | FAMILY_FIRST | SUFFIXED | OTHER_SCRIPTS | DOUBTFUL | DOUBLE | CAPITALS | NOTHING


@pytest.mark.parametrize(("name", "called"), ALL.items())
def test_somebody_is_called_by_a_given_name_or_by_the_whole(name: str, called: str) -> None:
    assert first_name(name) == called


WORDS = st.sampled_from(
    ["Dr.", "Anna", "NORD", "Nord,", ",", "Jr.", "J.", "von", "王", "PhD", "-", "&", "and", "\u00a0"]
)


@given(st.text() | st.lists(WORDS, max_size=6).map(" ".join))
def test_a_greeting_never_ends_in_a_comma_and_is_never_a_title_alone(name: str) -> None:
    called = first_name(name)
    assert called
    assert called == one_line(called)
    assert not set(",;，、") & set(called)
    assert not all(word.casefold().strip(".") in TITLES for word in called.split())


@given(st.lists(WORDS, max_size=6).map(" ".join))
def test_nothing_is_said_that_is_not_in_the_name(name: str) -> None:
    called = first_name(name)
    assert called == NOBODY or all(word.casefold() in name.casefold() for word in called.split())
