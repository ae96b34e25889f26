"""The nightly backup: once a night, kept by rule, read back, and told when it goes wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine
from flask import Flask
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from clinic.domain.backups import BackupProblem, RunState
from clinic.domain.health import Pulse
from clinic.domain.notices import NoticeKind
from clinic.extensions import db
from clinic.models import BackupRecord, PracticeNotice
from clinic.services import notices
from clinic.services.upkeep import heartbeats
from clinic.services.upkeep.backups import archive, keys, nightly, runs
from clinic.services.upkeep.backups.refusals import BackupFailed
from clinic.services.upkeep.backups.restoring import Trust, examine, read_through
from config import BucketAccess
from tests.factories.backups import new_sheet
from tests.factories.people import make_people

NIGHT = datetime(2026, 11, 28, 4, tzinfo=UTC)  # past three where the practice is


def settle(app: Flask, **changes: Any) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **changes)


@pytest.fixture
def kept(live_app: Flask, tmp_path: Path) -> Path:
    """Where backups are kept; a practice and a key are there."""
    folder = tmp_path / "kept"
    folder.mkdir()
    settle(live_app, backup_to=str(folder), data_dir=tmp_path / "data")
    make_people()
    new_sheet()
    return folder


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """An S3 storage with a bucket, and its address."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    bucket(address).create_bucket(Bucket="backups")
    yield address
    server.stop()


def bucket(address: str) -> Any:
    words = {"aws_access_key_id": "ours", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=address, **words)


def states() -> list[tuple[RunState, BackupProblem | None]]:
    rows = db.session.execute(
        select(BackupRecord.state, BackupRecord.problem).order_by(BackupRecord.started_at)
    ).all()
    db.session.rollback()
    return [(row[0], row[1]) for row in rows]


@time_machine.travel(NIGHT, tick=False)
def test_one_is_made_a_night_and_says_so(kept: Path) -> None:
    assert nightly.run_due(NIGHT)
    assert not nightly.run_due(NIGHT + timedelta(minutes=1))
    (file,) = kept.iterdir()
    assert file.name == f"regroove-{keys.this_installation()}-20261128T040000Z.backup"
    assert file.stat().st_mode & 0o077 == 0
    status = runs.status()
    assert status.last_good is not None
    assert (status.last_good.name, status.last_good.rows) == (file.name, archive.check(file).head.rows)
    assert status.failed is None
    assert heartbeats.last_seen()[Pulse.BACKUP] == (NIGHT, file.name)
    db.session.rollback()


@time_machine.travel(NIGHT, tick=False)
def test_of_two_workers_one_makes_it(kept: Path) -> None:
    other = runs.claim(NIGHT)
    assert other is not None
    assert not nightly.run_due(NIGHT)
    assert [*kept.iterdir()] == []
    # it died: half an hour later the next one finds its lease over
    assert nightly.run_due(NIGHT + timedelta(minutes=31))
    assert states() == [(RunState.FAILED, BackupProblem.STOPPED), (RunState.GOOD, None)]
    with pytest.raises(BackupFailed, match="another one was begun"):
        other.well(name="late", place="", size=1, rows=1)


def test_without_a_key_nothing_is_tried(live_app: Flask, tmp_path: Path) -> None:
    settle(live_app, data_dir=tmp_path)
    make_people()
    assert not nightly.run_due(NIGHT)
    assert states() == []
    with pytest.raises(BackupFailed, match="clinic backup keys new"):
        nightly.run_now()


def test_switched_off_nothing_is_made(live_app: Flask, kept: Path) -> None:
    settle(live_app, backup_hour=None)
    assert not nightly.run_due(NIGHT)


def test_old_ones_are_dropped_and_what_is_not_ours_stays(kept: Path) -> None:
    (kept / "holiday.jpg").write_text("not ours")
    (kept / "regroove-aaaaaaaaaaaa-20200101T030000Z.backup").write_text("of another installation")
    for day in range(10):
        with time_machine.travel(NIGHT + timedelta(days=day), tick=False):
            assert nightly.run_due(NIGHT + timedelta(days=day))
    ours = nightly.names()
    assert [name.partition("-2026")[2][:4] for name in ours] == [
        *("1207", "1206", "1205", "1204", "1203", "1202", "1201"),
        *("1130", "1129"),  # the last of a month, and of a week
    ]
    assert len([*kept.iterdir()]) == len(ours) + 2


