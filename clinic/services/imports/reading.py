"""What an uploaded file says: its table, and each row as our own columns would say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.domain.cleaning import one_line
from clinic.domain.csv_text import TableRow, TextTable, as_meant, swallowed, table_of
from clinic.domain.foreign_dates import DayOrder, day_of, day_orders, is_no_day
from clinic.domain.imports import DAYS, JOINED, MOST_COLUMNS, MOST_ROWS, NAMES, NOTHING, SEXES, ImportField
from clinic.domain.text_files import DecodedText, decoded
from clinic.models import Practice
from clinic.services.clients.importing import SWALLOWED, FileRow, ImportProblem, details_of
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import today_in

EXCEL_SAYS = "sep="  # the first line of some files: what parts the cells
SEVERAL = ":::"  # between several addresses or numbers in one cell, as Google writes them
FIRST_OF_SEVERAL = frozenset({ImportField.EMAIL, ImportField.PHONE})


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How a file is read: the field of each column, None for one that is left out."""

    columns: Sequence[ImportField | None]
    has_header: bool = True
    day_order: DayOrder | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it is understood, and all that is wrong in it."""

    line: int
    details: ClientDetails
    problems: Sequence[ImportProblem]
    left_out: str = ""  # what of it could not be taken, though the rest can


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """The table of a file, with the encoding it was read in."""

    encoding: str
    table: TextTable

    def headers(self, *, has_header: bool) -> list[str]:
        """The names of its columns; numbers where the first line holds somebody."""
        if has_header:
            return list(self.table.columns)
        width = max((len(row.cells) for row in self._rows(has_header=False)), default=0)
        return [f"Column {number}" for number in range(1, width + 1)]

    def rows(self, *, has_header: bool) -> list[TableRow]:
        """Its rows, without those that hold nothing."""
        return [row for row in self._rows(has_header=has_header) if any(map(str.strip, row.cells))]

    def _rows(self, *, has_header: bool) -> Sequence[TableRow]:
        return self.table.rows if has_header else [TableRow(1, self.table.columns), *self.table.rows]


def table_from(data: bytes) -> UploadedTable:
    """The table in these bytes; raises RuleBroken where there is none, in words."""
    found = _without_hint(decoded(data))
    table = table_of(found.text, most_columns=MOST_COLUMNS, most_rows=MOST_ROWS)
    return UploadedTable(found.encoding, table)


def orders_of(table: UploadedTable, layout: FileLayout) -> frozenset[DayOrder]:
    """The orders of day and month in which all dates of the file make sense; see `day_orders`."""
    places = [at for at, field in enumerate(layout.columns) if field in DAYS]
    rows = table.rows(has_header=layout.has_header)
    return day_orders(one_line(row.cells[at]) for row in rows for at in places if at < len(row.cells))


def read(
    table: UploadedTable,
    layout: FileLayout,
    practice: Practice,
    note: Callable[[int], None] = lambda read: None,
) -> Iterator[ReadRow]:
    """Each row as it is understood; `note` is told how many there were so far."""
    today = today_in(practice.time_zone)
    eaten = dict(swallowed(table.table))
    for number, row in enumerate(table.rows(has_header=layout.has_header), 1):
        translated, left_out = _translated(row, layout, today)
        details, problems = details_of(translated, practice)
        if row.line in eaten:
            problems = [*problems, ImportProblem(row.line, eaten[row.line], SWALLOWED)]
        yield ReadRow(row.line, details, problems, left_out)
        note(number)


def _without_hint(found: DecodedText) -> DecodedText:
    if found.text[: len(EXCEL_SAYS)].casefold() != EXCEL_SAYS:
        return found
    return DecodedText(found.text.partition("\n")[2], found.encoding)


def _translated(row: TableRow, layout: FileLayout, today: date) -> tuple[FileRow, str]:
    """A row by the names of our own columns, and what of it is left out, in words."""
    cells = _gathered(row, layout.columns)
    order, left_out = layout.day_order or DayOrder.DAY_FIRST, ""
    if parts := [cells.pop(part) for part in NAMES if cells.get(part)]:
        cells[ImportField.NAME] = " ".join(parts)
    for field in DAYS:
        if text := cells.get(field):
            cells[field] = _day(text, order, today)
    if region := cells.pop(ImportField.REGION, ""):
        cells[ImportField.TOWN] = ", ".join(filter(None, (cells.get(ImportField.TOWN), region)))
    if text := cells.get(ImportField.SEX, ""):
        said = SEXES.get(text.casefold())
        cells[ImportField.SEX] = said or ""
        left_out = f"“{text[:40]}” for their sex is left out" if said is None else ""
    surplus = any(one_line(cell) for cell in row.cells[len(layout.columns) :])
    return FileRow(row.line, {field.value: text for field, text in cells.items()}, surplus), left_out


def _gathered(row: TableRow, columns: Sequence[ImportField | None]) -> dict[ImportField, str]:
    """What stands in the columns of each field: all of it, or the first that is filled."""
    cells: dict[ImportField, str] = {}
    for field, raw in zip(columns, row.cells, strict=False):
        if field is None:
            continue
        text = as_meant(raw).strip()
        if field in FIRST_OF_SEVERAL:
            text = next((part.strip() for part in text.split(SEVERAL) if part.strip()), "")
        if not text or (field not in JOINED and text.casefold() in NOTHING):
            continue
        if field in JOINED and field in cells:
            cells[field] = f"{cells[field]}\n{text}"
        else:
            cells.setdefault(field, text)
    return cells


def _day(text: str, order: DayOrder, today: date) -> str:
    text = one_line(text)
    if is_no_day(text):
        return ""
    day = day_of(text, order, today)
    return day.isoformat() if day else text
