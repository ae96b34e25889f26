"""CSV text: rows with the line they begin on, marks that went astray, and cells that no sheet runs."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from clinic.domain.cleaning import LINE_END, one_line
from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

UNCLOSED = "unexpected end of data"  # of the csv module
ASTRAY = "expected after"
OVERLONG = "field larger than field limit"
DELIMITERS = ",;\t|"
AMID = say('a quotation mark (") stands in the middle of a cell: leave it out, or put the cell in quotes.')
INCH = re.compile(r"(?<=\d)\"")  # five inches: 5"
MOST_CELLS = 1_000_000  # of a row or a column; nothing that people look at has as many
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHIELD = "'"


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


def table_of(text: str, *, most_columns: int = MOST_CELLS, most_rows: int = MOST_CELLS) -> TextTable:
    """Read CSV text; what is most frequent in the first line parts its cells: a comma, semicolon, tab or bar.

    Raises RuleBroken with the line that cannot be read, and for more columns or rows than are wanted.
    """
    head = LINE_END.split(text, maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    if head.count(delimiter) >= most_columns:
        raise RuleBroken(say("line 1: there are more than %(most)s columns.", most=most_columns))
    rows: list[TableRow] = []
    for row in _rows(text, delimiter):
        if len(rows) > most_rows:
            raise RuleBroken(say("there are more than %(most)s rows.", most=most_rows))
        rows.append(TableRow(row.line, row.cells[: most_columns + 1]))
    names = rows[0].cells if rows else ()
    return TextTable([one_line(name) for name in names], rows[1:], delimiter)


def harmless(text: str) -> str:
    """A text that a spreadsheet shows instead of running it; `as_meant` makes it again what it was."""
    return f"{SHIELD}{text}" if _would_run(text) else text


def as_meant(cell: str) -> str:
    """The text that a cell was made of by `harmless`."""
    return cell[1:] if cell.startswith(SHIELD) and _would_run(cell) else cell


def _would_run(text: str) -> bool:
    # one that is shielded already is shielded once more, so that it comes back as it was
    return text.lstrip(SHIELD).startswith(RUNS)


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
    written: list[str] = []
    reader = csv.reader(_told_of(StringIO(text, newline=""), written), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            row = "".join(written)
            if any(_has_mark_amid(cell, row) for cell in cells):
                raise RuleBroken(say("line %(line)s: %(said)s", line=line, said=AMID))
            if cells:
                yield TableRow(line, cells)
            line = reader.line_num + 1
            written.clear()
    except csv.Error as error:
        raise RuleBroken(say("line %(line)s: %(said)s", line=line, said=_in_words(str(error)))) from None


def _told_of(lines: Iterable[str], written: list[str]) -> Iterator[str]:
    """The lines as they come, each noted in `written`."""
    for line in lines:
        written.append(line)
        yield line


def _has_mark_amid(cell: str, row: str) -> bool:
    """Whether a cell was written without quotes and holds a quotation mark that has no partner."""
    if '"' not in cell or INCH.sub("", cell).count('"') % 2 == 0:
        return False
    quoted = cell.replace('"', '""')
    return f'"{quoted}"' not in row


def _in_words(error: str) -> str:
    if UNCLOSED in error:
        return 'a quotation mark (") opens a cell in this row and nothing closes it.'
    if ASTRAY in error:
        return 'a quotation mark (") is missing in this row, or there is one too many.'
    if OVERLONG in error:
        return f"a cell holds more than {csv.field_size_limit():,} characters: that is no list of people."
    return f"{error}."


def _holds_rows(row: TableRow, at: int, width: int, delimiter: str) -> bool:
    """Whether a cell goes on to the end of its row, and its last line makes a whole row with what follows."""
    told = [line.count(delimiter) for line in LINE_END.split(row.cells[at].strip())]
    if width == 1 or len(told) == 1:
        return False
    after, wanted = len(row.cells) - 1 - at, width - 1 - at
    goes_on = told[0] >= wanted or after < wanted
    return goes_on and told[-1] + after >= width - 1 and all(each >= width - 1 for each in told[1:-1])
