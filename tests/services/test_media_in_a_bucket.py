"""Files in an S3 storage: kept, sent in part and in whole, tidied, and said when it is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from clinic.domain.media import PIECE, MediaAway, MediaState
from clinic.services.actors import Actor
from clinic.services.media import uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced, MediaKind
from config import BucketAccess
from tests.factories.media import picture, sent
from tests.factories.people import People
from tests.services.test_nightly_backups import bucket
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """The address of an S3 storage with a bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    bucket(address).create_bucket(Bucket="media")
    yield address
    server.stop()


@pytest.fixture
def in_a_bucket(app: Flask, storage: str) -> Iterator[None]:
    before = app.config["SETTINGS"]
    access = BucketAccess(storage, "us-east-1", "ours", "secret")
    app.config["SETTINGS"] = replace(before, media_to="s3://media/practice/one", media_s3=access)
    yield
    app.config["SETTINGS"] = before


@pytest.fixture
def owner(people: People) -> Actor:
    return people.actor(people.owner)


def keys(storage: str) -> set[str]:
    return {each["Key"] for each in bucket(storage).list_objects_v2(Bucket="media").get("Contents", [])}


@pytest.mark.usefixtures("in_a_bucket")
def test_a_picture_is_kept_under_the_prefix_and_sent_in_part_and_in_whole(
    app: Flask, people: People, owner: Actor, storage: str
) -> None:
    row = sent(owner, picture(size=(300, 200)))
    assert keys(storage) == {f"practice/one/{row.id.hex}"}
    whole = b"".join(store().read(row.id.hex))
    assert len(whole) == row.size
    browser = Visitor(app, people.assistant)
    assert browser.get(f"/media/{row.id}").data == whole
    part = browser.get(f"/media/{row.id}", status=206, headers={"Range": "bytes=10-19"})
    assert part.data == whole[10:20]
    assert [name for name, _ in store().names()] == [row.id.hex]
    store().drop(row.id.hex)
    store().drop(row.id.hex)  # one that is gone is no trouble
    assert keys(storage) == set()
    assert browser.get(f"/media/{row.id}", status=503).headers["Retry-After"]


@pytest.mark.usefixtures("in_a_bucket")
def test_of_a_large_file_a_part_is_sent_at_a_time(app: Flask, people: People, owner: Actor) -> None:
    row = sent(owner, picture())
    store().put(row.id.hex, (b"x" * PIECE for _ in range(6)))
    row.size = 6 * PIECE
    browser = Visitor(app, people.assistant)
    answer = browser.get(f"/media/{row.id}", status=206, headers={"Range": "bytes=0-"})
    assert len(answer.data) == 4 * PIECE
    assert answer.headers["Content-Range"] == f"bytes 0-{4 * PIECE - 1}/{6 * PIECE}"
    store().drop(row.id.hex)


def test_a_storage_that_is_away_is_a_sentence_and_nothing_is_left(app: Flask, owner: Actor) -> None:
    before = app.config["SETTINGS"]
    data = picture()
    row = uploads.begin(owner, Announced(MediaKind.PICTURE, "hips.jpg", len(data)))
    access = BucketAccess("http://127.0.0.1:9", "us-east-1", "ours", "secret")
    app.config["SETTINGS"] = replace(before, media_to="s3://media", media_s3=access)
    try:
        with pytest.raises(MediaAway, match="does not answer"):
            uploads.take(owner, row.id, 0, data)
    finally:
        app.config["SETTINGS"] = before
    assert not uploads.pieces_of(row)
    assert (row.state, row.received) == (MediaState.ARRIVING, 0)
