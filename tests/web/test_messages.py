"""A question under a move, the answer, the moment of a video, and what is read by whom."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from clinic.domain.media import MediaKind
from clinic.extensions import db
from clinic.models import Message, Prescription, Program, Thread, ThreadRead
from clinic.services.accounts.signing_in import actor_of
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.messages.writing import ClientWords
from tests.factories.media import picture
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.factories.records import World, make_picture, make_world
from tests.visitor import Visitor

MINE = "/my/messages"
KEY = {"key": "0" * 32, "move": "", "media_id": ""}


def thread(people: People) -> str:
    return f"/clients/{people.client.id}/messages"


def answers(staff: Visitor, people: People, text: str, status: int = 303, **more: str) -> TestResponse:
    """What somebody writes who has opened the thread before."""
    shown = re.search(r'name="seen"[^>]*value="([^"]+)"', staff.get(thread(people)).text)
    assert shown is not None
    typed = {"key": uuid.uuid4().hex, "text": text, "seen": shown[1]}
    return staff.post(thread(people), typed | more, status=status)


def all_messages() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.sent_at)))


def test_a_question_under_a_move_is_answered_and_read(app: object, visit: Callable[..., Visitor]) -> None:
    world: World = make_world()
    people = world.people
    move = db.session.scalars(
        select(Prescription).join(Program).where(Program.client_id == people.client.id)
    ).first()
    assert move is not None
    client, staff = visit(people.client_user), visit(people.colleague)
    asked = client.get(f"{MINE}?move={move.id}")
    assert f"About your move:</strong> {move.content['name']}" in asked.text
    assert "Not for emergencies" in asked.text
    for _ in range(2):  # on a bad line
        client.post(MINE, KEY | {"text": "Do my feet swivel?", "move": str(move.id)}, status=303)
    told = staff.get(thread(people)).text
    assert told.count("Do my feet swivel?") == 1
    assert f"About {move.content['name']}" in told
    answers(staff, people, "They turn with you.")
    assert "They turn with you." not in client.get(MINE).text
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert "They turn with you." in client.get(MINE).text


def test_what_was_sent_to_the_wrong_client_is_taken_back_with_its_words(
    people: People, visit: Callable[..., Visitor]
) -> None:
    staff = visit(people.colleague)
    answers(staff, people, "About Bela’s knee.")
    (sent,) = all_messages()
    assert "Take back" in staff.get(thread(people)).text
    for _ in range(2):
        staff.post(f"/messages/{sent.id}/take-back", status=303)
        assert "About Bela’s knee.</textarea>" in staff.get(thread(people)).text, (
            "a draft, as often as it is opened"
        )
    assert "About Bela" not in visit(people.client_user).get(MINE).text
    assert "About Bela" not in visit(people.owner).get(thread(people)).text


def test_an_answer_knows_what_its_page_showed(people: People, visit: Callable[..., Visitor]) -> None:
    writing.write(actor_of(people.client_user), "k", ClientWords("Do my feet swivel?"))
    staff = visit(people.colleague)
    page = staff.get(thread(people)).text
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen is not None
    writing.write(actor_of(people.client_user), "l", ClientWords("And my knees hurt."))
    typed = {"key": uuid.uuid4().hex, "text": "They turn with you.", "seen": seen[1]}
    staff.post(thread(people), typed, status=303)
    page = staff.get(thread(people)).text
    assert "They wrote again before you sent this" in page
    assert people.client.name in staff.get("/inbox").text
    answers(staff, people, "Then do less of it.")
    assert "They wrote again" not in staff.get(thread(people)).text
    assert "Nobody waits." in staff.get("/inbox").text
    refused = staff.post(thread(people), {"key": uuid.uuid4().hex, "text": "Hello"}, status=422)
    assert "out of date" in refused.text


def test_photos_come_with_the_form_and_stand_in_the_thread(
    people: People, visit: Callable[..., Visitor]
) -> None:
    client, staff = visit(people.client_user), visit(people.colleague)

    def photos(count: int, data: bytes = picture()) -> list[FileStorage]:
        return [FileStorage(io.BytesIO(data), f"{number}.jpg") for number in range(count)]

    refused = client.post(MINE, KEY | {"text": "Look", "file": photos(7)}, status=422)
    assert "At most 5 photos" in refused.text
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200
    assert "HEIC" in client.post(MINE, KEY | {"text": "Look", "file": photos(1, heic)}, status=422).text
    client.post(MINE, KEY | {"text": "Look", "file": photos(2)}, status=303)
    (sent,) = all_messages()
    assert len(sent.files) == 2
    page = staff.get(thread(people)).text
    for file in sent.files:
        assert f"/media/{file.media_id.hex}" in page.replace("-", "")
        staff.get(f"/media/{file.media_id}")
        client.get(f"/my/media/{file.media_id}")
        visit(people.other_client_user).get(f"/my/media/{file.media_id}", status=404)


def test_a_moment_of_a_video_is_pointed_at(people: People, visit: Callable[..., Visitor]) -> None:
    video = make_picture(people.client_user, people.client)
    video.kind, video.seconds, video.type = MediaKind.VIDEO, 12, "video/mp4"
    db.session.commit()
    writing.write(actor_of(people.client_user), "k", ClientWords("Is this right?", media_ids=[video.id]))
    staff = visit(people.colleague)
    told = {"text": "Look at your tail.", "video": video.id.hex}
    assert "like 0:04" in answers(staff, people, status=422, moment="four", **told).text
    answers(staff, people, moment="0:04", **told)
    assert "At 0:04 of the video" in staff.get(thread(people)).text


def test_a_megabyte_is_refused_and_kept_in_the_box(people: People, visit: Callable[..., Visitor]) -> None:
    page = visit(people.client_user).post(MINE, KEY | {"text": "x" * 1_000_000}, status=422)
    assert "at most 5,000" in page.text.lower() or "5000" in page.text
    assert all_messages() == []


def test_reading_is_told_by_a_button_and_never_by_looking(
    people: People, visit: Callable[..., Visitor]
) -> None:
    asked = writing.write(actor_of(people.client_user), "k", ClientWords("Do my feet swivel?"))
    staff, client = visit(people.colleague), visit(people.client_user)
    staff.get(thread(people))
    assert db.session.scalars(select(ThreadRead)).all() == []
    staff.post(f"{thread(people)}/read", {"until": str(asked.id)}, status=303)
    assert db.session.scalars(select(ThreadRead)).one().read_until == asked.sent_at
    client.post(f"{MINE}/read", {"until": str(asked.id)}, status=303)
    assert db.session.scalars(select(Thread)).one().client_read_until == asked.sent_at


def test_a_message_that_waits_is_told_on_the_clients_first_page(
    people: People, visit: Callable[..., Visitor]
) -> None:
    client, staff, waits = visit(people.client_user), visit(people.colleague), "There is a message for you"
    client.post(MINE, KEY | {"text": "Do my feet swivel?"}, status=303)
    assert waits not in client.get("/my").text, "their own"
    answers(staff, people, "They turn with you.")
    assert waits not in client.get("/my").text, "it may yet be taken back"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert waits in client.get("/my").text
        read = re.search(r'name="until"[^>]*value="([^"]+)"', client.get(MINE).text)
        assert read is not None
        client.post(f"{MINE}/read", {"until": read[1]}, status=303)
        assert waits not in client.get("/my").text


def test_a_move_of_somebody_else_is_not_asked_about(app: object, visit: Callable[..., Visitor]) -> None:
    world = make_world()
    other = db.session.scalars(
        select(Prescription).join(Program).where(Program.client_id == world.people.other_client.id)
    ).first()
    assert other is not None
    client = visit(world.people.client_user)
    client.get(f"{MINE}?move={other.id}", status=404)
    client.get(f"{MINE}?move=nonsense", status=404)
    client.get(f"{MINE}?before=nonsense")


def test_notes_of_logs_and_check_ins_stand_in_the_thread_as_what_they_are(
    app: object, visit: Callable[..., Visitor]
) -> None:
    world = make_world()
    page = visit(world.people.colleague).get(thread(world.people)).text
    assert "From the check-in of" in page
    assert "From the log of" in page


def test_a_note_of_a_log_is_about_a_move_only_where_it_was_given_with_that_one_alone(
    people: People, visit: Callable[..., Visitor]
) -> None:
    assign_program(people.owner, people.client, publish_routine(people.practice, people.owner))
    client = visit(people.client_user)
    today = now().astimezone(ZoneInfo(people.client.time_zone)).date().isoformat()
    client.post("/my/log", {"day": today, "outcome": "done", "note": "Stiff on the left."}, status=303)
    page = client.get(MINE).text
    assert page.count("Stiff on the left.") == 1
    assert "From the log of" in page
    assert ", about " not in page
