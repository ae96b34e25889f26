"""CSV text is read by line, and a quotation mark that went astray is found before it swallows anybody."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.csv_text import MOST_CELLS, as_meant, harmless, swallowed, table_of
from clinic.domain.errors import RuleBroken

HEAD = "name,email,notes\n"


def test_rows_carry_the_line_they_begin_on() -> None:
    table = table_of(HEAD + 'Ada,a@x.example,"one\ntwo"\n\nBen,,\n')
    assert [(row.line, list(row.cells)) for row in table.rows] == [
        (2, ["Ada", "a@x.example", "one\ntwo"]),
        (5, ["Ben", "", ""]),
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("name;notes\nAda;left, worse, stiff\n", ["Ada", "left, worse, stiff"]),
        ("name,notes\nAda,left; worse; stiff\n", ["Ada", "left; worse; stiff"]),
        ("notes\nleft; worse\n", ["left; worse"]),
        ("name\tnotes\nAda\tleft; worse, stiff\n", ["Ada", "left; worse, stiff"]),
        ("name|notes\nAda|left\tworse, stiff\n", ["Ada", "left\tworse, stiff"]),
        ("name\tnotes\rAda\tleft\r", ["Ada", "left"]),
    ],
)
def test_the_first_line_says_what_stands_between_cells(text: str, cells: list[str]) -> None:
    (row,) = table_of(text).rows
    assert row.cells == cells


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
def test_whatever_ends_a_line_is_kept_within_a_cell(end: str) -> None:
    table = table_of(f'name,notes{end}Ada,"one{end}two"{end}Ben,{end}')
    assert [(row.line, list(row.cells)) for row in table.rows] == [
        (2, ["Ada", f"one{end}two"]),
        (4, ["Ben", ""]),
    ]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('Ada,a@x.example,"sore\nBen,b@x.example,\n', 2),
        ('Ada,,\nBen,,"\nCara,,\n', 3),
        ('"Ada,a@x.example,sore\nBen,b@x.example,"stiff"\n', 2),
        ('Ada,,"left" side\n', 2),
        ('Ada,,\n\nBen,,"left" side\n', 4),
    ],
)
def test_a_mark_that_fits_nowhere_is_refused_with_its_line(rows: str, line: int) -> None:
    with pytest.raises(RuleBroken, match=f"^line {line}: a quotation mark"):
        table_of(HEAD + rows)


@pytest.mark.parametrize(
    "rows",
    ['Ada "Bo,,\n', 'Ada Bo",,\n', 'Ada,, "left, stiff"\n', 'Ada,,says "no\n', 'Ada,,5" and "left\n'],
)
def test_a_mark_amid_a_cell_is_refused_with_its_line(rows: str) -> None:
    with pytest.raises(RuleBroken, match=r"^line 3: a quotation mark .* in the middle"):
        table_of(HEAD + "Cara,,\n" + rows)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ('"Ada ""Bo",,', 'Ada "Bo'),
        ('"""Bo",,', '"Bo'),
        ('Ada "Bo" Holm,,', 'Ada "Bo" Holm'),
        ('Ada 5",,', 'Ada 5"'),
    ],
)
def test_a_mark_that_is_meant_stays(row: str, name: str) -> None:
    assert table_of(HEAD + row + "\n").rows[0].cells[0] == name


def test_a_mark_astray_among_the_names_is_on_the_first_line() -> None:
    with pytest.raises(RuleBroken, match=r"^line 1: a quotation mark"):
        table_of('name,"notes\nAda,\n')


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('Ada,a@x.example,"sore\nBen,b@x.example,stiff"\nCara,,\n', [(2, "notes")]),
        ('Ada,a@x.example,"sore\nBen,b@x.example,stiff\nDan,,"\nCara,,\n', [(2, "notes")]),
        ('"Ada,a@x.example,sore\nBen",b@x.example,stiff\n', [(2, "name")]),
        ('Cara,,\nAda,"a@x.example,sore\r\nBen,b@x.example",stiff\n', [(3, "email")]),
        ('Ada,"a@x.example\nBen,b@x.example,stiff"\nCara,,\n', [(2, "email")]),
        # half of the notes that there are have several lines: not too many to look at each
        (
            'Ada,a@x.example,"sore\nBen,b@x.example,stiff"\nCara,,"one\ntwo"\nDan,,left\nEve,,right\n',
            [(2, "notes")],
        ),
        # what people write
        ('Ada,,"sore, left, worse in the morning\nbetter since May"\nBen,,\n', []),
        ('Ada,,"sore, left, worse"\nBen,,\n', []),
        ('Ada,,"sore, left\nworse, stiff"\nBen,,\n', []),
        ('Ada,,"sore\nleft, stiff\nworse, sadder, older"\nBen,,\n', []),
        ('Ada,,"sore\nBen,b@x.example,stiff\nsince May"\nCara,,\n', []),
        ('Ada,,"one\n\ntwo\nthree"\n', []),
        ('Ada,,5" taller\n', []),
        ('"Holm, Ada",,"says ""no"""\n', []),
        # its own row is whole without it
        ('Ada,"a@x.example\nBen,b@x.example,stiff",left\nCara,,\n', []),
    ],
)
def test_a_cell_that_holds_other_rows_is_found(rows: str, found: list[tuple[int, str]]) -> None:
    assert list(swallowed(table_of(HEAD + rows))) == found


