"""A file is taken, its columns are recognised or matched by hand, and each row is told its fate.

Nothing is added here.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from sqlalchemy import delete, select

from clinic.domain.access import Permission
from clinic.domain.cleaning import one_line
from clinic.domain.errors import Forbidden, RuleBroken
from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import (
    MOST_SHOWN,
    OWN,
    ImportField,
    ImportState,
    fingerprint,
    has_names,
    looks_like_data,
    recognised,
)
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import ClientImport, ClientImportRow, ImportLayout
from clinic.services import access, bulk, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.imports import fates
from clinic.services.imports.reading import FileLayout, UploadedTable, orders_of, read, table_from
from clinic.services.transaction import one_at_a_time, release, transaction

LONGEST_NAME = 200
FOR_WHOM = say("A practitioner or the owner imports a list of clients.")
NO_ROWS = say("There is nobody in this file: it has a line of names for its columns and no more.")
NO_NAME = say("Say which column holds the name, or the first and the last name.")
WHICH_DAY = say(
    "Say whether the day or the month comes first: the dates in this file can be read in both ways."
)
TOO_LATE = say("This import has begun. Upload the file again for another one.")


@dataclass(frozen=True, slots=True)
class Matching:
    """Which column is which, as somebody has said; None for a column that is left out."""

    columns: Sequence[ImportField | None]
    has_header: bool
    day_order: DayOrder | None


def must_import(actor: Actor) -> None:
    """NotFound for strangers; Forbidden for whoever of the practice does not import lists."""
    access.staff_only(actor)
    if not actor.may(Permission.IMPORT_CLIENTS):
        raise Forbidden(FOR_WHOM)


def take(actor: Actor, file_name: str, data: bytes, key: str) -> ClientImport:
    """Keep a file and look at it as far as its columns are known; `key` is the form's own.

    Raises RuleBroken for what is no table. Sent twice it is kept once.
    """
    must_import(actor)
    import_id = once.id_of(ClientImport, actor.practice_id, key, hashlib.sha256(data).hexdigest())
    if made := once.made_before(ClientImport, actor.practice_id, import_id):
        return made
    release()  # reading takes its time
    table = table_from(data)
    row = ClientImport(
        id=import_id,
        practice_id=actor.practice_id,
        content=data,
        file_name=one_line(PurePosixPath(file_name.replace("\\", "/")).name)[:LONGEST_NAME] or None,
        encoding=table.encoding,
        uploaded_by=actor.user_id,
        uploaded_at=now(),
    )
    layout = _arrange(actor, row, table)
    if not row.total:
        raise RuleBroken(NO_ROWS)
    with transaction():
        row, is_new = once.add(row)
        if is_new and layout is not None:
            db.session.flush()
            _look(actor, row, table, layout)
    return row


def match(actor: Actor, import_id: uuid.UUID, matching: Matching) -> ClientImport:
    """Read the file with these columns from now on, and remember them for files alike.

    Raises RuleBroken where no name is among them, and where it has to be said which number is the day.
    """
    must_import(actor)
    with transaction():
        row = held(actor, import_id)
        if row.state is not ImportState.UPLOADED or row.content is None:
            raise RuleBroken(TOO_LATE)
        table = table_from(row.content)
        headers = table.headers(has_header=matching.has_header)
        columns = list(matching.columns)[: len(headers)]
        columns += [None] * (len(headers) - len(columns))
        if not has_names(columns):
            raise RuleBroken(NO_NAME)
        layout = _ordered(table, FileLayout(columns, matching.has_header, matching.day_order))
        row.total = len(table.rows(has_header=layout.has_header))
        _note_layout(row, headers, layout)
        if layout.day_order is None:
            raise RuleBroken(WHICH_DAY, "day_order")
        _remember(actor, table, layout)
        _look(actor, row, table, layout)
    return row


def layout_of(row: ClientImport) -> FileLayout:
    """How a file is read by now."""
    columns = [ImportField(name) if name else None for name in row.columns]
    return FileLayout(columns, row.has_header, row.day_order)


def mark_of(row: ClientImport) -> str:
    """Another one as soon as the file is read in another way: what somebody saw is what they begin."""
    told = (*row.columns, row.has_header, row.day_order, row.is_looked_at)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def samples_of(row: ClientImport, most: int) -> list[list[str]]:
    """The first few values of each column that are filled."""
    if row.content is None:
        return []
    rows = table_from(row.content).rows(has_header=row.has_header)
    found: list[list[str]] = []
    for at in range(len(row.headers)):
        filled = (one_line(each.cells[at]) for each in rows if at < len(each.cells))
        found.append(list(islice((text for text in filled if text), most)))
    return found


def held(actor: Actor, import_id: uuid.UUID) -> ClientImport:
    """An import for the caller's transaction alone: of two presses the second sees what the first did."""
    row = access.client_import_for(actor, import_id)
    one_at_a_time(ClientImport, row.id)
    db.session.refresh(row)
    return row