@time_machine.travel(NIGHT, tick=False)
def test_what_was_killed_half_way_is_swept_away(live_app: Flask, kept: Path) -> None:
    unfinished = live_app.config["SETTINGS"].data_dir / "backups" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / ".regroove-x.backup.77.partial").write_text("half a backup")
    (kept / f".regroove-{keys.this_installation()}-20261127T030000Z.backup.77.partial").write_text("half")
    assert nightly.run_due(NIGHT)
    assert [*unfinished.iterdir()] == []
    assert len([*kept.iterdir()]) == 1


@time_machine.travel(NIGHT, tick=False)
def test_a_worker_that_is_asked_to_end_leaves_nothing_half(kept: Path) -> None:
    assert not nightly.run_due(NIGHT, stop=lambda: True)
    assert [*kept.iterdir()] == []
    assert states() == [(RunState.FAILED, BackupProblem.STOPPED)]


@time_machine.travel(NIGHT, tick=False)
def test_a_place_that_is_away_is_tried_again_and_told_in_the_morning(live_app: Flask, kept: Path) -> None:
    kept.rename(kept.with_name("gone"))
    assert not nightly.run_due(NIGHT)
    assert not nightly.run_due(NIGHT + timedelta(minutes=29))
    assert states() == [(RunState.FAILED, BackupProblem.AWAY)]
    notices.send_due(NIGHT + timedelta(hours=1))
    assert told() == []
    with time_machine.travel(NIGHT + timedelta(hours=2), tick=False):
        assert not nightly.run_due(NIGHT + timedelta(hours=2))
        notices.send_due(NIGHT + timedelta(hours=2))
        assert NoticeKind.BACKUP_FAILED in told()
    kept.with_name("gone").rename(kept)
    with time_machine.travel(NIGHT + timedelta(hours=3), tick=False):
        assert nightly.run_due(NIGHT + timedelta(hours=3))
    assert runs.status().failing_since is None
    db.session.rollback()


def told() -> list[NoticeKind]:
    kinds = db.session.scalars(select(PracticeNotice.kind)).all()
    db.session.rollback()
    return [*kinds]


@time_machine.travel(NIGHT, tick=False)
def test_a_full_disk_is_named_and_leaves_no_half_file(live_app: Flask, kept: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(kept)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        (kept / "holiday.jpg").write_bytes(b"x" * 16 * 1024)
        assert not nightly.run_due(NIGHT)
        assert [each.name for each in kept.iterdir()] == ["holiday.jpg"]
    finally:
        subprocess.run(["umount", str(kept)], check=True)
    assert states() == [(RunState.FAILED, BackupProblem.DISK_FULL)]


@time_machine.travel(NIGHT, tick=False)
def test_a_disk_that_does_not_keep_what_it_is_given_is_found_out(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "clinic.services.upkeep.backups.stores.FolderStore.read", lambda self, name: iter([b"rubbish"])
    )
    assert not nightly.run_due(NIGHT)
    assert states() == [(RunState.FAILED, BackupProblem.CHANGED)]
    assert [*kept.iterdir()] == []


def test_it_is_kept_in_a_storage_and_fetched_from_there(
    live_app: Flask, storage: str, tmp_path: Path
) -> None:
    settle(
        live_app,
        data_dir=tmp_path,
        backup_to="s3://backups/practice/one",
        backup_s3=BucketAccess(storage, "us-east-1", "ours", "secret"),
    )
    make_people()
    sheet = new_sheet()
    assert nightly.run_due(datetime.now(UTC))
    (name,) = nightly.names()
    (there,) = bucket(storage).list_objects_v2(Bucket="backups")["Contents"]
    assert there["Key"] == f"practice/one/{name}"
    nightly.fetch(name, tmp_path / "fetched")
    assert read_through(examine(tmp_path / "fetched", Trust(sheet)))
    assert (tmp_path / "fetched").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "where, problem",
    [("s3://no-such-bucket", BackupProblem.AWAY), ("away", BackupProblem.AWAY)],
)
@time_machine.travel(NIGHT, tick=True)
def test_a_storage_that_is_away_is_named(
    live_app: Flask, storage: str, tmp_path: Path, where: str, problem: BackupProblem
) -> None:
    address = "http://127.0.0.1:9" if where == "away" else storage
    to = "s3://backups" if where == "away" else where
    settle(
        live_app,
        data_dir=tmp_path,
        backup_to=to,
        backup_s3=BucketAccess(address, "us-east-1", "ours", "secret"),
    )
    make_people()
    new_sheet()
    assert not nightly.run_due(NIGHT)
    assert states() == [(RunState.FAILED, problem)]
