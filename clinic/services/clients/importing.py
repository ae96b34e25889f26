"""Clients out of the system a practice leaves: a CSV file, tried first, then taken whole or not at all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from clinic.domain.cleaning import many_lines, one_line
from clinic.domain.csv_text import TextTable, as_meant, swallowed, table_of
from clinic.domain.errors import RuleBroken
from clinic.domain.imports import MOST_ROWS, MatchedBy
from clinic.domain.people import born_problem, consent_problem, phone_problem
from clinic.domain.text_files import MOST_BYTES
from clinic.domain.types import ClientKind, Role, Sex
from clinic.domain.words import say
from clinic.domain.zones import zone_problem
from clinic.extensions import db
from clinic.mail.addresses import Address, AddressRefused, parse_address
from clinic.models import Practice, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clients import adding_many
from clinic.services.clients import records as clients
from clinic.services.clients.known import KnownPeople, PersonSeen
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import today_in
from clinic.services.transaction import transaction

COLUMNS = (
    "name",
    "email",
    "phone",
    "born_on",
    "sex",
    "own_number",
    "address",
    "postcode",
    "town",
    "country",
    "emergency_name",
    "emergency_phone",
    "emergency_relation",
    "time_zone",
    "kind",
    "group_name",
    "reason_for_care",
    "history",
    "notes",
    "consented_on",
)
LENGTHS = {
    "name": 120,
    "phone": 40,
    "own_number": 40,
    "address": 300,
    "postcode": 20,
    "town": 80,
    "country": 80,
    "emergency_name": 120,
    "emergency_phone": 40,
    "emergency_relation": 80,
    "group_name": 80,
    "reason_for_care": 5000,
    "history": 5000,
    "notes": 5000,
}
SEVERAL_LINES = frozenset({"address", "reason_for_care", "history", "notes"})
AS_TYPED = tuple(name for name in LENGTHS if name != "name")
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)  # of a damaged file: tabs and line ends are text
_LINE_BREAK = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]")
LOST = "\ufffd"  # what stands where a letter was, after a file was read in another encoding
SWALLOWED = "holds other lines of the file: a quotation mark is missing here, or there is one too many"


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What is wrong in a row of the file: the line it begins on, counted from 1 with the header as line 1.

    `may_be_meant`: somebody may insist on it.
    """

    line: int
    column: str
    message: str
    may_be_meant: bool = False

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """How many clients the file holds, and everything that is wrong with it."""

    clients: int
    problems: tuple[ImportProblem, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of the file by the names of its columns, and the line it begins on."""

    line: int
    cells: Mapping[str, str]
    surplus: bool = False
    cut_short: bool = False

    def wrong(self, column: str, message: str, *, may_be_meant: bool = False) -> ImportProblem:
        """A problem of this row."""
        return ImportProblem(self.line, column, message, may_be_meant)


class _TriedOnly(Exception):
    """Ends a dry run: what it wrote is taken back."""


def import_clients(path: Path, *, dry_run: bool, again: bool = False) -> ImportOutcome:
    """Read a CSV file of clients; without problems and without `dry_run`, add them all in one transaction.

    A dry run adds them too and takes them back, so that it meets whatever the import would. `again` adds
    people of whom there may be one already.
    """
    actor, practice = _owner()
    table = _table(path)
    rows = list(rows_of(table))
    if len(rows) > MOST_ROWS:
        raise RuleBroken(say("%(path)s has more than %(most)s clients.", path=path, most=MOST_ROWS))
    read = [(row, *details_of(row, practice)) for row in rows]
    problems = [problem for _, _, found in read for problem in found]
    problems += [ImportProblem(line, column, SWALLOWED) for line, column in swallowed(table)]
    problems += _doubles(practice, [(row, details) for row, details, _ in read], again=again)
    if not problems:
        problems += _add(actor, practice, [(row, details) for row, details, _ in read], keep=not dry_run)
    return ImportOutcome(len(rows), tuple(sorted(problems, key=lambda each: each.line)))


def _owner() -> tuple[Actor, Practice]:
    owners = db.session.scalars(select(User).where(User.role == Role.OWNER, User.is_open).limit(2)).all()
    if len(owners) != 1:
        raise RuleBroken(
            say("An import needs exactly one practice with one owner; begin it with: clinic init.")
        )
    return accounts.actor_of(owners[0]), db.session.get_one(Practice, owners[0].practice_id)


def _table(path: Path) -> TextTable:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RuleBroken(
                say("%(path)s is larger than %(megabytes)s MB.", path=path, megabytes=MOST_BYTES // 1000000)
            )
        table = table_of(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise RuleBroken(say("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror)) from None
    except UnicodeDecodeError:
        raise RuleBroken(say("%(path)s is not UTF-8. Save it as “CSV UTF-8”.", path=path)) from None
    except RuleBroken as problem:
        raise RuleBroken(f"{path}, {problem.message}") from None
    _check_columns(path, table.columns)
    return table


def _check_columns(path: Path, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if "name" not in names or unknown or len(set(names)) != len(names):
        why = f"It does not know {', '.join(map(repr, unknown))}." if unknown else ""
        raise RuleBroken(
            f"{path} needs a first line with columns out of: {', '.join(COLUMNS)}. {why}".strip()
        )


def rows_of(table: TextTable) -> Iterator[FileRow]:
    """The rows of a table that hold anything, by the names of its columns."""
    for row in table.rows:
        cells = dict(zip(table.columns, map(as_meant, row.cells), strict=False))
        surplus = any(one_line(cell) for cell in row.cells[len(table.columns) :])
        if surplus or any(one_line(cell) for cell in cells.values()):
            yield FileRow(row.line, cells, surplus, cut_short=len(row.cells) < len(table.columns))


def details_of(row: FileRow, practice: Practice) -> tuple[ClientDetails, list[ImportProblem]]:
    """What a row in our own columns says of a client, and all that is wrong in it."""
    problems = list(_damage(row))
    cells = {name: _cleaned(name, text) for name, text in row.cells.items()}
    clean = FileRow(row.line, cells)
    problems += [
        row.wrong(column, f"is longer than {most:,} characters")
        for column, most in LENGTHS.items()
        if len(cells.get(column, "")) > most
    ]
    today = today_in(practice.time_zone)
    texts: dict[str, Any] = {name: cells.get(name) or None for name in AS_TYPED}
    day = _day(clean, "consented_on", problems)
    details = ClientDetails(
        name=cells.get("name", ""),
        email=_address(clean, problems),
        born_on=_day(clean, "born_on", problems),
        sex=_sex(clean, problems),
        **texts,
        time_zone=cells.get("time_zone") or practice.time_zone,
        kind=_kind(clean, problems),
        consented_on=day,
        record_consented_on=day,  # one column for both
    )
    return details, [*problems, *_broken_rules(clean, details, today)]


def _cleaned(column: str, text: str) -> str:
    return many_lines(text) if column in SEVERAL_LINES else one_line(text)


def _damage(row: FileRow) -> Iterator[ImportProblem]:
    """What no cleaning puts right: cells that are not what was once typed."""
    if row.surplus:
        yield row.wrong("row", "has more cells than the first line; text with commas needs quotes")
    if row.cut_short:
        yield row.wrong("row", "has fewer cells than the first line; an empty cell still needs what parts it")
    for column, text in row.cells.items():
        if _CONTROL.search(text):
            yield row.wrong(column, "holds a control character")
        if column not in SEVERAL_LINES and _LINE_BREAK.search(text.strip()):
            yield row.wrong(column, "holds a line break that does not belong there")
        if LOST in text:
            yield row.wrong(column, f"holds {LOST} where a letter was; save the file as “CSV UTF-8” again")


def _broken_rules(row: FileRow, details: ClientDetails, today: date) -> Iterator[ImportProblem]:
    """What the rules of a record say against a row that can be read."""
    found = {
        "name": None if details.name else "is missing",
        **{name: phone_problem(getattr(details, name) or "") for name in clients.PHONES},
        "born_on": born_problem(details.born_on, today) if details.born_on else None,
        "time_zone": zone_problem(details.time_zone) if row.cells.get("time_zone") else None,
        "consented_on": consent_problem(details.consented_on, today) if details.consented_on else None,
    }
    return (row.wrong(column, message) for column, message in found.items() if message)


def _address(row: FileRow, problems: list[ImportProblem]) -> Address | None:
    text = row.cells.get("email", "")
    try:
        return parse_address(text) if text else None
    except AddressRefused as refused:
        problems.append(row.wrong("email", str(refused)))
        return None


def _kind(row: FileRow, problems: list[ImportProblem]) -> ClientKind:
    """Without a word about it, who is in a group is an online student."""
    text, implied = row.cells.get("kind", ""), ClientKind.PRIVATE
    if row.cells.get("group_name"):
        implied = ClientKind.ONLINE
    try:
        return ClientKind(text.casefold() or implied)
    except ValueError:
        problems.append(row.wrong("kind", f"{text!r} is neither private nor online"))
        return implied


def _sex(row: FileRow, problems: list[ImportProblem]) -> Sex | None:
    text = row.cells.get("sex", "")
    try:
        return Sex(text.casefold()) if text else None
    except ValueError:
        problems.append(row.wrong("sex", f"{text!r} is none of {', '.join(Sex)}"))
        return None


def _day(row: FileRow, column: str, problems: list[ImportProblem]) -> date | None:
    text = row.cells.get(column, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(row.wrong(column, f"{text!r} is no date; write it like 2026-11-22"))
        return None


def _doubles(
    practice: Practice, read: Sequence[tuple[FileRow, ClientDetails]], *, again: bool
) -> list[ImportProblem]:
    """Whoever is in the practice already, or stands twice in the file."""
    known = KnownPeople(practice.id)
    problems = []
    for row, details in read:
        seen = PersonSeen.of(details, row.line)
        if other := known.numbered(seen):
            problems.append(row.wrong("own_number", f"{other.where(MatchedBy.OWN_NUMBER)} already"))
        if other := known.addressed(seen):
            problems.append(row.wrong("email", f"{other.where(MatchedBy.EMAIL)} already"))
        elif not again and (double := known.double(seen)):
            by, other = double
            problems.append(row.wrong(by.value, f"{other.where(by)} already", may_be_meant=True))
        known.add(seen)
    return problems


def _add(
    actor: Actor, practice: Practice, read: Sequence[tuple[FileRow, ClientDetails]], *, keep: bool
) -> list[ImportProblem]:
    """Add everybody, or nobody and the first problem met; without `keep` it is only tried."""
    try:
        with transaction():
            people = [adding_many.NewClient(uuid.uuid4(), details) for _, details in read]
            adding_many.add(actor, practice, people)
            if not keep:
                raise _TriedOnly
    except _TriedOnly:
        return []
    except RuleBroken as problem:
        return [FileRow(1, {}).wrong(problem.field or "row", problem.message)]
    return []
