"""What nobody needs any more goes after a day, and what somebody has stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.media import MediaKind, MediaState
from clinic.extensions import db
from clinic.models import Exercise, ExercisePicture, MediaFile, MediaPiece, RoutineItem
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.media import showing, tidying, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import PIECES, Announced
from clinic.services.messages import writing
from clinic.services.messages.writing import ClientWords
from clinic.services.routines.publishing import begin_with_catalogue
from clinic.services.transaction import transaction
from tests.factories.media import empty_store, picture, sent, shown
from tests.factories.people import People

LATER = timedelta(days=1, hours=1)


@pytest.fixture
def owner(people: People) -> Actor:
    return people.actor(people.owner)


@pytest.fixture
def move(people: People) -> Exercise:
    begin_with_catalogue(people.practice)
    db.session.flush()
    in_a_routine = select(RoutineItem.exercise_id).where(RoutineItem.practice_id == people.practice.id)
    found = db.session.scalars(select(Exercise).where(Exercise.id.in_(in_a_routine))).first()
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


def kept() -> set[str]:
    return {name for name, _ in store().names()}


def tidied() -> None:
    """As a day later, twice: what is let go in one round goes in it, what hung on it in the next."""
    for _ in range(2):
        tidying.tidy(now() + LATER)
    db.session.expire_all()


def test_an_upload_that_was_given_up_goes_with_its_pieces(owner: Actor) -> None:
    row = uploads.begin(owner, Announced(MediaKind.PICTURE, "hips.jpg", 5000))
    uploads.take(owner, row.id, 0, picture()[:500])
    tidying.tidy(now())
    assert len(kept()) == 1
    tidied()
    assert not kept()
    assert not db.session.scalars(select(MediaPiece)).all()
    assert not db.session.scalars(select(MediaFile)).all()


def test_a_picture_on_show_stays_and_one_that_was_removed_goes(owner: Actor, move: Exercise) -> None:
    first, second = shown(owner, move).media_id, shown(owner, move).media_id
    tidied()
    assert kept() == {second.hex}
    assert {row.media_id for row in db.session.scalars(select(ExercisePicture))} == {second}
    assert db.session.get(MediaFile, first) is None


def test_a_picture_that_a_wording_names_stays_whatever_is_shown_now(owner: Actor, move: Exercise) -> None:
    media = shown(owner, move).media_id
    item = db.session.scalars(select(RoutineItem).where(RoutineItem.exercise_id == move.id)).one()
    item.content = {"pictures": [{"id": media.hex}]}
    db.session.commit()
    showing.remove(owner, move.id, showing.at_move(move)[0].spot)
    tidied()
    assert kept() == {media.hex}
    assert db.session.get_one(MediaFile, media).state is MediaState.READY


def test_a_file_of_a_client_is_not_loose_for_being_on_no_move(people: People, owner: Actor) -> None:
    data = picture()
    row = uploads.send_whole(
        owner, Announced(MediaKind.PICTURE, "knee.jpg", len(data), client_id=people.client.id), data
    )
    tidied()
    assert kept() == {row.id.hex}


def test_erasing_a_client_leaves_neither_bytes_nor_names(people: People, owner: Actor) -> None:
    data = picture()
    about = {"name": "knee of Ada.jpg", "size": len(data)}
    uploads.send_whole(owner, Announced(MediaKind.PICTURE, client_id=people.client.id, **about), data)
    other = uploads.send_whole(
        owner, Announced(MediaKind.PICTURE, client_id=people.other_client.id, **about), data
    )
    with transaction():
        tidying.erase_of_client(people.practice.id, people.client.id)
    names = {row.original_name for row in db.session.scalars(select(MediaFile)) if row.id != other.id}
    assert names == {""}
    tidying.tidy(now())  # at once
    assert kept() == {other.id.hex}
    assert [row.id for row in db.session.scalars(select(MediaFile))] == [other.id]


def test_bytes_that_no_row_names_go_and_other_files_stay(app: Flask, owner: Actor) -> None:
    stray, half = PIECES + "a" * 32, ".x.1.partial"
    folder = Path(app.config["SETTINGS"].data_dir) / "media" / "files"
    for name in (stray, half, "f" * 32, "somebody-elses.txt"):
        (folder / name).write_bytes(b"x")
    young = PIECES + "b" * 32
    (folder / young).write_bytes(b"x")
    long_ago = now().timestamp() - 3 * 86400
    for name in (stray, half, "f" * 32):
        os.utime(folder / name, (long_ago, long_ago))
    tidying.tidy(now())
    assert kept() == {young, "f" * 32, "somebody-elses.txt"}


def test_what_cannot_be_reached_is_tidied_another_time(owner: Actor, app: Flask) -> None:
    uploads.begin(owner, Announced(MediaKind.PICTURE, "hips.jpg", 5000))
    folder = Path(app.config["SETTINGS"].data_dir) / "media" / "files"
    folder.rename(folder.with_name("away"))
    folder.write_bytes(b"no folder")
    try:
        tidying.tidy(now() + LATER)
    finally:
        folder.unlink()
        folder.with_name("away").rename(folder)
    assert db.session.scalars(select(MediaFile)).all()
    tidied()
    assert not db.session.scalars(select(MediaFile)).all()


def test_a_sent_picture_that_nobody_put_anywhere_goes(owner: Actor) -> None:
    sent(owner, picture())
    tidied()
    assert not kept()


def test_what_work_that_was_killed_has_left_goes_after_a_day(app: Flask) -> None:
    left = Path(app.config["SETTINGS"].data_dir) / "media" / "work" / "a1b2"
    left.mkdir(parents=True)
    (left / "sent").write_bytes(b"half a video")
    tidying.tidy(now())
    assert left.exists(), "somebody may be in the middle of it"
    tidying.tidy(now() + LATER)
    assert not left.exists()


def test_what_went_with_a_message_stays_and_what_a_client_sent_for_nothing_goes(people: People) -> None:
    client = people.actor(people.client_user)
    photo = Announced(MediaKind.PICTURE, "hips.jpg", len(picture()), client_id=people.client.id)
    kept_one, loose = (uploads.send_whole(client, photo, picture()).id for _ in range(2))
    writing.write(client, "k", ClientWords("Like so?", media_ids=[kept_one]))
    tidied()
    assert kept() == {kept_one.hex}
    assert db.session.get(MediaFile, loose) is None
