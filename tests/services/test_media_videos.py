"""Videos made ready by the worker: with ffmpeg, without it, cut off, hostile, and when the worker dies."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from clinic.domain.media import GIGA, MEGA, MediaKind, MediaRefused, MediaState
from clinic.extensions import db
from clinic.models import MediaFile
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.media import making, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from clinic.services.media.videos import made
from tests.factories.media import HTML, empty_store, picture, sent
from tests.factories.people import People
from tests.factories.videos import PLACE, PLACED, box, filmed, mp4, needs_ffmpeg, track


@pytest.fixture
def owner(people: People) -> Actor:
    return people.actor(people.owner)


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


@pytest.fixture
def without_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")


def film(owner: Actor, data: bytes, name: str = "hips.mp4") -> MediaFile:
    """A video that has arrived, and waits."""
    return uploads.send_whole(owner, Announced(MediaKind.VIDEO, name, len(data)), data)


def whole(row: MediaFile) -> bytes:
    return b"".join(store().read(row.id.hex))


def nothing() -> None:
    """It goes on."""


@needs_ffmpeg
@pytest.mark.parametrize("name", ["v.mp4", "v.mov", "v.webm"])
def test_a_video_becomes_one_that_every_browser_plays(owner: Actor, tmp_path: Path, name: str) -> None:
    original = filmed(tmp_path, name, size="1920x1080", seconds=1)
    row = film(owner, original, name)
    assert row.state is MediaState.WAITING
    assert making.make_all() == 1
    db.session.refresh(row)
    assert (row.state, row.type, row.width, row.height, row.seconds) == (
        MediaState.READY,
        "video/mp4",
        1280,
        720,
        1,
    )
    shown = whole(row)
    assert shown[4:8] == b"ftyp"
    assert shown.index(b"moov") < shown.index(b"mdat")  # it begins at once
    for planted in (PLACE, b"planted", b"Lavf"):
        assert planted not in shown
    assert row.poster_id is not None
    poster = Image.open(BytesIO(b"".join(store().read(row.poster_id.hex))))
    assert (poster.format, poster.size) == ("JPEG", (1280, 720))
    assert {name for name, _ in store().names()} == {row.id.hex, row.poster_id.hex}
    assert making.make_all() == 0


@needs_ffmpeg
def test_a_video_that_was_cut_off_is_refused_and_nothing_is_left(owner: Actor, tmp_path: Path) -> None:
    whole_film = filmed(tmp_path, seconds=6, more=("-movflags", "+faststart"))
    row = film(owner, whole_film[: len(whole_film) // 3])
    making.make_all()
    db.session.refresh(row)
    assert row.state is MediaState.REFUSED
    assert "cut off or damaged" in row.said
    assert not list(store().names())


@needs_ffmpeg
@pytest.mark.parametrize(
    "data",
    [
        box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + bytes(3000),
        mp4(),
        box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + b"#EXTM3U\nfile:///etc/passwd\n" * 20,
        b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(900),
    ],
)
def test_what_only_begins_like_a_video_is_refused(owner: Actor, data: bytes) -> None:
    row = film(owner, data)
    making.make_all()
    db.session.refresh(row)
    assert (row.state, "cut off or damaged" in row.said) == (MediaState.REFUSED, True)


@needs_ffmpeg
def test_a_film_that_asks_for_another_file_gets_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("planted")
    (tmp_path / "list.mp4").write_text(f"ffconcat version 1.0\nfile {tmp_path}/secret.txt\n")
    with pytest.raises(MediaRefused):
        made(tmp_path / "list.mp4", tmp_path, nothing)


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"MZ\x90\x00" + bytes(200), "no video"),
        (HTML, "no video"),
        (picture(), "a picture"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\nhttp://elsewhere.example/x.ts", "no video"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "no video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(100), "no video"),
    ],
)
def test_what_is_no_video_is_refused_at_its_first_piece(owner: Actor, data: bytes, sentence: str) -> None:
    row = uploads.begin(owner, Announced(MediaKind.VIDEO, "hips.mp4", GIGA))
    with pytest.raises(MediaRefused, match=sentence):
        uploads.take(owner, row.id, 0, data)


def test_without_ffmpeg_an_mp4_is_shown_as_it_is_without_its_place(
    owner: Actor, without_ffmpeg: None
) -> None:
    original = mp4(track(more=PLACED), more=PLACED, behind=box(b"uuid", b"XMP" + PLACE))
    row = film(owner, original)
    making.make_all()
    db.session.refresh(row)
    assert (row.state, row.width, row.poster_id) == (MediaState.READY, 320, None)
    shown = whole(row)
    assert len(shown) == len(original)
    assert PLACE not in shown
    assert b"udta" not in shown


@pytest.mark.parametrize(
    "data, size, sentence",
    [
        (box(b"ftyp", b"qt  ", bytes(4)) + bytes(99), 1000, "only MP4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm" + bytes(99), 1000, "only MP4"),
        (mp4(), 201 * MEGA, "200 MB"),
    ],
)
def test_without_ffmpeg_others_are_refused_at_once(
    owner: Actor, without_ffmpeg: None, data: bytes, size: int, sentence: str
) -> None:
    row = uploads.begin(owner, Announced(MediaKind.VIDEO, "hips.mp4", size))
    with pytest.raises(MediaRefused, match=sentence):
        uploads.take(owner, row.id, 0, data[:1000])


def test_work_of_a_worker_that_died_is_taken_up_when_its_lease_ends(
    owner: Actor, without_ffmpeg: None
) -> None:
    row = film(owner, mp4())
    assert making._claim(lambda: False) is not None  # and dies
    assert making.make_all() == 0
    db.session.refresh(row)
    row.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert making.make_all() == 1
    db.session.refresh(row)
    assert (row.state, row.tries) == (MediaState.READY, 2)


def test_work_that_kills_its_worker_is_given_up_after_three_tries(owner: Actor, without_ffmpeg: None) -> None:
    row = film(owner, mp4())
    row.tries = 3
    db.session.commit()
    making.make_all()
    db.session.refresh(row)
    assert (row.state, "could not be made ready" in row.said) == (MediaState.REFUSED, True)


def test_a_worker_that_is_to_end_leaves_its_work_to_the_next_one(owner: Actor, tmp_path: Path) -> None:
    row = film(owner, mp4())
    asked = iter([False, True])  # let in, and told to end while the file is fetched
    making.make_all(lambda: next(asked, True))
    db.session.refresh(row)
    assert (row.state, row.lease_until, row.tries) == (MediaState.WAITING, None, 0)


def test_a_piece_that_is_lost_is_told(owner: Actor, without_ffmpeg: None) -> None:
    row = film(owner, mp4())
    db.session.delete(uploads.pieces_of(row)[0])
    db.session.commit()
    making.make_all()
    db.session.refresh(row)
    assert (row.state, "did not arrive whole" in row.said) == (MediaState.REFUSED, True)


def test_no_work_is_left_in_the_folder(app: Flask, owner: Actor, without_ffmpeg: None) -> None:
    film(owner, mp4())
    making.make_all()
    work = Path(app.config["SETTINGS"].data_dir) / "media" / "work"
    assert not list(work.iterdir())


@needs_ffmpeg
def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    from clinic.services.media.videos import WorkStopped, _run

    def stop() -> None:
        raise WorkStopped

    before = subprocess.run(
        ["pgrep", "-c", "-f", "testsrc=duration=999"], capture_output=True, check=False
    ).stdout
    words = ["ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc=duration=999", "-f", "null", "-"]
    with pytest.raises(WorkStopped):
        _run(words, tmp_path, stop)
    after = subprocess.run(
        ["pgrep", "-c", "-f", "testsrc=duration=999"], capture_output=True, check=False
    ).stdout
    assert before == after


def test_captions_are_kept_as_they_were_written_anew(owner: Actor) -> None:
    row = sent(owner, b"WEBVTT\n\n00:01.000 --> 00:02.000\n<b>Turn</b>\n", MediaKind.CAPTIONS, "hips.vtt")
    assert whole(row) == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nTurn\n"
    assert row.type == "text/vtt"
    with pytest.raises(MediaRefused, match="UTF-8"):
        sent(owner, b"WEBVTT\n\n\xff\xfe", MediaKind.CAPTIONS)
