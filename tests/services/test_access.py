"""The doors to records, called one by one: every door, by every person, for everybody's records."""

from __future__ import annotations

import inspect
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import inspect as loaded
from sqlalchemy import select
from sqlalchemy.orm import load_only
from sqlalchemy.orm.interfaces import ORMOption

from clinic.domain.errors import NotFound
from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import Base, Client, ClientGroup, GroupMessage, MessageFile, PracticeLog
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.transaction import transaction
from tests.factories.records import (
    HOME,
    ClientRecords,
    Shelf,
    World,
    ago,
    make_picture,
    make_program,
    make_progress_report,
    make_world,
)

# A door, and which record of a client (or of their practice) it opens.
STAFF_DOORS: dict[str, Callable[[Shelf, ClientRecords], Base]] = {
    "client_for": lambda shelf, records: records.client,
    "assessment_for": lambda shelf, records: records.assessment,
    "own_answer_for": lambda shelf, records: shelf.own_answer,
    "staff_time_for": lambda shelf, records: records.staff_time,
    "clinician_for": lambda shelf, records: records.clinician,
    "wait_for": lambda shelf, records: records.wait,
    "note_for": lambda shelf, records: records.note,
    "answer_for": lambda shelf, records: records.answer,
    "flag_for": lambda shelf, records: records.flag,
    "invitation_for": lambda shelf, records: records.invitation,
    "staff_invitation_for": lambda shelf, records: shelf.colleague,
    "questionnaire_response_for": lambda shelf, records: records.answers,
    "log_for": lambda shelf, records: _log_of(records.client),
    "morning_for": lambda shelf, records: records.morning,
    "recheck_for": lambda shelf, records: records.recheck,
    "stop_for": lambda shelf, records: records.stop,
    "message_for": lambda shelf, records: records.mail,
    "thread_message_for": lambda shelf, records: records.message,
    "reply_for": lambda shelf, records: records.reply,
    "offer_for": lambda shelf, records: records.offer,
    "user_for": lambda shelf, records: records.user,
    "colleague_for": lambda shelf, records: shelf.staff,
    "routine_for": lambda shelf, records: shelf.routine,
    "routine_version_for": lambda shelf, records: shelf.draft,
    "bulk_act_for": lambda shelf, records: records.act,
    "client_import_for": lambda shelf, records: records.client_import,
    "move_for": lambda shelf, records: shelf.own_move,
    "group_for": lambda shelf, records: records.group,
    "group_message_for": lambda shelf, records: _message_of(records.group),
    "course_request_for": lambda shelf, records: records.place,
}
KEYED_DOORS: dict[str, Callable[[Shelf, ClientRecords], Base]] = {
    "own_test_for": lambda shelf, records: shelf.own_test,
    "own_battery_for": lambda shelf, records: shelf.own_battery,
}
SHARED_DOORS: dict[str, Callable[[Shelf, ClientRecords], Base]] = {
    "program_for": lambda shelf, records: records.program,
    "checkin_for": lambda shelf, records: records.asked,
    "questionnaire_request_for": lambda shelf, records: records.questions,
    "version_offer_for": lambda shelf, records: records.version_offer,
    "appointment_for": lambda shelf, records: records.appointment,
    "progress_report_for": lambda shelf, records: records.progress_report,
    "goal_for": lambda shelf, records: records.goal,
    "booking_request_for": lambda shelf, records: records.wish,
    "booking_offer_for": lambda shelf, records: records.offered_time,
    "media_for": lambda shelf, records: records.picture,
    "document_for": lambda shelf, records: records.document,
}
SELF_DOORS = ("own_client", "own_programs", "practice_of", "staff_only")
DOORS = STAFF_DOORS | KEYED_DOORS | SHARED_DOORS

STAFF = {
    "owner": "here",
    "practitioner": "here",
    "assistant": "here",
    "other practice's practitioner": "there",
}
CLIENTS = {"client": "ada", "other client": "bela", "other practice's client": "zofia"}
CLIENT_OF = {of: who for who, of in CLIENTS.items()}
REFUSED = None


def _log_of(client: Client) -> PracticeLog:
    return db.session.scalars(select(PracticeLog).where(PracticeLog.client_id == client.id)).first()


def _message_of(group: ClientGroup) -> GroupMessage:
    return db.session.scalars(select(GroupMessage).where(GroupMessage.group_id == group.id)).first()


