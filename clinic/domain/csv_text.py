"""A table out of CSV text: rows with the line they begin on, and quotation marks that went astray."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from clinic.domain.cleaning import LINE_END, one_line
from clinic.domain.errors import RuleBroken

UNCLOSED = "unexpected end of data"  # of the csv module
ASTRAY = "expected after"


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of a row as they stand in the file, and the line it begins on: the first line is 1."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class TextTable:
    """The names in the first row, cleaned, and the rows below it."""

    columns: Sequence[str]
    rows: Sequence[TableRow]
    delimiter: str


def table_of(text: str) -> TextTable:
    """Read CSV text, with commas or semicolons; raises RuleBroken with the line that cannot be read."""
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    rows = list(_rows(text, delimiter))
    names = rows[0].cells if rows else ()
    return TextTable([one_line(name) for name in names], rows[1:], delimiter)


def swallowed(table: TextTable) -> Iterator[tuple[int, str]]:
    """Line and column of each cell that holds rows of its own file, where other cells of the column do not.

    A quotation mark too many makes one cell of all that follows, up to the next such mark.
    """
    width = len(table.columns)
    broken = Counter(at for row in table.rows for at, cell in enumerate(row.cells) if LINE_END.search(cell))
    filled = Counter(at for row in table.rows for at, cell in enumerate(row.cells) if cell.strip())
    for row in table.rows:
        for at in range(min(width, len(row.cells))):
            is_rare = broken[at] * 2 <= filled[at] or broken[at] == 1
            if is_rare and _holds_rows(row, at, width, table.delimiter):
                yield row.line, table.columns[at]


def _rows(text: str, delimiter: str) -> Iterator[TableRow]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield TableRow(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RuleBroken(f"line {line}: {_in_words(str(error))}") from None


def _in_words(error: str) -> str:
    if UNCLOSED in error:
        return 'a quotation mark (") opens a cell in this row and nothing closes it.'
    if ASTRAY in error:
        return 'a quotation mark (") is missing in this row, or there is one too many.'
    return f"{error}."


def _holds_rows(row: TableRow, at: int, width: int, delimiter: str) -> bool:
    """Whether a cell goes on to the end of its row, and its last line makes a whole row with what follows."""
    told = [line.count(delimiter) for line in LINE_END.split(row.cells[at].strip())]
    if width == 1 or len(told) == 1:
        return False
    after, wanted = len(row.cells) - 1 - at, width - 1 - at
    goes_on = told[0] >= wanted or after < wanted
    return goes_on and told[-1] + after >= width - 1 and all(each >= width - 1 for each in told[1:-1])
