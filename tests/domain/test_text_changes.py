"""What changed in a text since it was signed, marked by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.text_changes import MarkedLine, WordMark, marked_lines


def shown(lines: list[MarkedLine]) -> list[str]:
    """Each line with what is new in plus signs and what is gone in minus signs."""
    signs = {WordMark.SAME: "{}", WordMark.ADDED: "+{}+", WordMark.REMOVED: "-{}-"}
    return ["".join(signs[each.mark].format(each.text) for each in line.words) for line in lines]


@pytest.mark.parametrize(
    "old, new, marked",
    [
        ([], [], []),
        (["Knees soft"], ["Knees soft"], ["Knees soft"]),
        (["Knees soft"], ["Knees bent"], ["Knees- soft-+ bent+"]),
        (["Keep a long back"], ["Keep your back long"], ["Keep- a-+ your back+ long- back-"]),
        (["One", "Two"], ["One", "Two", "Three"], ["One", "Two", "+Three+"]),
        (["One", "Two"], ["Two"], ["-One-", "Two"]),
        (["One"], [], ["-One-"]),
        (["First", "Two"], ["Two", "At the end"], ["-First-", "Two", "+At the end+"]),
        (["2 rounds", "Rest"], ["3 rounds", "Rest"], ["-2-+3+ rounds", "Rest"]),
    ],
)
def test_what_is_new_and_what_is_gone_is_marked(old: list[str], new: list[str], marked: list[str]) -> None:
    assert shown(marked_lines(old, new)) == marked


def test_in_a_long_text_of_few_different_lines_the_new_one_alone_is_marked() -> None:
    long = ["2 rounds", "Rest"] * 110
    assert shown(marked_lines(long, ["Warm up", *long])) == ["+Warm up+", *long]


LINES = st.lists(st.text("ab c", max_size=8).map(lambda text: " ".join(text.split())), max_size=6)


@given(LINES, LINES)
def test_without_what_is_gone_the_text_of_now_is_read(old: list[str], new: list[str]) -> None:
    lines = marked_lines(old, new)
    now = [line for line in lines if line.place is not None]
    assert [line.place for line in now] == list(range(len(new)))
    kept = [[each.text for each in line.words if each.mark is not WordMark.REMOVED] for line in now]
    assert ["".join(words).strip() for words in kept] == new
    if old == new:
        assert not any(line.is_changed for line in lines)