@pytest.fixture
def world(app: object) -> World:
    return make_world()


def actors(world: World) -> dict[str, Actor]:
    """Everybody who signs in, and two accounts that should not be: with no record, with one elsewhere."""
    known = {who: world.people.actor(user) for who, user in world.users.items()}
    client, elsewhere = known["client"], world.records["zofia"].client.id
    return known | {
        "client without a record": replace(client, client_id=None),
        "client whose record is elsewhere": replace(client, client_id=elsewhere),
    }


def rows_behind(world: World) -> Iterator[tuple[str, str, Any]]:
    """Every door with everybody's record behind it."""
    for door, pick in DOORS.items():
        for of in HOME:
            yield door, of, pick(world.shelves[HOME[of]], world.records[of])


def name_of(door: str, row: Any) -> Any:
    """What a door knows a record by."""
    return row.key if door in KEYED_DOORS else row.id


def opened(door: str, actor: Actor, name: Any, *options: ORMOption) -> Any:
    """What a door gives, or REFUSED."""
    try:
        return getattr(access, door)(actor, name, *options)
    except NotFound:
        return REFUSED


def own(door: Callable[[Actor], Any], actor: Actor) -> Any:
    """What a door to oneself gives, or REFUSED."""
    try:
        return door(actor)
    except NotFound:
        return REFUSED


def works_here(actor: Actor) -> bool:
    access.staff_only(actor)
    return True


def may_pass(who: str, door: str, of: str) -> bool:
    """The rule in plain words: staff open what is their practice's; a client what is shared and their own."""
    if who in STAFF:
        return STAFF[who] == HOME[of]
    return door in SHARED_DOORS and CLIENTS.get(who) == of


def test_every_door_is_walked_through() -> None:
    """A new door fails here until somebody has said for whom it opens."""
    functions = inspect.getmembers(access, inspect.isfunction)
    public = {name for name, each in functions if each.__module__ == access.__name__ and name[0] != "_"}
    assert public == {*DOORS, *SELF_DOORS}


def test_every_person_gets_through_every_door_to_their_own_and_to_nothing_else(world: World) -> None:
    for who, actor in actors(world).items():
        for door, of, row in rows_behind(world):
            found = opened(door, actor, name_of(door, row))
            assert found is (row if may_pass(who, door, of) else REFUSED), f"{who} at {door} of {of}'s"


def test_everybody_has_the_doors_to_themselves_and_to_nobody_else(world: World) -> None:
    for who, actor in actors(world).items():
        record = world.records[CLIENTS[who]] if who in CLIENTS else None
        assert own(access.own_client, actor) is (record and record.client), who
        start = own(access.own_programs, actor)
        assert (start and start[:5]) == (record and (record.client, [record.program], False, True, True)), who
        offered = record and {record.version_offer.program_id: record.version_offer.id}
        assert (start and start.offers) == offered, who
        assert own(access.practice_of, actor).id == actor.practice_id, who
        assert own(works_here, actor) is (True if who in STAFF else REFUSED), who