def test_in_a_table_of_one_column_any_line_might_be_a_row() -> None:
    assert not list(swallowed(table_of('notes\n"sore\nstiff"\nleft\n')))
    assert list(swallowed(table_of('name,notes\nAda,"sore\nBen,stiff"\n'))) == [(2, "notes")]


def test_notes_that_look_like_rows_everywhere_are_notes() -> None:
    note = '"since May, left, sore\nthen June, right, stiff"'
    assert not list(swallowed(table_of(HEAD + f"Ada,,{note}\nBen,,{note}\nCara,,{note}\n")))


@pytest.mark.parametrize("most, is_too_wide", [(2, True), (3, False), (4, False)])
def test_more_columns_than_are_wanted_are_refused(most: int, is_too_wide: bool) -> None:
    if is_too_wide:
        with pytest.raises(RuleBroken, match=r"^line 1: there are more than 2 columns\.$"):
            table_of(HEAD + "Ada,,\n", most_columns=most)
    else:
        assert len(table_of(HEAD + "Ada,,\n", most_columns=most).columns) == 3


@pytest.mark.parametrize("most, is_too_long", [(1, True), (2, False), (3, False)])
def test_more_rows_than_are_wanted_are_refused(most: int, is_too_long: bool) -> None:
    text = HEAD + "Ada,,\nBen,,\n"
    if is_too_long:
        with pytest.raises(RuleBroken, match=r"^there are more than 1 rows\.$"):
            table_of(text, most_rows=most)
    else:
        assert [row.cells[0] for row in table_of(text, most_rows=most).rows] == ["Ada", "Ben"]


def test_of_a_row_that_is_too_wide_enough_is_kept_to_see_it() -> None:
    (row,) = table_of("name,notes\nAda,left,sore,stiff,sad\n", most_columns=2).rows
    assert (row.line, list(row.cells)) == (2, ["Ada", "left", "sore"])
    (row,) = table_of("name,notes\nAda,left\n", most_columns=2).rows
    assert (row.line, list(row.cells)) == (2, ["Ada", "left"])


def test_what_parts_the_cells_is_counted_in_the_first_line_alone() -> None:
    table = table_of("name;notes\n" + "a,b,c,d,e\n" * 9)
    assert (table.delimiter, len(table.columns)) == (";", 2)


def test_a_cell_that_holds_a_book_is_refused_in_words() -> None:
    most = csv.field_size_limit()
    with pytest.raises(RuleBroken, match=f"^line 2: a cell holds more than {most:,} characters"):
        table_of(HEAD + "x" * (most + 1) + ",,\n")


@given(st.lists(st.lists(st.text('ab,;"\n é'), min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_properly_is_read_back(rows: list[list[str]]) -> None:
    out = StringIO()
    csv.writer(out).writerows([["name", "email", "notes"], *rows])
    assert [list(row.cells) for row in table_of(out.getvalue()).rows] == rows


@given(st.text())
def test_any_text_is_a_table_or_refused_in_words(text: str) -> None:
    with suppress(RuleBroken):
        assert len(table_of(text).rows) <= len(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1+1"])
def test_text_that_a_spreadsheet_would_run_is_shown(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Negative", "35°", "a=b", "1-2", "'", "'tis"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == as_meant(text) == text


@given(st.text("'=+-@\t\r\nab", max_size=6) | st.text())
def test_each_text_comes_back_exactly(text: str) -> None:
    assert as_meant(harmless(text)) == text


def test_nothing_that_people_look_at_has_a_million_rows() -> None:
    assert MOST_CELLS == 1_000_000
