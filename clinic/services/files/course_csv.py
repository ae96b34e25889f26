"""What came of a course as a table of text: one row a figure, with what it is out of, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator

from clinic.domain.course_report import CourseReport
from clinic.services.files.findings_csv import csv_of

# Names and order stay, as those of findings do. docs/files.md tells what each holds.
COLUMNS = ("figure", "value", "out_of")
Cell = int | float | str


def course_csv(found: CourseReport) -> bytes:
    """The figures of a course as CSV in UTF-8; one that nobody gave is empty."""
    return csv_of(COLUMNS, ([str(cell) for cell in row] for row in _figures(found)))


def _figures(found: CourseReport) -> Iterator[tuple[str, Cell, Cell]]:
    yield "joined", found.joined, ""
    yield "left", found.left, found.joined
    yield "practised", found.practising, found.with_program
    yield "days_practised", found.days, found.expected
    yield "pain_before", _mean(found.pain_before), 10
    yield "pain_after", _mean(found.pain_after), 10
    yield "pain_clearly_less", found.pain_less, found.gave_pain
    yield "pain_clearly_more", found.pain_more, found.gave_pain
    yield "noticed_mistake", found.noticed_mistake, found.said_of_mistake
    for kind, number in found.stops.items():
        yield f"stopped_{kind.value}", number, found.with_program


def _mean(value: float | None) -> Cell:
    return "" if value is None else value