def test_whoever_opens_something_of_a_clients_is_noted_with_that_client(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[uuid.UUID] = []
    monkeypatch.setattr(access.looks, "note", noted.append)
    known = actors(world)
    for door, of, row in rows_behind(world):
        for who in ("owner", CLIENT_OF[of]):
            noted.clear()
            found = opened(door, known[who], name_of(door, row))
            whose = row.id if isinstance(row, Client) else getattr(row, "client_id", None)
            is_look = who == "owner" and found is not REFUSED and whose is not None
            assert noted == [whose] * is_look, f"{who} at {door} of {of}'s"


def sees(world: World, door: str, row: Any) -> set[str]:
    """Who gets through a door, of those the row could be for."""
    people = actors(world)
    return {who for who in ("owner", *CLIENTS) if opened(door, people[who], row.id) is not REFUSED}


@pytest.mark.parametrize(
    ("shared", "removed", "clients"),
    [(True, False, {"client"}), (False, False, set()), (True, True, set()), (False, True, set())],
)
def test_a_client_sees_a_document_while_it_is_shared_and_the_practice_always(
    world: World, shared: bool, removed: bool, clients: set[str]
) -> None:
    letter = world.records["ada"].document
    letter.shared_at = ago(days=2) if shared else None
    letter.removed_at = ago(days=1) if removed else None
    db.session.commit()
    assert sees(world, "document_for", letter) == {"owner", *clients}


def test_a_client_sees_a_report_while_it_is_given_to_them_and_the_practice_always(world: World) -> None:
    given = world.records["ada"].progress_report
    kept = make_progress_report(world.records["ada"].client, world.people.owner, given=False)
    db.session.commit()
    assert sees(world, "progress_report_for", given) == {"owner", "client"}
    assert sees(world, "progress_report_for", kept) == {"owner"}
    given.withdrawn_at = ago(days=1)
    db.session.commit()
    assert sees(world, "progress_report_for", given) == {"owner"}


def test_a_client_sees_a_file_of_theirs_if_they_sent_it_or_it_came_with_their_message(world: World) -> None:
    file, thread = world.records["ada"].picture, world.records["ada"].message
    assert sees(world, "media_for", file) == {"owner", "client"}
    file.sent_by = None  # by mail nobody is signed in
    db.session.commit()
    assert sees(world, "media_for", file) == {"owner"}
    with transaction() as session:
        about = {"practice_id": file.practice_id, "client_id": file.client_id, "position": 1}
        session.add(MessageFile(**about, message_id=thread.id, media_id=file.id))
    assert sees(world, "media_for", file) == {"owner", "client"}


@pytest.mark.parametrize(
    ("content", "clients"),
    [
        ({"pictures": [{"id": "FILE"}]}, {"client"}),
        ({"film": {"id": "FILE"}}, {"client"}),
        ({"film": {"id": "another"}, "cues": ["not a picture: FILE"]}, set()),
        ({"pictures": [{"id": "another"}]}, set()),
    ],
)
def test_a_client_sees_a_file_of_the_practice_that_a_program_of_theirs_shows(
    world: World, content: dict[str, Any], clients: set[str]
) -> None:
    file = make_picture(world.people.owner)
    move = world.records["ada"].program.prescriptions[0]
    named = json.loads(json.dumps(content).replace("FILE", file.id.hex))
    with transaction():
        move.content = {**move.content, "pictures": [], "film": None} | named
    assert sees(world, "media_for", file) == {"owner", *clients}


def test_a_practice_that_is_gone_has_no_door(world: World) -> None:
    gone = replace(actors(world)["owner"], practice_id=uuid.uuid4())
    with pytest.raises(NotFound):
        access.practice_of(gone)


def test_a_door_loads_as_much_as_it_is_asked_to(world: World) -> None:
    known = actors(world)
    behind = [(door, row.id, type(row)) for door, of, row in rows_behind(world) if of == "ada"]
    db.session.expunge_all()
    for door, name, kind in behind:
        if door not in KEYED_DOORS:
            found = opened(door, known["owner"], name, load_only(kind.id))
            assert "practice_id" in loaded(found).unloaded, door
            db.session.expunge_all()
    own_record = access.own_client(known["client"], load_only(Client.id))
    assert "name" in loaded(own_record).unloaded


def test_a_client_sees_the_program_assigned_last_of_those_that_have_not_ended(world: World) -> None:
    shelf, client, older = world.shelves["here"], world.records["ada"].client, world.records["ada"].program
    newest, ended = make_program(shelf, client), make_program(shelf, client)
    older.status, newest.status, ended.status = (
        ProgramStatus.PAUSED,
        ProgramStatus.PAUSED,
        ProgramStatus.ENDED,
    )
    newest.assigned_at, ended.assigned_at = ago(days=9), ago(days=2)
    db.session.commit()
    ada = world.people.actor(world.people.client_user)
    assert access.own_programs(ada)[1] == [older, newest]
    newest.assigned_at = ago(days=90)
    db.session.commit()
    assert access.own_programs(ada)[1] == [newest, older]
    newest.assigned_at = older.assigned_at
    db.session.commit()
    assert access.own_programs(ada)[1] == sorted((newest, older), key=lambda each: each.id)


def test_an_open_warning_flag_is_seen_by_its_own_client_alone(world: World) -> None:
    flag = world.records["ada"].flag
    flag.cleared_at, flag.cleared_by, flag.clear_note = None, None, None
    db.session.commit()
    starts = {who: own(access.own_programs, actor) for who, actor in actors(world).items()}
    flagged = {who: start[2] for who, start in starts.items() if start is not REFUSED}
    assert flagged == {"client": True, "other client": False, "other practice's client": False}
