"""What the pages of an import show: how many rows have which fate, and some of them at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from clinic.domain.imports import ImportFate, ImportState
from clinic.extensions import db
from clinic.models import Client, ClientImport, ClientImportRow, User
from clinic.models.base import points_at
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.imports.uploading import must_import

PAGE = 50
MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row, and the client it is about where there is one."""

    row: ClientImportRow
    client: Client | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some of the rows, the number of this page, and whether there are more behind it."""

    rows: Sequence[ShownRow]
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class ImportListed:
    """An import in the list of them, and who began it."""

    about: ClientImport
    by: str


def rows_of(actor: Actor, about: ClientImport, fate: ImportFate | None, number: int) -> RowPage:
    """The rows of an import with this fate, or all, in the order of the file. One query."""
    access.staff_only(actor)
    query = (
        select(ClientImportRow, Client)
        .outerjoin(
            Client,
            and_(points_at(ClientImportRow.client_id, Client), Client.practice_id == actor.practice_id),
        )
        .where(
            ClientImportRow.practice_id == actor.practice_id,
            ClientImportRow.import_id == about.id,
            *([ClientImportRow.fate == fate] if fate else []),
        )
        .order_by(ClientImportRow.line)
        .offset((number - 1) * PAGE)
        .limit(PAGE + 1)
    )
    found = [ShownRow(row, client) for row, client in db.session.execute(query)]
    return RowPage(found[:PAGE], number, len(found) > PAGE)


def counts(actor: Actor, about: ClientImport) -> Mapping[ImportFate, int]:
    """How many rows have which fate. One query."""
    access.staff_only(actor)
    query = select(ClientImportRow.fate, func.count().label("number")).where(
        ClientImportRow.practice_id == actor.practice_id, ClientImportRow.import_id == about.id
    )
    return {row.fate: row.number for row in db.session.execute(query.group_by(ClientImportRow.fate))}


def filled(actor: Actor, about: ClientImport) -> int:
    """In how many records something was filled. One query."""
    access.staff_only(actor)
    query = select(func.count()).where(
        ClientImportRow.practice_id == actor.practice_id,
        ClientImportRow.import_id == about.id,
        ClientImportRow.filled.is_not(None),
    )
    return db.session.scalar(query) or 0


def added(actor: Actor, about: ClientImport, most: int) -> list[uuid.UUID]:
    """The clients that came with an import, in the order of the file; so many at most. One query."""
    must_import(actor)
    query = select(ClientImportRow.client_id).where(
        ClientImportRow.practice_id == actor.practice_id,
        ClientImportRow.import_id == about.id,
        ClientImportRow.fate == ImportFate.ADDED,
        ClientImportRow.client_id.is_not(None),
    )
    found = db.session.scalars(query.order_by(ClientImportRow.line).limit(most))
    return [client_id for client_id in found if client_id is not None]


def listed(actor: Actor) -> list[ImportListed]:
    """What was imported lately, the newest first. One query."""
    must_import(actor)
    query = (
        select(ClientImport, User.name)
        .join(User, points_at(ClientImport.uploaded_by, User))
        .where(ClientImport.practice_id == actor.practice_id, ClientImport.state != ImportState.UPLOADED)
        .order_by(ClientImport.uploaded_at.desc(), ClientImport.id)
        .limit(MOST_LISTED)
    )
    return [ImportListed(about, name) for about, name in db.session.execute(query)]
