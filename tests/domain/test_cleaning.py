"""One rule for what is typed and what is imported: nothing invisible, letters composed, white space plain."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.domain.cleaning import has_private_signs, has_unseen, many_lines, one_line, printable

BIDI = "\u200e\u200f\u202a\u202e\u2066\u2069"
UNSEEN = BIDI + "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u3164\u2800\x00\x1f\x7f\x9f\ufe0f"
SPACES = " \t\u00a0\u2002\u2003\u2009\u202f\u205f\u3000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anna\u00a0Holm", "Anna Holm"),
        ("  Anna   Holm\t", "Anna Holm"),
        ("\u200bAnna\u200b Holm\ufeff", "Anna Holm"),
        ("\u202eAnna\u202c", "Anna"),
        ("An\u00adna", "Anna"),
        ("Mu\u0308ller", "Müller"),
        ("Mu\u200b\u0308ller", "Müller"),
        ("Anna\u3000Holm", "Anna Holm"),
        ("Anna\r\nHolm", "Anna Holm"),
        ("Anna\u2028Holm", "Anna Holm"),
        ("Anna\x00", "Anna"),
        ("\ud800Anna", "Anna"),
        ("Anna\ufe0f", "Anna"),
        ("Anna\ufe00", "Anna"),
        ("Anna\U000e0100", "Anna"),
        ("Anna\ufe10", "Anna\ufe10"),  # a comma of upright lines, next to what picks a form
        ("علی\u200cرضا", "علی\u200cرضا"),  # Persian: without the joiner it is another word
        ("علی\u200c رضا\u200c", "علی رضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u1900\u200d\u1900", "\u1900\u1900"),  # Limbu, the first script after those that join
        ("王\u200d小明", "王小明"),
        ("葛\U000e0100城", "葛\U000e0100城"),  # the form of the character that the family writes
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("Anna❤\ufe0f", "Anna❤\ufe0f"),
        ("❤A\ufe0f", "❤A"),
        ("❤\u200dAnna", "❤Anna"),
        ("©\u200d©", "©©"),
        ("Anna\u200d", "Anna"),
        ("-5", "-5"),
        ("ﬁ ½ ²", "ﬁ ½ ²"),  # composed, not folded: what somebody wrote stays
    ],
    ids=ascii,
)
def test_a_line_is_kept_as_it_is_read(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\u00a0", "\u200b", "\u3164", "\u2800", "\ufeff\u00a0\u200d", "\u202e", "\u0301", "\ufe0f"],
    ids=ascii,
)
def test_what_nobody_can_see_is_nothing(typed: str) -> None:
    assert one_line(typed) == many_lines(typed) == printable(typed) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("\n\n one \n\n two\u00a0\n", "one\n\n two"),
        ("one\x0btwo\u2028three\x85four", "one\ntwo\nthree\nfour"),
        ("a  b", "a  b"),  # columns somebody lined up by hand
        ("a\u00a0b\tc", "a b c"),
    ],
    ids=ascii,
)
def test_lines_stay_lines(typed: str, kept: str) -> None:
    assert many_lines(typed) == kept


@example("\U000f0000\ufe000")  # a selector after a sign that is dropped, with and without a joiner behind
@example("\U000f0000\ufe0f\u200d\U0001f9d1")
@given(st.text(st.characters() | st.sampled_from(UNSEEN + SPACES + "u\u0308aक्علی")))
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    for clean in (one_line, many_lines, printable):
        assert clean(clean(typed)) == clean(typed)


@given(st.text(st.characters() | st.sampled_from(UNSEEN + SPACES)))
def test_a_clean_line_is_composed_single_spaced_and_without_controls(typed: str) -> None:
    line = one_line(typed)
    assert line == unicodedata.normalize("NFC", line)
    assert "  " not in line
    assert line == line.strip()
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert {sign for sign in line if sign.isspace()} <= {" "}


@given(st.text(st.sampled_from("abcé "), min_size=1), st.sampled_from(UNSEEN))
def test_what_is_unseen_makes_no_other_text(text: str, unseen: str) -> None:
    assert printable(unseen.join(text)) == printable(text)


@pytest.mark.parametrize(
    ("text", "unseen"),
    [
        ("", False),
        ("Anna Holm, 5 kg – ﬁ", False),
        ("Anna\u200b", True),
        ("\x00Anna", True),
        ("An\u3164na", True),
        ("Anna\ufe0f", True),
        ("Anna\U000e0100", True),
        ("Anna\ufe10", False),
        ("Anna\ue000", True),
    ],
    ids=ascii,
)
def test_what_nobody_can_see_in_a_text_is_found(text: str, unseen: bool) -> None:
    assert has_unseen(text) is unseen


def test_a_sign_of_one_typeface_alone_is_found() -> None:
    assert has_private_signs("Anna\ue000")
    assert not has_private_signs("Anna\u200b Holm")
    assert not has_private_signs("")
