"""An import in words: the fields, what becomes of each row, and how the file was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic.domain.dates import count
from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import ImportFate, ImportField, ImportState
from clinic.models import Client, ClientImport
from clinic.services.imports.pages import ImportListed, ShownRow
from clinic.web.filters import moment
from clinic.web.presenters.clients import FIELD_WORDS

LEFT_OUT = "Leave it out"
FIELDS: Mapping[ImportField, str] = {
    ImportField.NAME: "Name, whole",
    ImportField.FIRST_NAME: "First name",
    ImportField.MIDDLE_NAME: "Middle name",
    ImportField.LAST_NAME: "Last name",
    **{
        field: FIELD_WORDS[field.value]
        for field in ImportField
        if field.value in FIELD_WORDS and field != "name"
    },
    ImportField.REGION: "State or county",
}
BETWEEN = "; "  # two things that are said of a row
DAY_ORDERS: Mapping[DayOrder, str] = {
    DayOrder.DAY_FIRST: "The day: 3 May 1961",
    DayOrder.MONTH_FIRST: "The month: 5 March 1961",
}
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
STATES: Mapping[ImportState, str] = {
    ImportState.UPLOADED: "Not begun",
    ImportState.UNDER_WAY: "Under way",
    ImportState.DONE: "Done",
    ImportState.FAILED: "Failed",
    ImportState.BEING_UNDONE: "Being undone",
    ImportState.UNDONE: "Undone",
}
BEFORE: Mapping[ImportFate, str] = {
    ImportFate.ADDED: "will be added",
    ImportFate.HERE: "here already",
    ImportFate.NAMESAKE: "like somebody by name",
    ImportFate.UNREADABLE: "cannot be read",
}
AFTER: Mapping[ImportFate, str] = {
    ImportFate.ADDED: "added",
    ImportFate.HERE: "here already",
    ImportFate.NAMESAKE: "left out, like somebody by name",
    ImportFate.UNREADABLE: "left out, could not be read",
    ImportFate.UNDONE: "taken back",
    ImportFate.STAYS: "stays",
}
MARKS: Mapping[ImportFate, str] = {
    ImportFate.ADDED: "done",
    ImportFate.HERE: "skipped",
    ImportFate.NAMESAKE: "attention",
    ImportFate.UNREADABLE: "failed",
    ImportFate.UNDONE: "revoked",
    ImportFate.STAYS: "attention",
}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One row: whom it names, the mark and words of its fate, why, and the client it is about."""

    line: int
    name: str
    mark: str
    said: str
    why: str
    client: Client | None


@dataclass(frozen=True, slots=True)
class FateChoice:
    """A link that shows the rows of one fate alone."""

    fate: ImportFate | None
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """An import in the list of them."""

    about: ClientImport
    title: str
    state: str
    by: str
    when: str


def is_before(about: ClientImport) -> bool:
    """Whether nothing is done yet."""
    return about.state in (ImportState.UPLOADED, ImportState.UNDER_WAY, ImportState.FAILED)


def lines(about: ClientImport, rows: Sequence[ShownRow]) -> list[ImportLine]:
    """The rows of a page in words."""
    words = BEFORE if is_before(about) else AFTER
    return [
        ImportLine(
            each.row.line,
            each.row.name or "(no name)",
            MARKS[each.row.fate],
            words.get(each.row.fate, AFTER[each.row.fate]),
            _why(each),
            each.client,
        )
        for each in rows
    ]


def _why(each: ShownRow) -> str:
    told = [_named(part) for part in (each.row.said or "").split(BETWEEN) if part]
    if each.row.filled:
        fields = ", ".join(FIELD_WORDS[name].lower() for name in each.row.filled.split(","))
        told.append(
            f"filled in: {fields}" if each.row.fate is ImportFate.HERE else f"was filled in: {fields}"
        )
    return BETWEEN.join(told)


def _named(said: str) -> str:
    """What is said of a column, under the name that people read: "Date of birth: …"."""
    column, colon, rest = said.partition(": ")
    return f"{FIELDS[ImportField(column)]}{colon}{rest}" if colon and column in set(ImportField) else said


def choices(
    about: ClientImport, counts: Mapping[ImportFate, int], chosen: ImportFate | None
) -> list[FateChoice]:
    """All rows, and those of each fate that there are."""
    words = BEFORE if is_before(about) else AFTER
    found = [FateChoice(None, f"All {sum(counts.values()):,}", chosen is None)]
    return found + [
        FateChoice(fate, f"{counts[fate]:,} {words.get(fate, AFTER[fate])}", fate is chosen)
        for fate in ImportFate
        if counts.get(fate)
    ]


def facts(about: ClientImport) -> list[str]:
    """How the file was read, in a few words."""
    told = [about.file_name or "", about.system or "", count(about.total, "row"), ENCODINGS[about.encoding]]
    return [each for each in told if each]


def left_out(about: ClientImport) -> str:
    """The names of the columns that are not taken."""
    names = zip(about.headers, about.columns, strict=False)
    return ", ".join(header or "(no name)" for header, field in names if not field)


def taken(about: ClientImport) -> list[tuple[str, str]]:
    """Each field that is filled, and the columns it is filled from."""
    found: dict[str, list[str]] = {}
    for header, field in zip(about.headers, about.columns, strict=False):
        if field:
            found.setdefault(FIELDS[ImportField(field)], []).append(header or "(no name)")
    return [(words, ", ".join(headers)) for words, headers in found.items()]


def submit(counts: Mapping[ImportFate, int]) -> str | None:
    """What the button says; None where nothing could be done."""
    if number := counts.get(ImportFate.ADDED):
        return f"Add {count(number, 'client')}"
    others = counts.get(ImportFate.HERE, 0) + counts.get(ImportFate.NAMESAKE, 0)
    return "Do what is ticked" if others else None


def entries(found: Sequence[ImportListed], zone: str) -> list[ImportEntry]:
    """What was imported lately."""
    return [
        ImportEntry(
            each.about,
            each.about.file_name or count(each.about.total, "row"),
            STATES[each.about.state],
            each.by,
            moment(each.about.begun_at or each.about.uploaded_at, zone),
        )
        for each in found
    ]
