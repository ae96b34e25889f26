"""A drill restores a backup elsewhere and counts it; the practice and its data folder stay as they were."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.backups import BackupRun
from clinic.domain.health import Pulse
from clinic.extensions import db
from clinic.models import BackupRecord
from clinic.services.upkeep import heartbeats
from clinic.services.upkeep.backups import archive, keys
from clinic.services.upkeep.backups.restoring import OLD_FORMAT
from tests.backends import database_urls, owner_of
from tests.cli.test_backup import refused, well
from tests.factories.backups import everything
from tests.factories.people import make_people


def test_a_drill_restores_counts_and_leaves_nothing_behind(live_app: Flask) -> None:
    make_people()
    before = everything()
    assert "came back, table by table" in well(live_app, "backup", "drill")
    assert [*(live_app.config["SETTINGS"].data_dir / "backups").iterdir()] == []
    assert db.session.scalars(select(BackupRecord.kind)).all() == [BackupRun.DRILL]
    assert Pulse.RESTORED in heartbeats.last_seen()
    db.session.rollback()
    after = everything()
    assert {name for name in before if before[name] != after[name]} == {"backup_record", "heartbeat"}


def test_a_drill_goes_into_an_empty_database_and_no_other(live_app: Flask) -> None:
    make_people()
    with database_urls() as new:
        empty = new()
        url = owner_of(empty) or empty  # who makes the tables
        assert "came back" in well(live_app, "backup", "drill", "--into", url)
        assert "empty database only" in refused(live_app, "backup", "drill", "--into", url)


@pytest.fixture
def empty(template: str) -> Iterator[str]:
    """The address of a database that has its tables and nothing in them."""
    with database_urls() as new:
        url = new(template)
        yield owner_of(url) or url


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_kept_backup_is_tried_with_its_sheet(
    live_app: Flask, empty: str, tmp_path: Path, is_whole: bool
) -> None:
    make_people()
    sheet, file = tmp_path / "sheet", tmp_path / "all.backup"
    sheet.write_text(well(live_app, "backup", "keys", "new"))
    well(live_app, "backup", file)
    if is_whole:
        assert "came back" in well(live_app, "backup", "drill", file, "--into", empty, "--key", sheet)
        return
    found = archive.check(file)
    with archive.rows_of(file, found, keys.read_sheet(sheet.read_text()).identities) as rows:
        lines = [json.dumps(row).encode() + b"\n" for row in rows if row[0] != "link_token"]
    head = replace(found.head, counts={**found.head.counts, "link_token": 7})
    with file.open("wb") as raw:
        archive.write(raw, head, lines, keys.signer())
    assert "as many rows" in refused(live_app, "backup", "drill", file, "--into", empty, "--key", sheet)


def test_one_of_the_old_format_is_tried_where_its_place_is_trusted(
    live_app: Flask, empty: str, tmp_path: Path
) -> None:
    make_people()
    plain, old = tmp_path / "plain.backup", tmp_path / "old.backup"
    well(live_app, "backup", plain)
    found = archive.check(plain)
    with archive.rows_of(plain, found, ()) as rows:
        lines = [*rows]
    whole = [{"format": OLD_FORMAT, "revision": found.head.revision}, *lines, {"rows": len(lines)}]
    old.write_bytes(gzip.compress("\n".join(map(json.dumps, whole)).encode()))
    assert "--unverified" in refused(live_app, "backup", "drill", old)
    assert "came back" in well(live_app, "backup", "drill", old, "--into", empty, "--unverified")
