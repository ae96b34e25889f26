"""Pictures and videos go along in a backup, encrypted like the rest, and come back byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.backups import BackupProblem
from clinic.domain.media import MediaKind
from clinic.extensions import db
from clinic.models import MediaFile, Message
from clinic.services.clock import now
from clinic.services.media import uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from clinic.services.messages import writing
from clinic.services.messages.writing import ClientWords, MailedWords
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import archive, files, making
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.refusals import BackupFailed, BackupRefused
from clinic.services.upkeep.backups.restoring import Trust, restore
from clinic.services.upkeep.backups.rows import one_instant
from tests.cli.test_backup import well
from tests.conftest import app_on_a_copy
from tests.factories.backups import encrypted
from tests.factories.media import picture, sent
from tests.factories.people import make_people


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "all.backup"


@pytest.fixture
def kept(live_app: Flask) -> dict[str, bytes]:
    """Two pictures, by the names under which they are kept."""
    people = make_people()
    for side in (40, 90):
        sent(people.actor(people.owner), picture(size=(side, 60)))
    return everything_kept()


@pytest.fixture
def written(live_app: Flask) -> dict[str, bytes]:
    """A photo that came with a message of the page, and one that came with a reply by mail."""
    people = make_people()
    client = people.actor(people.client_user)
    photo = sent(client, picture(size=(40, 60)), client_id=people.client.id)
    writing.write(client, "k", ClientWords("Look at my hip.", media_ids=[photo.id]))
    data = picture(size=(90, 60))
    by_mail = Announced(MediaKind.PICTURE, "hip.jpg", len(data), client_id=people.client.id)
    mailed = uploads.came_by_mail(people.practice.id, by_mail, data)
    with transaction():
        writing.came_by_mail(people.client, "l", MailedWords("And from the side.", now(), [mailed.id]))
    return everything_kept()


def in_threads() -> list[tuple[str, bytes]]:
    """What messages say, each with the bytes of its file as the client opens it."""
    rows = db.session.scalars(select(Message).order_by(Message.sent_at))
    return [(row.text, b"".join(store().read(row.files[0].media_id.hex))) for row in rows]


def test_what_came_with_messages_stands_in_the_thread_again(
    written: dict[str, bytes], path: Path, template: str
) -> None:
    before = in_threads()
    assert [text for text, _ in before] == ["Look at my hip.", "And from the side."]
    sheet = encrypted(path)
    with app_on_a_copy(template):
        assert not everything_kept()
        restore(path, Trust(sheet))
        with across_practices("a look at what came back"):
            assert in_threads() == before
        assert everything_kept() == written


def everything_kept() -> dict[str, bytes]:
    return {name: b"".join(store().read(name)) for name, _ in store().names()}


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "media" / "files"


def test_they_come_back_byte_for_byte_and_nobody_reads_them_in_the_file(
    kept: dict[str, bytes], path: Path, template: str
) -> None:
    sheet = encrypted(path)
    assert archive.check(path).head.counts[archive.FILES] == len(kept) == 2
    for data in kept.values():
        assert data[20:60] not in path.read_bytes()
    with app_on_a_copy(template):
        restore(path, Trust(sheet))
        assert everything_kept() == kept
        with one_instant() as connection:
            assert files.intact(connection) == 2


def test_one_that_is_damaged_is_refused_and_leaves_nothing(
    live_app: Flask, kept: dict[str, bytes], path: Path, template: str
) -> None:
    second = max(db.session.query(MediaFile).all(), key=lambda row: row.created_at).id.hex
    damaged = folder(live_app) / second
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    sheet = encrypted(path)
    with app_on_a_copy(template) as other:
        (folder(other)).mkdir(parents=True)
        (folder(other) / "somebody-elses").write_bytes(b"x")
        with pytest.raises(BackupRefused, match="not what it was"):
            restore(path, Trust(sheet))
        assert set(everything_kept()) == {"somebody-elses"}


def test_one_that_is_lost_does_not_keep_the_records_from_being_backed_up(
    live_app: Flask, kept: dict[str, bytes], path: Path, template: str
) -> None:
    lost = next(iter(kept))
    store().drop(lost)
    sheet = encrypted(path)
    with app_on_a_copy(template):
        restore(path, Trust(sheet))
        assert set(everything_kept()) == set(kept) - {lost}


def test_a_storage_that_is_away_is_told(live_app: Flask, kept: dict[str, bytes], path: Path) -> None:
    folder(live_app).rename(folder(live_app).with_name("elsewhere"))
    folder(live_app).write_bytes(b"no folder")
    with pytest.raises(BackupFailed) as failed:
        making.write_backup(path, [])
    assert failed.value.problem is BackupProblem.AWAY
    assert not path.exists()


def test_a_drill_counts_them_and_touches_none(live_app: Flask, kept: dict[str, bytes]) -> None:
    assert "came back" in well(live_app, "backup", "drill")
    assert everything_kept() == kept
    store().drop(next(iter(kept)))
    answer = live_app.test_cli_runner().invoke(args=["backup", "drill"])
    assert answer.exit_code == 2
    assert "files (1 of 2)" in answer.stderr


def test_a_sheet_is_needed_as_for_the_rows(kept: dict[str, bytes], path: Path, template: str) -> None:
    encrypted(path)
    with app_on_a_copy(template), pytest.raises(BackupRefused, match="encrypted"):
        restore(path, Trust(Sheet(), another=True, unverified=True))
