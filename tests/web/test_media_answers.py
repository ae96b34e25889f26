"""A file as it is sent: whole, in part, not again, never to be run (RFC 9110)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from clinic.extensions import db
from clinic.models import MediaFile
from clinic.services.media.storage import store
from tests.factories.media import picture, sent
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def file(people: People) -> Iterator[MediaFile]:
    row = sent(people.actor(people.owner), picture(size=(200, 200)))
    yield row
    store().drop(row.id.hex)


@pytest.fixture
def browser(visit: Visit, people: People) -> Visitor:
    return visit(people.assistant)


def whole(file: MediaFile) -> bytes:
    return b"".join(store().read(file.id.hex))


def test_the_whole_file_is_typed_private_and_may_not_run(browser: Visitor, file: MediaFile) -> None:
    answer = browser.get(f"/media/{file.id}")
    assert answer.data == whole(file)
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Disposition"] == 'attachment; filename="picture.jpg"'
    assert headers["Content-Length"] == str(file.size)
    assert headers["ETag"] == f'"{file.digest[:32]}"'


@pytest.mark.parametrize(
    "asked, begin, end",
    [
        ("bytes=0-", 0, None),
        ("bytes=0-9", 0, 10),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=3-999999999", 3, None),
    ],
)
def test_a_part_is_a_part(browser: Visitor, file: MediaFile, asked: str, begin: int, end: int | None) -> None:
    answer = browser.get(f"/media/{file.id}", status=206, headers={"Range": asked})
    expected = whole(file)[begin:end]
    assert answer.data == expected
    first = begin if begin >= 0 else file.size + begin
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{file.size}"
    assert answer.headers["Content-Length"] == str(len(expected))
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999999-999999999"])
def test_beyond_the_end_is_nothing(browser: Visitor, file: MediaFile, asked: str) -> None:
    answer = browser.get(f"/media/{file.id}", status=416, headers={"Range": asked})
    assert answer.headers["Content-Range"] == f"bytes */{file.size}"
    assert not answer.data


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=x-y", "bytes=9-3", "bytes=", "", "bytes=--1"]
)
def test_what_is_no_single_range_is_the_whole(browser: Visitor, file: MediaFile, asked: str) -> None:
    assert len(browser.get(f"/media/{file.id}", headers={"Range": asked}).data) == file.size


def test_a_part_of_another_state_of_it_is_the_whole(browser: Visitor, file: MediaFile) -> None:
    etag = browser.get(f"/media/{file.id}").headers["ETag"]
    same = {"Range": "bytes=0-1", "If-Range": etag}
    browser.get(f"/media/{file.id}", status=206, headers=same)
    for other in ('"another"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        browser.get(f"/media/{file.id}", headers={**same, "If-Range": other})


def test_what_a_browser_has_is_not_sent_again_but_asked_for(browser: Visitor, file: MediaFile) -> None:
    etag = browser.get(f"/media/{file.id}").headers["ETag"]
    answer = browser.get(f"/media/{file.id}", status=304, headers={"If-None-Match": etag})
    assert not answer.data
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_head_tells_its_length_and_knows_no_range(browser: Visitor, file: MediaFile) -> None:
    answer = browser.client.head(f"/media/{file.id}", headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, str(file.size), b"")


def test_a_file_that_is_gone_from_the_disk_is_told(app: Flask, browser: Visitor, file: MediaFile) -> None:
    store().drop(file.id.hex)
    answer = browser.get(f"/media/{file.id}", status=503)
    assert "not there any more" in answer.get_data(as_text=True)


def test_one_that_is_not_ready_is_not_there(browser: Visitor, file: MediaFile) -> None:
    from clinic.domain.media import MediaState

    db.session.get_one(MediaFile, file.id).state = MediaState.WAITING
    db.session.get_one(MediaFile, file.id).ready_at = None
    db.session.commit()
    browser.get(f"/media/{file.id}", status=404)
