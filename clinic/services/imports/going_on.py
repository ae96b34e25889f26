"""Begun on a page, done by the worker: all of a list in one transaction, or nothing of it.

The file is read before, outside of it, so that others can go on writing; who is here already is looked up
within. Whoever dies in the middle leaves nothing, and another worker begins anew when the lease is over.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Row, delete, select

from clinic import queue
from clinic.domain.access import Permission
from clinic.domain.errors import RuleBroken
from clinic.domain.imports import MOST_TRIES, ImportFate, ImportState, undone_until
from clinic.domain.words import say
from clinic.extensions import db, for_writing
from clinic.models import ClientImport, ClientImportRow, Practice, User
from clinic.services import audit
from clinic.services.accounts.signing_in import actor_of
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.imports import fates, undoing, writing
from clinic.services.imports.reading import ReadRow, read, table_from
from clinic.services.imports.uploading import held, layout_of, mark_of, must_import
from clinic.services.reach import across_practices, from_nothing, stay_in
from clinic.services.transaction import after_commit, one_at_a_time, release, transaction

log = logging.getLogger(__name__)

TASK = "imports.go_on"
LEASE = timedelta(minutes=1)
NOTED_EVERY = 1000  # rows; each note renews the lease
NOT_LOOKED_AT = say("Say first which column is which.")
READ_ANEW = say("Meanwhile the columns were matched in another way. Look at the rows below once more.")
NOT_UNDONE = say("This cannot be undone as a whole any more. Change what is wrong in the records themselves.")
DIED = "The worker ended several times in the middle of it. Nothing was changed. Try a smaller file."
ACCOUNT_CLOSED = say("The account of whoever began it is closed, or may import no more. Nothing was changed.")
NOT_OVER = (ImportState.UNDER_WAY, ImportState.BEING_UNDONE)


def begin(
    actor: Actor, import_id: uuid.UUID, *, seen: str, fills: bool, adds_namesakes: bool, is_consented: bool
) -> ClientImport:
    """Have a list added that was looked at as `seen`. Begun twice it is once. Raises RuleBroken.

    `fills` writes into empty fields of clients who are here, `adds_namesakes` adds who is like them by name
    alone, `is_consented` says of all who are added that they agree to record and mail.
    """
    must_import(actor)
    with transaction():
        row = held(actor, import_id)
        if row.state is ImportState.UPLOADED:
            if not row.is_looked_at:
                raise RuleBroken(NOT_LOOKED_AT)
            if seen != mark_of(row):
                raise RuleBroken(READ_ANEW)
            row.state, row.begun_at, row.uploaded_by = ImportState.UNDER_WAY, now(), actor.user_id
            row.fills, row.adds_namesakes, row.is_consented = fills, adds_namesakes, is_consented
            audit.record(actor, "client_import.begun", subject_id=row.id, rows=row.total)
            after_commit(TASK, partial(queue.nudge, TASK))
    return row


def undo(actor: Actor, import_id: uuid.UUID) -> ClientImport:
    """Have all of a list taken back that nobody has worked with since; RuleBroken when it is too late."""
    must_import(actor)
    with transaction():
        row = held(actor, import_id)
        if row.state not in (ImportState.BEING_UNDONE, ImportState.UNDONE):
            until = undone_until(row.state, row.ended_at)
            if until is None or until <= now():
                raise RuleBroken(NOT_UNDONE)
            row.state, row.undone_by, row.undone_at = ImportState.BEING_UNDONE, actor.user_id, now()
            row.tries = 0
            audit.record(actor, "client_import.undo_begun", subject_id=row.id)
            after_commit(TASK, partial(queue.nudge, TASK))
    return row


def go_on_with_all(stopping: Callable[[], bool] = lambda: False) -> int:
    """Go on with every import that is not over; returns how many ended."""
    ended = 0
    for import_id, practice_id in _not_over():
        if stopping():
            break
        with from_nothing():
            stay_in(practice_id)
            ended += go_on(import_id)
    return ended


def go_on(import_id: uuid.UUID) -> bool:
    """Do what is left of one import, and whether it ended here; nothing where another worker has it."""
    token = _take(import_id)
    if token is None:
        return False
    try:
        row = db.session.get_one(ClientImport, import_id)
        rows = _read(row, token) if row.state is ImportState.UNDER_WAY else []
        return _end(import_id, token, rows)
    except RuleBroken as problem:
        _fail(import_id, problem.message)
        return True


@across_practices("imports that are not over")
def _not_over() -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    query = select(ClientImport.id, ClientImport.practice_id).where(ClientImport.state.in_(NOT_OVER))
    with for_writing(False):
        found = db.session.execute(query.order_by(ClientImport.begun_at)).all()
        release()
    return found


def _take(import_id: uuid.UUID) -> uuid.UUID | None:
    """The mark under which it is ours now; None where it is another's, or over, or was tried too often."""
    with transaction() as session:
        session.expire_all()
        one_at_a_time(ClientImport, import_id)
        row = session.get_one(ClientImport, import_id)
        if row.state not in NOT_OVER or (row.lease_until is not None and row.lease_until > now()):
            return None
        if row.tries >= MOST_TRIES:
            _give_up(row, DIED)
            return None
        row.tries += 1
        row.settled = 0
        row.lease_token, row.lease_until = uuid.uuid4(), now() + LEASE
        return row.lease_token


