"""Findings as a table of text: one row a value, column names that stay, nothing that a sheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

from clinic.domain.csv_text import harmless
from clinic.domain.findings import Value
from clinic.services.assessments import reading
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.files.findings import Findings, RecordedValue, in_words, told

# Names and order stay: whoever reads these files reads them by name. docs/files.md tells what each holds.
COLUMNS = (
    "assessment_id",
    "assessment",
    "battery_version",
    "taken_on",
    "status",
    "section",
    "test",
    "test_name",
    "field",
    "field_name",
    "side",
    "value",
    "unit",
    "value_in_words",
    "signed_by",
    "signed_at",
    "amended",
    "amended_by",
    "amended_at",
    "amendment_reason",
    "value_as_signed",
)
MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else


def findings_csv(findings: Findings) -> bytes:
    """The findings as CSV in UTF-8."""
    cells = (dict(_row(record, each)) for record in findings.records for each in told(record))
    return csv_of(COLUMNS, ([row.get(column, "") for column in COLUMNS] for row in cells))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table of text as spreadsheets open it, in UTF-8; its texts are `harmless` before."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return f"{MARK}{out.getvalue()}".encode()


def _row(record: AssessmentRecord, each: RecordedValue) -> Iterator[tuple[str, str]]:
    assessment, place = record.assessment, each.place
    yield "assessment_id", str(assessment.id)
    yield "assessment", harmless(reading.name_of(assessment))
    yield "battery_version", str(assessment.battery_version)
    yield "taken_on", assessment.taken_on.isoformat()
    yield "status", assessment.status.value
    yield "test", harmless(place.test)
    yield "field", harmless(place.field)
    yield "side", place.side.value
    yield "value", _cell(each.value)
    if each.test and each.field:
        yield "section", each.test.section.value
        yield "test_name", harmless(each.test.name)
        yield "field_name", harmless(each.field.label)
        yield "unit", harmless(each.field.unit)
    if each.value is not None:
        yield "value_in_words", harmless(in_words(each.field, each.value))
    if assessment.signer is not None and assessment.signed_at is not None:
        yield "signed_by", harmless(assessment.signer.name)
        yield "signed_at", _instant(assessment.signed_at)
    yield "amended", "no" if each.amended is None else "yes" if each.value is not None else "withdrawn"
    if each.amended is not None:
        yield "amended_by", harmless(each.amended.by)
        yield "amended_at", _instant(each.amended.at)
        yield "amendment_reason", harmless(each.amended.reason)
        yield "value_as_signed", _cell(each.amended.signed)


def _cell(value: Value | None) -> str:
    """A number stays one, minus and all; only text could be more than it seems."""
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else f"{value:g}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
