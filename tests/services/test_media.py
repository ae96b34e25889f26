"""Files on their way in and out: cut off, resumed, doubled, with no room left, replaced and tidied."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.media import PIECE, MediaAway, MediaKind, MediaRefused, MediaState, MoveSpot
from clinic.extensions import db
from clinic.models import Exercise, ExercisePicture, MediaPiece
from clinic.services.actors import Actor
from clinic.services.media import showing, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from clinic.services.routines.publishing import begin_with_catalogue
from tests.factories.media import SVG, empty_store, picture, sent, shown
from tests.factories.people import People


@pytest.fixture
def owner(people: People) -> Actor:
    return people.actor(people.owner)


@pytest.fixture
def move(people: People) -> Exercise:
    begin_with_catalogue(people.practice)
    db.session.flush()
    return db.session.scalars(select(Exercise).where(Exercise.practice_id == people.practice.id)).first()  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


def kept() -> set[str]:
    return {name for name, _ in store().names()}


def announced(size: int, kind: MediaKind = MediaKind.PICTURE, fingerprint: str = "f") -> Announced:
    return Announced(kind, "C:\\photos\\knee of Ada.jpg", size, fingerprint)


def test_a_picture_is_kept_under_a_name_of_ours_and_its_own_name_is_words(owner: Actor) -> None:
    row = sent(owner, picture(), name="C:\\photos\\knee of Ada.jpg")
    assert row.state is MediaState.READY
    assert row.original_name == "knee of Ada.jpg"
    assert kept() == {row.id.hex}
    assert row.size == len(b"".join(store().read(row.id.hex)))
    assert not db.session.scalars(select(MediaPiece)).all()


def test_pieces_come_in_order_and_one_that_comes_twice_changes_nothing(owner: Actor) -> None:
    whole = picture(size=(400, 300))
    row = uploads.begin(owner, announced(len(whole)))
    first = uploads.take(owner, row.id, 0, whole[:500])
    assert first.received == 500
    assert uploads.take(owner, row.id, 0, whole[:500]).received == 500
    assert uploads.take(owner, row.id, 900, whole[900:]).received == 500  # too far: go on at 500
    assert len(kept()) == 1
    done = uploads.take(owner, row.id, 500, whole[500:])
    assert (done.state, done.width) == (MediaState.READY, 400)
    assert uploads.take(owner, row.id, 500, whole[500:]).state is MediaState.READY


def test_an_upload_that_was_cut_off_goes_on_where_it_ended(owner: Actor) -> None:
    whole = picture()
    row = uploads.begin(owner, announced(len(whole)))
    uploads.take(owner, row.id, 0, whole[:300])
    again = uploads.begin(owner, announced(len(whole)))
    assert (again.id, again.received) == (row.id, 300)
    other = uploads.begin(owner, announced(len(whole), fingerprint="another"))
    assert other.id != row.id


def test_nobody_from_elsewhere_goes_on_with_it(people: People, owner: Actor) -> None:
    row = uploads.begin(owner, announced(100))
    for user in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            uploads.take(people.actor(user), row.id, 0, b"x")


def test_a_file_that_is_too_large_is_refused_before_a_byte_of_it_is_sent(owner: Actor) -> None:
    with pytest.raises(MediaRefused, match="2 GB"):
        uploads.begin(owner, announced(2 * 1024**3 + 1, MediaKind.VIDEO))
    with pytest.raises(MediaRefused, match="25 MB"):
        uploads.begin(owner, announced(26 * 1024**2))
    with pytest.raises(MediaRefused, match="empty"):
        uploads.begin(owner, announced(0))


def test_what_is_no_picture_is_refused_at_its_first_piece_and_nothing_is_left(owner: Actor) -> None:
    row = uploads.begin(owner, announced(20 * 1024**2))
    with pytest.raises(MediaRefused, match="SVG"):
        uploads.take(owner, row.id, 0, SVG + bytes(PIECE - len(SVG)))
    db.session.refresh(row)
    assert row.state is MediaState.REFUSED
    assert "SVG" in row.said
    assert not kept()


def test_more_than_was_announced_is_refused(owner: Actor) -> None:
    row = uploads.begin(owner, announced(100))
    with pytest.raises(MediaRefused, match="More came"):
        uploads.take(owner, row.id, 0, picture())
    assert not kept()


def test_a_damaged_picture_leaves_nothing(owner: Actor) -> None:
    with pytest.raises(MediaRefused, match="cut off"):
        sent(owner, picture()[:500])
    assert not kept()
    assert not db.session.scalars(select(MediaPiece)).all()


def test_a_full_disk_is_a_sentence_and_leaves_nothing(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = picture()
    row = uploads.begin(owner, announced(len(whole)))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(MediaAway, match="no room left"):
            uploads.take(owner, row.id, 0, whole)
    assert not kept()
    db.session.refresh(row)
    assert row.received == 0
    assert uploads.take(owner, row.id, 0, whole).state is MediaState.READY  # once there is room again


def test_an_assistant_and_a_client_send_nothing_to_the_library(people: People) -> None:
    with pytest.raises(Forbidden):
        uploads.begin(people.actor(people.assistant), announced(10))
    with pytest.raises(NotFound):
        uploads.begin(people.actor(people.client_user), announced(10))


def test_a_file_of_one_client_is_theirs_and_their_practices_alone(people: People) -> None:
    ada, data = people.actor(people.client_user), picture()
    own = Announced(MediaKind.PICTURE, "knee.jpg", len(data), client_id=people.client.id)
    row = uploads.send_whole(ada, own, data)
    assert row.client_id == people.client.id
    from clinic.services import access

    assert access.media_for(people.actor(people.assistant), row.id).id == row.id
    for user in (people.other_client_user, people.stranger, people.foreign_client_user):
        with pytest.raises(NotFound):
            access.media_for(people.actor(user), row.id)
    with pytest.raises(NotFound):
        uploads.begin(people.actor(people.other_client_user), own)


def test_a_picture_that_is_replaced_or_removed_can_be_put_back(owner: Actor, move: Exercise) -> None:
    first = shown(owner, move, alt="First")
    second = shown(owner, move, alt="Second")
    assert on_show(move) == {MoveSpot.START: second.id}
    showing.remove(owner, move.id, MoveSpot.START)
    showing.remove(owner, move.id, MoveSpot.START)
    assert on_show(move) == {}
    showing.put_back(owner, move.id, first.id)
    assert on_show(move) == {MoveSpot.START: first.id}
    showing.put_back(owner, move.id, second.id)
    assert on_show(move) == {MoveSpot.START: second.id}


def test_the_same_file_shown_twice_is_shown_once(owner: Actor, move: Exercise) -> None:
    media = sent(owner, picture())
    for alt in ("One", "Two"):
        showing.show(owner, move.id, media.id, MoveSpot.END, alt)
    rows = db.session.scalars(select(ExercisePicture)).all()
    assert [row.alt for row in rows] == ["Two"]


def test_a_file_of_a_client_or_of_another_kind_is_shown_at_no_move(
    people: People, owner: Actor, move: Exercise
) -> None:
    data = picture()
    theirs = uploads.send_whole(
        owner, Announced(MediaKind.PICTURE, "knee.jpg", len(data), client_id=people.client.id), data
    )
    library = sent(owner, data)
    for media_id, spot in (
        (theirs.id, MoveSpot.START),
        (library.id, MoveSpot.VIDEO),
        (uuid.uuid4(), MoveSpot.START),
    ):
        with pytest.raises(NotFound):
            showing.show(owner, move.id, media_id, spot, "No")


def on_show(move: Exercise) -> dict[MoveSpot, uuid.UUID]:
    return {each.spot: each.id for each in showing.at_move(move) if each.removed_at is None}


def test_files_lie_in_a_folder_that_is_nobody_elses(app: Flask, owner: Actor) -> None:
    row = sent(owner, picture())
    path = store().path(row.id.hex)
    assert isinstance(path, Path)
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0
