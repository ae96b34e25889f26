"""Clients out of the system a practice leaves: a CSV file, tried first, then taken whole or not at all."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.types import ClientKind, Role
from clinic.extensions import db
from clinic.mail.addresses import Address, AddressRefused, parse_address
from clinic.models import Client, Practice, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clients import records as clients
from clinic.services.clients.records import ClientDetails
from clinic.services.transaction import transaction

COLUMNS = (
    "name",
    "email",
    "phone",
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
    "group_name": 80,
    "reason_for_care": 5000,
    "history": 5000,
    "notes": 5000,
}
SEVERAL_LINES = frozenset({"reason_for_care", "history", "notes"})
SURPLUS = "surplus"  # key of the cells of a line beyond its columns
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LINE_BREAKS = re.compile(r"[\t\r\n]")
MOST_BYTES = 10_000_000
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What is wrong in a line of the file, counted from 1 with the header as line 1."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """How many clients the file holds, and everything that is wrong with it."""

    clients: int
    problems: tuple[ImportProblem, ...]


def import_clients(path: Path, *, dry_run: bool) -> ImportOutcome:
    """Read a CSV file of clients; without problems and without `dry_run`, add them all in one transaction."""
    actor, practice = _owner()
    rows = list(_rows(path))
    read = [_details(line, row, practice) for line, row in rows]
    problems = [problem for _, found in read for problem in found]
    problems += _doubles(
        practice, [(line, details) for (line, _), (details, _) in zip(rows, read, strict=True)]
    )
    if not problems and not dry_run:
        with transaction():
            for details, _ in read:
                clients.create(actor, practice, details)
    return ImportOutcome(len(rows), tuple(sorted(problems, key=lambda each: each.line)))


def _owner() -> tuple[Actor, Practice]:
    owners = db.session.scalars(
        select(User).where(User.role == Role.OWNER, User.deactivated_at.is_(None)).limit(2)
    ).all()
    if len(owners) != 1:
        raise RuleBroken("An import needs exactly one practice with one owner; begin it with: clinic init.")
    return accounts.actor_of(owners[0]), db.session.get_one(Practice, owners[0].practice_id)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RuleBroken(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise RuleBroken(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise RuleBroken(f"{path} is not UTF-8. Save it as “CSV UTF-8”.") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(
        text.splitlines(keepends=True),
        restkey=SURPLUS,
        delimiter=";" if head.count(";") > head.count(",") else ",",
    )
    try:
        reader.fieldnames = _columns(path, reader.fieldnames or ())
        for number, row in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise RuleBroken(f"{path} has more than {MOST_ROWS} clients.")
            if any((value or "").strip() for value in row.values() if isinstance(value, str)):
                yield (
                    reader.line_num,
                    {key: "".join(value or "").strip(" \t\r\n") for key, value in row.items()},
                )
    except csv.Error as error:
        raise RuleBroken(f"{path}, line {reader.line_num}: {error}.") from None


def _columns(path: Path, found: Sequence[str]) -> list[str]:
    names = [name.strip() for name in found]
    unknown = [name for name in names if name not in COLUMNS]
    if "name" not in names or unknown or len(set(names)) != len(names):
        why = f"It does not know {', '.join(map(repr, unknown))}." if unknown else ""
        raise RuleBroken(
            f"{path} needs a first line with columns out of: {', '.join(COLUMNS)}. {why}".strip()
        )
    return names


def _details(
    line: int, row: Mapping[str, str], practice: Practice
) -> tuple[ClientDetails, list[ImportProblem]]:
    problems = [
        ImportProblem(line, column, f"is longer than {most} characters")
        for column, most in LENGTHS.items()
        if len(row.get(column, "")) > most
    ]
    problems += [
        ImportProblem(line, column, "holds a control character or a line break that does not belong there")
        for column, text in row.items()
        if _CONTROL.search(_LINE_BREAKS.sub("", text) if column in SEVERAL_LINES else text)
    ]
    if row.get(SURPLUS):
        surplus = "has more cells than the first line; text with commas needs quotes"
        problems.append(ImportProblem(line, "row", surplus))
    if not row.get("name"):
        problems.append(ImportProblem(line, "name", "is missing"))
    zone = row.get("time_zone") or practice.time_zone
    if zone not in available_timezones():
        problems.append(
            ImportProblem(line, "time_zone", f"{zone!r} is no time zone; write it like Europe/London")
        )
    details = ClientDetails(
        name=row.get("name", ""),
        email=_address(line, row.get("email", ""), problems),
        phone=row.get("phone") or None,
        time_zone=zone,
        kind=_kind(line, row.get("kind", ""), problems),
        group_name=row.get("group_name") or None,
        reason_for_care=row.get("reason_for_care") or None,
        history=row.get("history") or None,
        notes=row.get("notes") or None,
        consented_on=_day(line, row.get("consented_on", ""), problems),
    )
    return details, problems


def _address(line: int, text: str, problems: list[ImportProblem]) -> Address | None:
    try:
        return parse_address(text) if text else None
    except AddressRefused as refused:
        problems.append(ImportProblem(line, "email", str(refused)))
        return None


def _kind(line: int, text: str, problems: list[ImportProblem]) -> ClientKind:
    try:
        return ClientKind(text.casefold() or ClientKind.PRIVATE)
    except ValueError:
        problems.append(ImportProblem(line, "kind", f"{text!r} is neither private nor online"))
        return ClientKind.PRIVATE


def _day(line: int, text: str, problems: list[ImportProblem]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(ImportProblem(line, "consented_on", f"{text!r} is no date; write it like 2026-11-22"))
        return None


def _doubles(practice: Practice, read: list[tuple[int, ClientDetails]]) -> list[ImportProblem]:
    query = select(Client.email_key).where(Client.practice_id == practice.id, Client.email_key.is_not(None))
    known = set(db.session.scalars(query))
    first: dict[str, int] = {}
    problems = []
    for line, details in read:
        key = details.email.key if details.email else None
        if key is None:
            continue
        if key in known:
            problems.append(ImportProblem(line, "email", "a client of the practice has this address already"))
        elif key in first:
            problems.append(ImportProblem(line, "email", f"stands on line {first[key]} already"))
        first.setdefault(key, line)
    return problems