def _arrange(actor: Actor, row: ClientImport, table: UploadedTable) -> FileLayout | None:
    """What is known of its columns; None where somebody has to say more."""
    names = table.table.columns
    if kept := _remembered(actor, names):
        layout = _ordered(table, kept)
        row.system = None
    else:
        has_header = not looks_like_data(names)
        found = recognised(table.headers(has_header=has_header))
        row.system = found.system
        layout = _ordered(table, FileLayout(found.columns, has_header))
    row.total = len(table.rows(has_header=layout.has_header))
    _note_layout(row, table.headers(has_header=layout.has_header), layout)
    return layout if has_names(layout.columns) and layout.day_order is not None else None


def _ordered(table: UploadedTable, layout: FileLayout) -> FileLayout:
    """The layout with the order of day and month that the file tells; what somebody said stands, else."""
    orders = orders_of(table, layout)
    if len(orders) == 1:
        (order,) = orders
        return FileLayout(layout.columns, layout.has_header, order)
    if not orders and layout.day_order is None:  # of both kinds: some rows cannot be read in any case
        return FileLayout(layout.columns, layout.has_header, DayOrder.DAY_FIRST)
    return layout


def _note_layout(row: ClientImport, headers: Sequence[str], layout: FileLayout) -> None:
    row.headers = [header[:MOST_SHOWN] for header in headers]
    row.columns = [field.value if field else "" for field in layout.columns]
    row.has_header, row.day_order = layout.has_header, layout.day_order
    row.is_looked_at = False


def _look(actor: Actor, row: ClientImport, table: UploadedTable, layout: FileLayout) -> None:
    """Tell each row its fate, as it is now."""
    practice = access.practice_of(actor)
    found = fates.decide(practice.id, list(read(table, layout, practice)))
    db.session.execute(
        delete(ClientImportRow).where(
            ClientImportRow.practice_id == row.practice_id, ClientImportRow.import_id == row.id
        )
    )
    bulk.add(ClientImportRow, [fates.row_of(row, each) for each in found])
    row.is_looked_at = True


def _remembered(actor: Actor, names: Sequence[str]) -> FileLayout | None:
    query = select(ImportLayout).where(
        ImportLayout.practice_id == actor.practice_id, ImportLayout.fingerprint == fingerprint(names)
    )
    kept = db.session.scalars(query).one_or_none()
    if kept is None or len(kept.columns) != len(names):
        return None
    columns = [ImportField(name) if name else None for name in kept.columns]
    return FileLayout(columns, kept.has_header, kept.day_order)


def _remember(actor: Actor, table: UploadedTable, layout: FileLayout) -> None:
    """Keep what somebody said about files with these columns. A first line of data tells of no other file."""
    if not layout.has_header or recognised(table.table.columns).system == OWN:
        return
    mark = fingerprint(table.table.columns)
    kept = db.session.scalars(
        select(ImportLayout).where(
            ImportLayout.practice_id == actor.practice_id, ImportLayout.fingerprint == mark
        )
    ).one_or_none() or ImportLayout(id=uuid.uuid4(), practice_id=actor.practice_id, fingerprint=mark)
    kept.columns = [field.value if field else "" for field in layout.columns]
    kept.has_header, kept.changed_at = layout.has_header, now()
    is_said = len(orders_of(table, layout)) != 1
    kept.day_order = layout.day_order if is_said else None
    db.session.add(kept)
