"""The list of who was erased: ids alone, signed, in the data folder and beside the backups.

A restore touches neither. A backup from before an erasure brings the person back; this list takes them out
again.
"""

from __future__ import annotations

import json
import logging
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app
from sqlalchemy import select

from clinic.domain.erasure import ErasureReason, ErasureState
from clinic.extensions import db
from clinic.models import Erasure
from clinic.own_files import finished_under
from clinic.services.upkeep.backups import keys
from clinic.services.upkeep.backups.refusals import BackupFailed, BackupRefused
from clinic.services.upkeep.backups.stores import Store, store
from config import Settings

log = logging.getLogger(__name__)

MAGIC = b"regroove-erased-1\n"
PURPOSE = b"regroove erased 1\0"
HERE = "erased.list"
NOT_BESIDE = "erased.list.not-beside-the-backups"  # it is there while the other place has to be written yet


@dataclass(frozen=True, slots=True)
class ErasedEntry:
    """One erased client: nothing but ids, the day, and what is kept by which law."""

    practice_id: uuid.UUID
    client_id: uuid.UUID
    erasure_id: uuid.UUID
    pseudonym: str
    reason: ErasureReason
    on: date
    keep_years: int | None
    keep_law: str | None


Entries = dict[tuple[uuid.UUID, uuid.UUID], ErasedEntry]


@dataclass(frozen=True, slots=True)
class FoundLists:
    """What is known of who was erased, where it was found, and what is wrong, in sentences."""

    entries: Entries
    places: tuple[str, ...]
    troubles: tuple[str, ...]


def name_beside() -> str:
    """What the list is called where the backups are kept."""
    return f"regroove-{keys.this_installation()}-erased.list"


def entry_of(erasure: Erasure) -> ErasedEntry:
    """The line of one erasure."""
    assert erasure.pseudonym
    assert erasure.erase_on
    return ErasedEntry(
        erasure.practice_id,
        erasure.client_id,
        erasure.id,
        erasure.pseudonym,
        erasure.reason,
        erasure.erase_on,
        erasure.keep_years,
        erasure.keep_law,
    )


def note(entries: Iterable[ErasedEntry]) -> None:
    """Add to the list in the data folder; it is on the disk when this returns."""
    new = {(each.practice_id, each.client_id): each for each in entries}
    written = _in_file()
    if not new.items() <= written.items():
        _marker().touch(0o600)
        _write(_path(), written | new)


def put_beside(*, always: bool = False) -> bool:
    """Copy the list to where the backups are kept, if it changed since or `always`; whether it is there now.

    An empty list is written, too: one that is missing then was lost.
    """
    if not always and not _marker().exists():
        return True
    entries = here()
    with suppress(BackupFailed):
        there = store()
        entries |= _in_store(there).entries  # what another machine noted
        with tempfile.TemporaryDirectory(dir=_folder()) as folder:
            file = Path(folder) / HERE
            _write(file, entries)
            there.put(file, name_beside(), lambda: None)
        if not _path().exists() or entries != _in_file():
            _write(_path(), entries)
        _marker().unlink(missing_ok=True)
        return True
    log.warning("the list of erased people could not be put beside the backups yet")
    return False


def here() -> Entries:
    """What the data folder and the database know; raises BackupRefused where the file was changed."""
    return _in_file() | _in_database()


def _in_file() -> Entries:
    return read(_path(), frozenset({keys.signed_by()})) if _path().exists() else {}


def read(path: Path, signers: frozenset[str] | None) -> Entries:
    """A list from a file, signed by one of these; None: by whomever. Raises BackupRefused."""
    try:
        return _parsed(path.read_bytes(), path, signers)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}.") from None


def find(given: Path | None, beside: Path | None, signers: frozenset[str] | None) -> FoundLists:
    """Every list there is: in the data folder, beside the backups, beside a file, and one that is given."""
    entries: Entries = {}
    places, troubles = [], []
    files = [
        _path(),
        *([given] if given else []),
        *(sorted(beside.glob("regroove-*-erased.list")) if beside else []),
    ]
    for path in files:
        if path.exists() or path == given:
            try:
                entries |= read(path, signers)
                places.append(str(path))
            except BackupRefused as refused:
                troubles.append(str(refused))
    try:
        kept = _in_store(store(), signers)
    except BackupFailed as failed:
        troubles.append(str(failed))
    else:
        entries |= kept.entries
        places += kept.places
        troubles += kept.troubles
    return FoundLists(entries, tuple(places), tuple(troubles))


def _in_store(there: Store, signers: frozenset[str] | None = None) -> FoundLists:
    """Raises BackupFailed where the place does not answer."""
    entries: Entries = {}
    places, troubles = [], []
    for name in there.names():
        if name.startswith("regroove-") and name.endswith("-erased.list"):
            try:
                entries |= _parsed(b"".join(there.read(name)), name, signers or frozenset({keys.signed_by()}))
                places.append(f"{there.place}/{name}")
            except BackupRefused as refused:
                troubles.append(str(refused))
    return FoundLists(entries, tuple(places), tuple(troubles))


def _in_database() -> Entries:
    query = select(Erasure).where(Erasure.state.in_((ErasureState.UNDER_WAY, ErasureState.DONE)))
    found = [entry_of(each) for each in db.session.scalars(query) if each.pseudonym]
    return {(each.practice_id, each.client_id): each for each in found}


def _write(path: Path, entries: Entries) -> None:
    lines = [
        json.dumps({name: _plain(value) for name, value in asdict(each).items()}) for each in entries.values()
    ]
    content = MAGIC + "".join(f"{line}\n" for line in sorted(lines)).encode()
    signature = keys.signer().sign(PURPOSE + content)
    with finished_under(path) as raw:
        raw.write(content + f"signed {keys.signed_by()} {signature.hex()}\n".encode())


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.isoformat() if isinstance(value, date) else value


def _parsed(content: bytes, name: object, signers: frozenset[str] | None) -> Entries:
    body, _, last = content.removesuffix(b"\n").rpartition(b"\n")
    try:
        if not content.startswith(MAGIC):
            raise ValueError
        _, signer, signature = last.decode("ascii").split(" ")
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer)).verify(
            bytes.fromhex(signature), PURPOSE + body + b"\n"
        )
        found = [_entry(json.loads(line)) for line in body.split(b"\n")[1:]]
    except (ValueError, LookupError, TypeError, AttributeError, InvalidSignature):
        raise BackupRefused(
            f"{name} is no whole list of erased people, or was changed after it was written."
        ) from None
    if signers is not None and signer not in signers:
        raise BackupRefused(f"{name} was written by another installation.")
    return {(each.practice_id, each.client_id): each for each in found}


def _entry(line: Mapping[str, Any]) -> ErasedEntry:
    return ErasedEntry(
        practice_id=uuid.UUID(hex=line["practice_id"]),
        client_id=uuid.UUID(hex=line["client_id"]),
        erasure_id=uuid.UUID(hex=line["erasure_id"]),
        pseudonym=str(line["pseudonym"]),
        reason=ErasureReason(line["reason"]),
        on=date.fromisoformat(line["on"]),
        keep_years=line["keep_years"],
        keep_law=line["keep_law"],
    )


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir


def _path() -> Path:
    return _folder() / HERE


def _marker() -> Path:
    return _folder() / NOT_BESIDE
