"""Pictures of a move: sent with and without a script, shown to clients as published, to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from clinic.domain.media import MediaKind, MediaState, MoveSpot
from clinic.domain.moves import MoveContent
from clinic.extensions import db
from clinic.models import Exercise, MediaFile, Prescription, Program, RoutineItem
from clinic.services.media import showing
from clinic.services.media.storage import store
from clinic.services.routines import publishing as routines
from clinic.services.routines.publishing import MoveEdit, RoutineEdit
from clinic.services.routines.wording import content_of, dose_of
from tests.factories.media import SVG, empty_store, picture, sent, shown
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.factories.videos import mp4, track
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


@pytest.fixture
def program(people: People) -> Program:
    return assign_program(people.owner, people.client, publish_routine(people.practice, people.owner))


@pytest.fixture
def move(program: Program) -> Exercise:
    move = db.session.get(Exercise, program.prescriptions[0].exercise_id)
    assert move is not None
    return move


def form(data: bytes, name: str = "hips.jpg", **fields: str) -> dict[str, object]:
    return {"spot": "start", "media_id": "", "alt": "Standing tall", "file": (BytesIO(data), name), **fields}


def test_a_picture_is_sent_described_and_shown_to_staff(visit: Visit, people: People, move: Exercise) -> None:
    browser, url = visit(people.owner), f"/library/{move.id}/pictures"
    browser.post(url, form(picture(), "<script>.jpg"), status=303)
    page = browser.get(url).get_data(as_text=True)
    (file,) = db.session.scalars(select(MediaFile)).all()
    assert f"/media/{file.id}" in page
    assert 'alt="Standing tall"' in page
    assert "<script>.jpg" not in page
    answer = browser.get(f"/media/{file.id}")
    assert answer.mimetype == "image/jpeg"
    browser.post(url, {"spot": "start", "media_id": "", "alt": "Feet apart"}, status=303)
    assert 'alt="Feet apart"' in browser.get(url).get_data(as_text=True)


@pytest.mark.parametrize(
    "fields, sentence",
    [
        (form(SVG, "hips.jpg"), "SVG drawing"),
        (form(picture(), alt=""), "Say in a sentence"),
        (form(b"", ""), "Choose a file"),
        (form(picture(), spot="elsewhere"), "out of date"),
    ],
)
def test_what_is_not_taken_is_told_on_the_page(
    visit: Visit, people: People, move: Exercise, fields: dict[str, object], sentence: str
) -> None:
    page = visit(people.owner).post(f"/library/{move.id}/pictures", fields, status=422).get_data(as_text=True)
    assert "There is a problem" in page
    assert sentence in page
    assert not list(store().names())


def test_a_large_file_needs_a_script(visit: Visit, people: People, move: Exercise) -> None:
    browser = visit(people.owner)
    fields = {"csrf_token": browser.token(), "spot": "start", "alt": "Standing tall"}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="hips.jpg"\r\n\r\n'
    body = "".join([*parts, head]).encode() + bytes(2 * 1024**2 - 30_000) + b"\r\n--x--\r\n"
    answer = browser.client.post(
        f"/library/{move.id}/pictures", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 422
    assert "Without JavaScript a file has at most 1.9 MB" in answer.get_data(as_text=True)


def test_a_script_sends_it_piece_by_piece(visit: Visit, people: People, move: Exercise) -> None:
    browser, whole = visit(people.owner), picture(size=(300, 200))
    announced = {"kind": "picture", "name": "hips.jpg", "size": len(whole), "fingerprint": "one"}
    told = browser.post("/media", announced, status=200).get_json()
    assert told["received"] == 0
    pieces = f"/media/{told['id']}/pieces"
    first = {"begins": "0", "piece": (BytesIO(whole[:700]), "piece")}
    assert browser.post(pieces, first, status=200).get_json()["received"] == 700
    assert browser.post("/media", announced, status=200).get_json()["received"] == 700
    last = {"begins": "700", "piece": (BytesIO(whole[700:]), "piece")}
    assert browser.post(pieces, last, status=200).get_json()["state"] == "ready"
    browser.post(
        f"/library/{move.id}/pictures",
        {"spot": "end", "media_id": told["id"], "alt": "Turned to the left"},
        status=303,
    )
    assert [each.spot for each in showing.at_move(move)] == [MoveSpot.END]


def test_a_script_is_told_in_a_sentence_what_is_wrong(visit: Visit, people: People) -> None:
    browser = visit(people.owner)
    large = browser.post("/media", {"kind": "video", "name": "v.mp4", "size": 3 * 1024**3}, status=422)
    assert "2 GB" in large.get_json()["said"]
    for broken in ({}, {"kind": "picture", "size": "-1"}, {"kind": "spell", "size": "9"}):
        assert "out of date" in browser.post("/media", broken, status=422).get_json()["said"]


def test_removed_and_put_back(visit: Visit, people: People, move: Exercise) -> None:
    first = shown(people.actor(people.owner), move)
    browser, url = visit(people.colleague), f"/library/{move.id}/pictures"
    browser.post(f"{url}/remove", {"spot": "start"}, status=303)
    assert "Put back “Standing tall”" in browser.get(url).get_data(as_text=True)
    browser.post(f"{url}/put-back", {"picture": first.id.hex}, status=303)
    assert showing.at_move(move)[0].removed_at is None


def test_an_assistant_sees_them_and_changes_none(visit: Visit, people: People, move: Exercise) -> None:
    shown(people.actor(people.owner), move)
    browser, url = visit(people.assistant), f"/library/{move.id}/pictures"
    page = browser.get(url).get_data(as_text=True)
    assert "Standing tall" in page
    assert 'type="file"' not in page
    browser.post(url, form(picture()), status=403)
    browser.post(f"{url}/remove", {"spot": "start"}, status=403)


def test_a_client_sees_what_their_program_shows_however_it_is_replaced_later(
    visit: Visit, people: People, program: Program, move: Exercise
) -> None:
    owner = people.actor(people.owner)
    old = shown(owner, move, alt="The old one").media_id
    wrong = shown(owner, move, MoveSpot.WRONG, alt="Rounded back").media_id
    freeze(program, move)
    new = shown(owner, move, alt="The new one").media_id
    showing.remove(owner, move.id, MoveSpot.WRONG)

    ada = visit(people.client_user)
    page = ada.get("/my/program/1").get_data(as_text=True)
    assert f"/my/media/{old}" in page
    assert "The old one" in page
    assert "The new one" not in page
    assert f"/my/media/{old}" in ada.get("/my/program").get_data(as_text=True)
    for media in (old, wrong):
        assert ada.get(f"/my/media/{media}").mimetype == "image/jpeg"
    ada.get(f"/my/media/{new}", status=404)  # nobody gave it to them
    ada.get(f"/media/{old}", status=404)
    for other in (people.other_client_user, people.foreign_client_user):
        visit(other).get(f"/my/media/{old}", status=404)
    visit(people.stranger).get(f"/media/{old}", status=404)
    visit(people.assistant).get(f"/media/{old}")


def freeze(program: Program, move: Exercise) -> None:
    """As if the move had been published and assigned as it is now."""
    db.session.refresh(move)
    db.session.expire(move, ["pictures"])
    content = content_of(move).to_json()
    for kind in (Prescription, RoutineItem):
        for row in db.session.scalars(select(kind).where(kind.exercise_id == move.id)):
            row.content = content
    db.session.commit()


def test_publishing_freezes_the_pictures_of_now(people: People, move: Exercise) -> None:
    owner = people.actor(people.owner)
    shown(owner, move, alt="Standing tall")
    (routine,) = routines.listed(owner)
    draft = routines.whole_version(owner, routines.begin_draft(owner, routine.id).id)
    moves = {item.id: MoveEdit(cues=tuple(item.exercise.cues), dose=dose_of(item)) for item in draft.items}
    accepted = routines.scopes_of(draft, people.practice)
    edit = RoutineEdit(moves, "There are pictures now.", accepted)
    routines.publish(owner, routine.id, edit, routines.digest_of(draft, people.practice))
    db.session.expire_all()
    items = routines.whole_version(owner, draft.id).items
    contents = [MoveContent.from_json(item.content or {}) for item in items]
    assert [shows.alt for content in contents for shows in content.pictures] == ["Standing tall"]


def test_pictures_stand_on_the_sheet_for_the_wall_in_place_of_our_drawing(
    visit: Visit, people: People, program: Program, move: Exercise
) -> None:
    media = shown(people.actor(people.owner), move, alt="Standing tall").media_id
    plain = visit(people.client_user).get("/my/handout.pdf").data
    freeze(program, move)
    with_picture = visit(people.client_user).get("/my/handout.pdf").data
    assert images_in(plain) == 0
    assert images_in(with_picture) == 1
    assert images_in(visit(people.owner).get(f"/programs/{program.id}/handout.pdf").data) == 1
    store().drop(media.hex)
    assert images_in(visit(people.client_user).get("/my/handout.pdf").data) == 0


def images_in(paper: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(BytesIO(paper)).pages)


def test_the_part_of_a_video_that_shows_the_move_is_said_and_run_in_guided_practice(
    visit: Visit, people: People, move: Exercise, program: Program
) -> None:
    film = sent(people.actor(people.owner), mp4(track(), seconds=30), MediaKind.VIDEO, "hips.mp4")
    film.state, film.ready_at, film.seconds = MediaState.READY, film.created_at, 30
    db.session.commit()
    browser, url = visit(people.owner), f"/library/{move.id}/pictures"
    told = {"spot": "video", "media_id": str(film.id), "alt": "Ten turns"}
    for begins, until, sentence in (
        ("0:40", "", "The video lasts 0:30."),
        ("0:20", "0:10", "The part ends before it begins."),
        ("soon", "", "Write minutes and seconds"),
    ):
        page = browser.post(url, {**told, "part_from": begins, "part_until": until}, status=422).text
        assert sentence in page
        assert f'value="{begins}"' in page
    browser.post(url, {**told, "part_from": "0:05", "part_until": "0:20"}, status=303)
    page = browser.get(url).text
    assert f"{film.id.hex[:8]}" in page
    assert "#t=5,20" in page
    assert 'value="0:05"' in page
    (given, *_) = program.prescriptions
    given.content = {**given.content, "film": content_of(move).to_json()["film"]}
    db.session.commit()
    practice = visit(people.client_user).get("/my/practise").text
    assert 'data-from="5" data-until="20"' in practice
    browser.post(url, {**told, "media_id": "", "part_from": "", "part_until": ""}, status=303)
    assert "#t=" not in browser.get(url).text