def _read(row: ClientImport, token: uuid.UUID) -> list[ReadRow]:
    """All rows of a file, with a note now and then of how far it is."""
    import_id, content, layout = row.id, row.content or b"", layout_of(row)
    practice = db.session.get_one(Practice, row.practice_id)
    db.session.expunge(practice)
    release()
    return list(read(table_from(content), layout, practice, partial(_note, import_id, token)))


def _note(import_id: uuid.UUID, token: uuid.UUID, settled: int) -> None:
    if settled % NOTED_EVERY:
        return
    with transaction() as session:
        row = session.get_one(ClientImport, import_id, populate_existing=True)
        if row.lease_token == token:
            row.settled, row.lease_until = settled, now() + LEASE


def _end(import_id: uuid.UUID, token: uuid.UUID, rows: Sequence[ReadRow]) -> bool:
    """Write all of it, or take all of it back: one transaction."""
    with transaction() as session:
        session.expire_all()
        one_at_a_time(ClientImport, import_id)
        row = session.get_one(ClientImport, import_id)
        if row.state not in NOT_OVER or row.lease_token != token:
            return False
        actor = _actor(row)
        if row.state is ImportState.UNDER_WAY:
            _add(actor, row, rows)
        else:
            undoing.take_back(actor, row)
            row.state = ImportState.UNDONE
        row.lease_token = row.lease_until = None
    return True


def _actor(row: ClientImport) -> Actor:
    """In whose name it is gone on with; RuleBroken where they may not any more."""
    by = row.undone_by if row.state is ImportState.BEING_UNDONE else row.uploaded_by
    user = db.session.get_one(User, by)
    actor = actor_of(user)
    if not user.is_open or not actor.may(Permission.IMPORT_CLIENTS):
        raise RuleBroken(ACCOUNT_CLOSED)
    return actor


def _add(actor: Actor, row: ClientImport, rows: Sequence[ReadRow]) -> None:
    practice = db.session.get_one(Practice, row.practice_id)
    found = fates.decide(practice.id, rows, adds_namesakes=row.adds_namesakes)
    writing.add(actor, practice, row, found)
    of_it = (ClientImportRow.practice_id == row.practice_id, ClientImportRow.import_id == row.id)
    db.session.execute(delete(ClientImportRow).where(*of_it))
    writing.keep_fates(row, found)
    row.state, row.ended_at, row.settled = ImportState.DONE, now(), len(rows)
    row.content = None
    added = sum(each.fate is ImportFate.ADDED for each in found)
    filled = sum(bool(each.filled) for each in found)
    audit.record(
        actor,
        "client_import.done",
        subject_id=row.id,
        added=added,
        filled=filled,
        left_out=len(found) - added - filled,
    )


def _fail(import_id: uuid.UUID, said: str) -> None:
    with transaction() as session:
        session.expire_all()
        one_at_a_time(ClientImport, import_id)
        row = session.get_one(ClientImport, import_id)
        if row.state in NOT_OVER:
            _give_up(row, said)


def _give_up(row: ClientImport, said: str) -> None:
    """It ends with nothing done: what was to be undone is as it was."""
    log.warning("an import was given up after %s tries: %s", row.tries, row.id)
    is_undo = row.state is ImportState.BEING_UNDONE
    row.state = ImportState.DONE if is_undo else ImportState.FAILED
    row.said, row.lease_token, row.lease_until = said[:300], None, None
    row.ended_at = row.ended_at or now()
