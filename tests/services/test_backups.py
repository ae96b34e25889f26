"""A backup holds everything, and a bad one changes nothing."""

from __future__ import annotations

import gzip
import io
import json
import secrets
import tracemalloc
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import Connection, select, text

from clinic.extensions import db
from clinic.models import Base, Client
from clinic.services.reasons import rebuilding
from clinic.services.upkeep.backups import archive, keys
from clinic.services.upkeep.backups.archive import TRAILER, Head
from clinic.services.upkeep.backups.filling import as_they_stand
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.making import write_backup
from clinic.services.upkeep.backups.refusals import BackupRefused
from clinic.services.upkeep.backups.restoring import OLD_FORMAT, Trust, examine, read_through, restore
from clinic.services.upkeep.backups.rows import DERIVED
from tests.conftest import app_on_a_copy
from tests.factories.backups import app_on_tables_of, encrypted, everything, new_sheet
from tests.factories.people import make_people

AN_OLDER_RELEASE = "0013"
Line = list[Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "all.backup"


@pytest.fixture
def sheet(live_app: Flask, path: Path) -> Sheet:
    """The sheet of a backup at `path`."""
    make_people()
    return encrypted(path)


@pytest.fixture
def empty(sheet: Sheet, template: str) -> Iterator[None]:
    """From here on the database is an empty one of this release."""
    with app_on_a_copy(template):
        yield


def assert_refused(path: Path, trust: Trust, because: str) -> None:
    before = everything()
    with pytest.raises(BackupRefused, match=because):
        restore(path, trust)
    assert everything() == before


def test_what_is_restored_is_what_was_backed_up(sheet: Sheet, path: Path, template: str) -> None:
    before = everything()
    written = sum(len(rows) for name, rows in before.items() if name not in DERIVED)
    with app_on_a_copy(template):
        assert restore(path, Trust(sheet)) == written
        assert everything() == before


@pytest.mark.parametrize("there", ["base", AN_OLDER_RELEASE])
def test_tables_of_any_release_may_stand_there_empty(sheet: Sheet, path: Path, there: str) -> None:
    before = everything()
    with app_on_tables_of(there):
        restore(path, Trust(sheet))
        assert everything() == before


def test_nobody_reads_it_without_the_key(sheet: Sheet, empty: None, path: Path) -> None:
    content = path.read_bytes()
    assert b"Nadia" not in content
    assert b"people.example" not in content
    assert path.stat().st_mode & 0o077 == 0
    assert_refused(path, Trust(), "is encrypted")
    another = str(pyrage.x25519.Identity.generate())
    assert_refused(path, Trust(replace(sheet, identities=(another,))), "does not open")


def test_each_of_several_keys_opens_it(live_app: Flask, path: Path) -> None:
    make_people()
    first = new_sheet()
    second = encrypted(path)
    for sheet in (first, second):
        assert read_through(examine(path, Trust(sheet)))


def test_a_backup_that_was_cut_off_anywhere_changes_nothing(sheet: Sheet, empty: None, path: Path) -> None:
    whole = path.read_bytes()
    for length in (*range(0, len(whole), len(whole) // 12), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BackupRefused, match=r"cut off|not a backup"):
            restore(path, Trust(sheet))


def test_a_backup_that_was_changed_anywhere_changes_nothing(sheet: Sheet, empty: None, path: Path) -> None:
    whole = path.read_bytes()
    after_the_rows = range(len(whole) - TRAILER, len(whole))  # signed by no signature, so each byte is tried
    for place in (*range(0, len(whole), len(whole) // 40), *after_the_rows):
        for bit in (1, ord("a") ^ ord("A")):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            with pytest.raises(BackupRefused):
                restore(path, Trust(sheet, another=True))


def test_what_somebody_packed_anew_with_the_public_key_is_refused(
    sheet: Sheet, empty: None, path: Path
) -> None:
    found = archive.check(path)
    with archive.rows_of(path, found, sheet.identities) as rows:
        lines = packed(rows)
    lines = [line.replace(b"Nadia", b"Mallory") for line in lines]
    forged = Ed25519PrivateKey.generate()
    theirs = forged.public_key().public_bytes_raw().hex()

    def pack(head: Head, signer: Ed25519PrivateKey) -> None:
        with path.open("wb") as file:
            archive.write(file, head, lines, signer)

    pack(found.head, forged)  # our name over their signature
    assert_refused(path, Trust(sheet), "changed after it was written")
    pack(replace(found.head, signed_by=theirs), forged)
    assert_refused(path, Trust(sheet), "another installation than it is signed by")
    pack(replace(found.head, signed_by=theirs, installation=keys.installation_of(theirs)), forged)
    assert_refused(path, Trust(sheet), "--another")
    assert_refused(path, Trust(sheet, another=True), "genuine")
    assert restore(path, Trust(sheet, another=True, unverified=True))  # said aloud, it is believed


def test_a_table_with_fewer_rows_than_the_head_says_is_refused(sheet: Sheet, empty: None, path: Path) -> None:
    found = archive.check(path)
    with archive.rows_of(path, found, sheet.identities) as rows:
        lines = packed(rows)
    more = {**found.head.counts, "client": found.head.counts["client"] + 1}
    with path.open("wb") as file:
        archive.write(file, replace(found.head, counts=more), lines, keys.signer())
    assert_refused(path, Trust(sheet), "as many rows")


def test_a_database_with_records_is_never_written_over(sheet: Sheet, path: Path) -> None:
    assert_refused(path, Trust(sheet), "empty database only")


def test_a_newer_release_is_named(sheet: Sheet, empty: None, path: Path) -> None:
    found = archive.check(path)
    with path.open("wb") as file:
        archive.write(file, replace(found.head, revision="9999"), [], keys.signer())
    assert_refused(path, Trust(sheet), "newer release")


def test_an_older_release_is_restored_and_brought_up_to_date(
    live_app: Flask, path: Path, template: str
) -> None:
    make_people()
    names = set(db.session.scalars(select(Client.name)))
    db.session.remove()
    downgrade(revision=AN_OLDER_RELEASE, x_arg="drop=yes")
    with db.engine.connect() as connection:
        lines = lines_of(connection)
    counts = dict(Counter(str(line[0]) for line in lines))
    by = (keys.this_installation(), keys.signed_by())
    head = Head("0.0.1", AN_OLDER_RELEASE, *by, datetime(2026, 11, 22, tzinfo=UTC), (), counts)
    with path.open("wb") as file:
        archive.write(file, head, packed(lines), keys.signer())
    with app_on_a_copy(template):
        restore(path, Trust())
        assert set(db.session.scalars(select(Client.name))) == names
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) != AN_OLDER_RELEASE
        db.session.rollback()
        assert rebuilding.rebuild_all().mended == 0


def lines_of(connection: Connection) -> list[Line]:
    """All rows of an older release, as it wrote them."""
    there = as_they_stand(connection)
    lines: list[Line] = []
    for table in Base.metadata.sorted_tables:
        if table.name in there.tables and table.name not in DERIVED:
            rows = connection.execute(select(there.tables[table.name])).mappings()
            lines += [[table.name, {key: plain(value) for key, value in row.items()}] for row in rows]
    return lines


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).isoformat()
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.isoformat() if isinstance(value, date | time) else value


def packed(lines: Iterable[Line]) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in lines]


def test_an_older_release_that_is_refused_leaves_the_tables_of_now(
    sheet: Sheet, empty: None, path: Path
) -> None:
    found = archive.check(path)
    line = json.dumps(["practice", {"id": "not an id"}]).encode() + b"\n"
    with path.open("wb") as file:
        archive.write(file, replace(found.head, revision=AN_OLDER_RELEASE), [line], keys.signer())
    assert_refused(path, Trust(sheet), "does not fit")


def test_a_plain_file_of_an_older_release_is_read_where_its_place_is_trusted(
    live_app: Flask, template: str, path: Path
) -> None:
    make_people()
    before = everything()
    write_backup(path, [])
    found = archive.check(path)
    with archive.rows_of(path, found, ()) as rows:
        lines = [*rows]
    head = {"format": OLD_FORMAT, "revision": found.head.revision}
    whole = [head, *lines, {"rows": len(lines)}]
    with app_on_a_copy(template):
        path.write_bytes(gzip.compress(b"".join(packed(whole[:-2]))))
        assert_refused(path, Trust(unverified=True), "cut off")
        path.write_bytes(gzip.compress(b"".join(packed(whole))))
        assert_refused(path, Trust(), "--unverified")
        assert restore(path, Trust(unverified=True)) == len(lines)
        assert everything() == before


@pytest.mark.parametrize("content", [b"", b"regroove", b"not a backup", gzip.compress(b'{"format": "x"}\n')])
def test_a_file_that_is_no_backup_is_refused(live_app: Flask, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BackupRefused, match="backup"):
        restore(path, Trust(unverified=True))


def test_of_an_unsigned_file_no_more_than_a_head_is_unpacked_before_it_is_trusted(
    live_app: Flask, path: Path
) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(32):
            file.write(b" " * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(BackupRefused, match="cannot be read as a backup"):
        examine(path, Trust())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_the_lines_of_a_sheet_are_read_as_they_are_typed(live_app: Flask) -> None:
    made = keys.make("safe", "Olive")
    typed = f"Backup key\n  {made.secret_line[:30].lower()}\n {made.secret_line[30:]}\n{made.verify_line} end"
    assert keys.read_sheet(typed) == Sheet((made.secret_line,), keys.signed_by())
    for line in (made.secret_line, made.verify_line):
        wrong = line[:-1] + ("Q" if line[-1] != "Q" else "P")
        with pytest.raises(BackupRefused, match="mistake"):
            keys.read_sheet(wrong)


def test_twenty_times_the_rows_take_no_more_memory() -> None:
    assert _peak(500 * 20) < 1.5 * _peak(500)


def _peak(count: int) -> int:
    """The most memory that writing so many rows took, in bytes."""
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    head = Head("1", "1", "1", "", datetime(2026, 11, 28, tzinfo=UTC), (recipient,), {})
    rows = (json.dumps(["client", {"id": secrets.token_hex(500)}]).encode() + b"\n" for _ in range(count))
    tracemalloc.start()
    archive.write(Nowhere(), head, rows, Ed25519PrivateKey.generate())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


class Nowhere(io.BytesIO):
    """Takes everything and keeps nothing."""

    def write(self, data: object, /) -> int:
        return len(data)  # type: ignore[arg-type]
